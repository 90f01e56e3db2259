"""A finding keeps its id while its cause stays the same, and gets another with another cause."""

from dataclasses import dataclass

import pytest

from pipeline.database.connection import drop_writer
from pipeline.logbook.folder import Logbook
from tests.sql.checks import operator_data
from tests.sql.checks.operator_data import Json, Listing, OperatorData, Session

UNPAID = Session(fields={"paymentStatus": "pending"})
LATER = "2025-04-12T00:00:00+00:00"

# Each account begins with the same session, which is not paid, in a month that was listed too early. Here is what one
# more run of each account fetches.
BEGINNING = OperatorData(sessions=(UNPAID,), listings=(Listing(at="2025-04-01T10:00:00+00:00"),))
SECOND_RUNS = {
    "another-session": OperatorData(sessions=(Session(id="2", started="2025-03-07T18:00:00+00:00"),), listings=()),
    "fetched-again": OperatorData(
        sessions=(), listings=(Listing(at="2025-04-01T20:00:00+00:00"),), details=((LATER, 200, UNPAID.detailed()),)
    ),
    "another-cause": OperatorData(
        sessions=(),
        listings=(),
        details=((LATER, 200, Session(fields={"paymentStatus": "failed"}).detailed()),),
    ),
    "fixed": OperatorData(sessions=(), details=((LATER, 200, Session().detailed()),)),
}


@dataclass(frozen=True)
class Findings:
    """The findings of all accounts after each step."""

    begun: list[Json]
    transformed_again: list[Json]
    fetched: list[Json]
    rebuilt: list[Json]


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    root = tmp_path_factory.mktemp("ids") / "logbook"
    logbook = operator_data.write(root, dict.fromkeys(SECOND_RUNS, BEGINNING))
    begun, transformed_again = operator_data.findings(logbook), findings_after_update(logbook)
    for account, sent in SECOND_RUNS.items():
        operator_data.keep(logbook, account, sent, run_id="beef")
    fetched = findings_after_update(logbook)
    drop_writer(logbook)
    return Findings(begun, transformed_again, fetched, rebuilt=findings_after_update(logbook))


def findings_after_update(logbook: Logbook) -> list[Json]:
    operator_data.update(logbook)
    return operator_data.findings(logbook)


def ids(found: list[Json], account: str) -> dict[str, str]:
    return {finding["rule"]: finding["finding_id"] for finding in found if finding["account"] == account}


@pytest.mark.parametrize("account", SECOND_RUNS)
def test_ids_are_twelve_hex_digits_and_unique(findings: Findings, account: str) -> None:
    found = ids(findings.begun, account)
    assert set(found) == {"month_not_closed", "unpaid"}
    assert all(len(finding_id) == 12 and int(finding_id, 16) >= 0 for finding_id in found.values())
    assert len(set(found.values())) == 2


def test_an_id_does_not_change_with_the_next_transform(findings: Findings) -> None:
    assert findings.transformed_again == findings.begun


def test_a_rebuilt_database_has_the_same_findings(findings: Findings) -> None:
    assert findings.rebuilt == findings.fetched


@pytest.mark.parametrize("account", ["another-session", "fetched-again"])
def test_an_id_does_not_change_with_another_session_or_the_time_of_fetching(findings: Findings, account: str) -> None:
    assert ids(findings.fetched, account) == ids(findings.begun, account)


def test_another_cause_gives_another_id(findings: Findings) -> None:
    before, after = ids(findings.begun, "another-cause"), ids(findings.fetched, "another-cause")
    assert after["unpaid"] != before["unpaid"]
    assert after["month_not_closed"] == before["month_not_closed"]


def test_a_fixed_cause_gives_no_finding(findings: Findings) -> None:
    assert ids(findings.fetched, "fixed") == {}


def test_ids_of_accounts_differ(findings: Findings) -> None:
    assert len({finding["finding_id"] for finding in findings.begun}) == 2 * len(SECOND_RUNS)
