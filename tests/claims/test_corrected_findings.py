"""The errors of sessions that a claim corrects refuse it until they are accepted, whatever month they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from pipeline.claims.document import Claim
from pipeline.errors import ClaimError
from pipeline.raw.answer import Answer, Endpoint
from tests.claims.test_drafts import APRIL, FEBRUARY, MARCH, DraftedArchive, stopping_in, window
from tests.scenarios.small_archive import LATER, NOON, answer, detail, session, small_archive, text

pytestmark = pytest.mark.system

_AFTER = LATER + timedelta(hours=1)
_EVENING = {"startedAt": text(NOON + timedelta(hours=6)), "stoppedAt": text(NOON + timedelta(hours=7))}
_PERIOD = _EVENING | {"state": "charging", "amount": 22}
_MUCH = {"session": stopping_in(MARCH, "9", energy="much")}

# What a session of the evening that arrives after March was claimed says otherwise, by account, and its error.
_LATE: dict[str, dict[str, Any]] = {
    "below-zero": {"energy": -5_000},
    "unknown-tax": {"arePricesTaxInclusive": False},
    "duration": {"duration": 90_000},
    "overlap": {"startedAt": text(NOON + timedelta(minutes=30))},
    "beyond-periods": {"totalAmount": 220, "chargingPeriods": [_PERIOD]},
    "fine": {},
    "open-again": {},
}
_RULES = {
    "below-zero": "impossible_energy",
    "unknown-tax": "unknown_tax",
    "duration": "duration_unlike_times",
    "overlap": "overlapping_sessions",
    "beyond-periods": "bill_beyond_periods",
    "corrected": "impossible_energy",
}
_ACCOUNTS = (*_LATE, "corrected")


def late_id(account: str) -> str:
    """The session that arrives late; in one account that which was claimed is corrected."""
    return f"{account}-late" if account in _LATE else account


def late(account: str) -> Answer:
    if account == "corrected":
        return detail(session(account, energy=-5_000), _AFTER)
    return detail(session(late_id(account), **_EVENING | _LATE[account]), _AFTER)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DraftedArchive]:
    """March is claimed in each account; then something arrives."""
    with small_archive(tmp_path_factory.mktemp("corrected") / "logbook", _ACCOUNTS) as archive:
        for account in _ACCOUNTS:
            windows = [window(month) for month in (FEBRUARY, MARCH, APRIL)]
            archive.of(account).add(detail(session(account)), windows=windows)
        archive.transform()
        drafted = DraftedArchive(archive, {account: [] for account in _ACCOUNTS})
        for account in _ACCOUNTS:
            drafted.store(drafted.drafter(account).month(MARCH, None, {}))
            archive.of(account).add(late(account), windows=[window(MARCH)])
        archive.of("open-again").add(answer(Endpoint.SESSION, "9", _MUCH, _AFTER))
        archive.transform()
        yield drafted


def draft(drafted: DraftedArchive, account: str, month: bool, accepted: dict[str, str]) -> Claim:
    """The corrections of an account, alone or with the claim of April."""
    drafter = drafted.drafter(account)
    return drafter.month(APRIL, None, accepted) if month else drafter.corrections(None, accepted)


@pytest.mark.parametrize("month", [False, True], ids=["corrections", "april"])
@pytest.mark.parametrize("account", _RULES)
def test_an_error_of_a_corrected_session_refuses_the_claim_until_it_is_accepted(
    drafted: DraftedArchive, account: str, month: bool
) -> None:
    rule, session_id = _RULES[account], late_id(account)
    query = f"""
        select finding_id
        from check_results
        where account = '{account}' and rule = '{rule}' and session_id = '{session_id}'
    """  # noqa: S608
    ((finding_id,),) = drafted.archive.rows(query)
    with pytest.raises(ClaimError) as refused:
        draft(drafted, account, month, {})
    assert f"\n  {finding_id}  {rule}, session {session_id}: " in str(refused.value)
    claim = draft(drafted, account, month, {finding_id: "asked the operator"})
    assert [line.session_id for line in claim.lines] == [session_id]
    accepted = [(finding.rule, finding.session_id) for finding in claim.findings if finding.accepted]
    assert accepted == [(rule, session_id)]


def test_only_errors_of_the_claim_can_be_accepted(drafted: DraftedArchive) -> None:
    query = "select finding_id from check_results where account = 'overlap' and session_id = 'overlap'"
    ((finding_id,),) = drafted.archive.rows(f"{query} and severity = 'error'")
    for month in (False, True):
        with pytest.raises(ClaimError, match=f"The claim has no error {finding_id} to accept"):
            draft(drafted, "overlap", month, {finding_id: "because"})


def test_a_month_that_is_open_again_is_on_the_claim_that_corrects_it(drafted: DraftedArchive) -> None:
    for month in (False, True):
        findings = draft(drafted, "open-again", month, {}).findings
        named = [(finding.rule, finding.severity) for finding in findings if finding.rule == "month_not_closed"]
        assert named == [("month_not_closed", "warning")]
        assert "Documents that cannot be read: 1. Fetch it with: ladebog extract --since 2025-03-01" in "".join(
            finding.detail for finding in findings
        )
        assert not any(one.rule == "month_not_closed" for one in draft(drafted, "fine", month, {}).findings)
