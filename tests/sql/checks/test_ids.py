"""A finding keeps its id while its cause stays the same, and gets another with another cause."""

from dataclasses import dataclass

import pytest

from pipeline.database.connection import drop_writer
from pipeline.logbook.folder import Logbook
from tests.sql.checks import operator_data
from tests.sql.checks.operator_data import Json, Listing, OperatorData, Session

UNPAID_SESSION = Session(fields={"paymentStatus": "pending"})
LATER = "2025-04-12T00:00:00+00:00"

# Each account begins with the same session, which is not paid, in a month that was listed too early. Here is what one
# more run of each account fetches.
FIRST_RUN = OperatorData(sessions=(UNPAID_SESSION,), listings=(Listing(at="2025-04-01T10:00:00+00:00"),))
SECOND_RUNS = {
    "another-session": OperatorData(sessions=(Session(id="2", started="2025-03-07T18:00:00+00:00"),), listings=()),
    "fetched-again": OperatorData(
        sessions=(),
        listings=(Listing(at="2025-04-01T20:00:00+00:00"),),
        details=((LATER, 200, UNPAID_SESSION.detail_answer()),),
    ),
    "another-cause": OperatorData(
        sessions=(),
        listings=(),
        details=((LATER, 200, Session(fields={"paymentStatus": "failed"}).detail_answer()),),
    ),
    "fixed": OperatorData(sessions=(), details=((LATER, 200, Session().detail_answer()),)),
}


@dataclass(frozen=True)
class Findings:
    """The findings of all accounts after each step."""

    after_first_run: list[Json]
    after_transform: list[Json]
    after_second_run: list[Json]
    after_rebuild: list[Json]


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    root = tmp_path_factory.mktemp("ids") / "logbook"
    logbook = operator_data.write_logbook(root, dict.fromkeys(SECOND_RUNS, FIRST_RUN))
    after_first_run, after_transform = operator_data.findings(logbook), findings_after_update(logbook)
    for account, data in SECOND_RUNS.items():
        operator_data.write_segment(logbook, account, data, run_id="beef")
    after_second_run = findings_after_update(logbook)
    drop_writer(logbook)
    return Findings(after_first_run, after_transform, after_second_run, after_rebuild=findings_after_update(logbook))


def findings_after_update(logbook: Logbook) -> list[Json]:
    operator_data.update(logbook)
    return operator_data.findings(logbook)


def ids(findings: list[Json], account: str) -> dict[str, str]:
    return {finding["rule"]: finding["finding_id"] for finding in findings if finding["account"] == account}


@pytest.mark.system
@pytest.mark.parametrize("account", SECOND_RUNS)
def test_ids_are_twelve_hex_digits_and_unique(findings: Findings, account: str) -> None:
    ids_found = ids(findings.after_first_run, account)
    assert set(ids_found) == {"month_not_closed", "unpaid"}
    assert all(len(finding_id) == 12 and int(finding_id, 16) >= 0 for finding_id in ids_found.values())
    assert len(set(ids_found.values())) == 2


def test_an_id_does_not_change_with_the_next_transform(findings: Findings) -> None:
    assert findings.after_transform == findings.after_first_run


def test_a_rebuilt_database_has_the_same_findings(findings: Findings) -> None:
    assert findings.after_rebuild == findings.after_second_run


@pytest.mark.parametrize("account", ["another-session", "fetched-again"])
def test_an_id_does_not_change_with_another_session_or_the_time_of_fetching(findings: Findings, account: str) -> None:
    assert ids(findings.after_second_run, account) == ids(findings.after_first_run, account)


def test_another_cause_gives_another_id(findings: Findings) -> None:
    before, after = ids(findings.after_first_run, "another-cause"), ids(findings.after_second_run, "another-cause")
    assert after["unpaid"] != before["unpaid"]
    assert after["month_not_closed"] == before["month_not_closed"]


def test_a_fixed_cause_gives_no_finding(findings: Findings) -> None:
    assert ids(findings.after_second_run, "fixed") == {}


def test_ids_of_accounts_differ(findings: Findings) -> None:
    assert len({finding["finding_id"] for finding in findings.after_first_run}) == 2 * len(SECOND_RUNS)
