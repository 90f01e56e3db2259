"""A finding keeps its id while its cause stays the same, and gets another with another cause."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.database.connection import drop_writer
from pipeline.logbook.folder import Logbook
from tests.sql.checks import operator_data
from tests.sql.checks.operator_data import Listing, OperatorData, Session

UNPAID = Session(fields={"paymentStatus": "pending"})
LATER = "2025-04-12T00:00:00+00:00"


@pytest.fixture
def logbook(tmp_path: Path) -> Logbook:
    """A session that is not paid, in a month that was listed too early."""
    listings = (Listing(at="2025-04-01T10:00:00+00:00"),)
    return operator_data.write(tmp_path / "logbook", {"home": OperatorData(sessions=(UNPAID,), listings=listings)})


def ids(logbook: Logbook) -> dict[str, str]:
    return {finding["rule"]: finding["finding_id"] for finding in operator_data.findings(logbook)}


def ids_after_run(logbook: Logbook, **more: Any) -> dict[str, str]:
    """The ids after one more run that fetched these answers."""
    data = OperatorData(**{"sessions": (), "listings": (), **more})
    operator_data.keep(logbook, "home", data, run_id="beef")
    operator_data.update(logbook)
    return ids(logbook)


def test_ids_are_twelve_hex_digits_and_unique(logbook: Logbook) -> None:
    found = ids(logbook)
    assert set(found) == {"month_not_closed", "unpaid"}
    assert all(len(finding_id) == 12 and int(finding_id, 16) >= 0 for finding_id in found.values())
    assert len(set(found.values())) == 2


def test_an_id_does_not_change_with_the_next_transform(logbook: Logbook) -> None:
    before = operator_data.findings(logbook)
    operator_data.update(logbook)
    assert operator_data.findings(logbook) == before


def test_a_rebuilt_database_has_the_same_findings(logbook: Logbook) -> None:
    before = operator_data.findings(logbook)
    drop_writer(logbook)
    operator_data.update(logbook)
    assert operator_data.findings(logbook) == before


def test_an_id_does_not_change_with_another_session(logbook: Logbook) -> None:
    before = ids(logbook)
    assert ids_after_run(logbook, sessions=(Session(id="2", started="2025-03-07T18:00:00+00:00"),)) == before


def test_an_id_does_not_change_with_the_time_of_fetching(logbook: Logbook) -> None:
    before = ids(logbook)
    again = {"listings": (Listing(at="2025-04-01T20:00:00+00:00"),), "details": ((LATER, 200, UNPAID.detailed()),)}
    assert ids_after_run(logbook, **again) == before


def test_another_cause_gives_another_id(logbook: Logbook) -> None:
    before = ids(logbook)
    after = ids_after_run(logbook, details=((LATER, 200, Session(fields={"paymentStatus": "failed"}).detailed()),))
    assert after["unpaid"] != before["unpaid"]
    assert after["month_not_closed"] == before["month_not_closed"]


def test_a_fixed_cause_gives_no_finding(logbook: Logbook) -> None:
    assert ids_after_run(logbook, listings=(Listing(),), details=((LATER, 200, Session().detailed()),)) == {}


def test_ids_of_two_accounts_differ(tmp_path: Path) -> None:
    both = operator_data.write(tmp_path / "both", dict.fromkeys(("home", "work"), OperatorData(sessions=(UNPAID,))))
    assert len({finding["finding_id"] for finding in operator_data.findings(both)}) == 2
