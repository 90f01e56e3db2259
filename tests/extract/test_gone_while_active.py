"""A session that was active, and that the operator then neither lists nor finds by its id."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from pipeline.settings.schema import ClaimSettings
from tests.extract.odd_operator import OddOperator, odd_archive, stopped

pytestmark = pytest.mark.system

ACTIVE = stopped("b", "2025-03-11", status="active", stoppedAt=None, energy=500)
MONTHS = ["2025-03", "2025-04"]


def test_it_holds_no_month_open_until_it_comes_back(tmp_path: Path) -> None:
    operator = OddOperator([("2025-03-10", stopped("a", "2025-03-10")), ("2025-03-11", ACTIVE)])
    with odd_archive(tmp_path / "logbook", operator) as odd:
        odd.archive.settings = msgspec.structs.replace(odd.archive.settings, claim=ClaimSettings(attribution="split"))
        closed = []
        for sessions in (operator.sessions, operator.sessions[:1], operator.sessions[:1], operator.sessions):
            operator.sessions = sessions
            odd.extract()
            closed.append(odd.closed())
            odd.clock.moment += timedelta(days=1)
        assert closed == [[], MONTHS, MONTHS, []]
        operator.sessions = [*operator.sessions[:1], ("2025-03-11", stopped("b", "2025-03-11"))]
        odd.extract(since=date(2025, 5, 1))  # which does not list its month: it is asked for by its id
        assert (odd.closed(), odd.archived()) == (MONTHS, ["a", "b"])
