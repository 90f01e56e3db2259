"""A session that ended otherwise than as finished counts with what is stated of it: the rest is 0."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.small_archive import detail, session, small_archive

pytestmark = pytest.mark.system

_NO_AMOUNT = {"amount": None, "totalAmount": None}


@pytest.mark.parametrize(
    ("unstated", "energy", "amount", "seconds"),
    [
        ({"energy": None}, "0", "10", 3600),
        (_NO_AMOUNT, "5", "0", 3600),
        ({"energy": None, "stoppedAt": None}, "0", "10", 0),
        ({**_NO_AMOUNT, "stoppedAt": None}, "5", "0", 0),
    ],
)
def test_what_is_not_stated_counts_as_zero(
    unstated: dict[str, Any], energy: str, amount: str, seconds: int, tmp_path: Path
) -> None:
    stated = {
        "status": "failed",
        "energy": 5000,
        "amount": 10,
        "totalAmount": 10,
        "startedAt": "2025-03-05T10:00:00+00:00",
        "stoppedAt": "2025-03-05T11:00:00+00:00",
    }
    with small_archive(tmp_path / "logbook") as archive:
        archive.build(detail(session("1", **(stated | unstated))))
        query = "select energy_kwh, amount_incl_tax, epoch(stopped_at - started_at)::int from sessions"
        assert archive.rows(query) == [(Decimal(energy), Decimal(amount), seconds)]
        assert archive.rows("select * from facts.quarantine") == []
        assert [rule for (rule,) in archive.rows("select rule from check_results where rule = 'ended_otherwise'")]
