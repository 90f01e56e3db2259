"""What a draft claims, in one archive: accounts with the same numbers of claims, unreadable documents, exclusions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.claims.document import RULES, Claim, Completeness, Sources
from pipeline.claims.draft import Drafter
from pipeline.claims.folder import StoredClaim
from pipeline.claims.outstanding import read_outstanding
from pipeline.errors import ClaimError
from pipeline.load.claims import load_claims
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import Window
from tests.scenarios.small_archive import (
    LATER,
    NOON,
    SmallArchive,
    answer,
    curve,
    detail,
    listed,
    listing,
    session,
    small_archive,
    text,
)

FEBRUARY, MARCH, APRIL = (date(2025, month, 1) for month in (2, 3, 4))
_CURVE = curve(*((minute, 10) for minute in range(60)), (60, 0))
_UNTIMED = {"session": {"id": "9", "energy": "much"}}


def stopping_in(month: date, session_id: str, **fields: object) -> dict[str, object]:
    """A session of an hour on the fifth day of a month."""
    started_at = NOON.replace(month=month.month)
    stopped_at = started_at + timedelta(hours=1)
    return session(session_id, startedAt=text(started_at), stoppedAt=text(stopped_at), **fields)


def window(month: date, missing: tuple[str, ...] = ()) -> Window:
    return Window(month=month.isoformat(), listed_at=LATER, pages=1, sessions=1, missing=list(missing))


# The answers of each account besides a session of March, which is called like the account.
ANSWERS: dict[str, tuple[Answer, ...]] = {
    "reversed": (),
    "kept": (),
    "unknown-month": (answer(Endpoint.SESSION, "9", _UNTIMED, LATER),),
    "other-month": (answer(Endpoint.SESSION, "9", {"session": stopping_in(APRIL, "9", energy="much")}, LATER),),
    "same-month": (answer(Endpoint.SESSION, "9", {"session": stopping_in(MARCH, "9", energy="much")}, LATER),),
    "unreadable-charge-point": (answer(Endpoint.CHARGE_POINTS, "all", {"data": "none"}, LATER),),
    "unlisted": (detail(session("gone", evseId="2")),),
    "held-back": (detail(stopping_in(FEBRUARY, "2")),),
}


@dataclass
class DraftedArchive:
    """An archive of several accounts, and the claims made from it."""

    archive: SmallArchive
    claims: dict[str, list[StoredClaim]] = field(default_factory=lambda: {account: [] for account in ANSWERS})

    def drafter(self, account: str) -> Drafter:
        return Drafter(
            connection=self.archive.connection,
            settings=self.archive.settings,
            account=self.archive.settings.accounts[account],
            claims=self.claims[account],
            sources=Sources(ladebog_version="0", rules=RULES, raw=None, journal=None, previous_claim=None),
            now=LATER + timedelta(days=1),
            language="en",
        )

    def store(self, claim: Claim) -> None:
        """Load a claim as the next of its account."""
        claims = self.claims[claim.account]
        claims.append(StoredClaim(Path(claim.name), claim, f"{claim.number:064}"))
        load_claims(self.archive.connection, claim.account, claims)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DraftedArchive]:
    """Three accounts claimed March; then one reversed its claim, and one got a correction without details."""
    with small_archive(tmp_path_factory.mktemp("drafts") / "logbook", ANSWERS) as archive:
        for account, answers in ANSWERS.items():
            windows = [window(FEBRUARY), window(MARCH, missing=("gone",)), window(APRIL)]
            archive.of(account).add(detail(session(account, powerStats=_CURVE)), *answers, windows=windows)
        archive.of("unlisted").add(detail(session("imported", evseId="3")), command="import")
        archive.transform()
        drafted = DraftedArchive(archive)
        for account in ("reversed", "kept", "held-back"):
            drafted.store(drafted.drafter(account).month(MARCH, None, {}))
        changed = listed(session("held-back", totalAmount=24), type="private")
        archive.of("held-back").add(listing(changed, fetched_at=LATER + timedelta(hours=1)), windows=[window(MARCH)])
        archive.transform()
        drafted.store(drafted.drafter("reversed").reversal(1, "wrong employer"))
        archive.transform()
        yield drafted


@pytest.mark.system
def test_a_reversal_reverses_the_claim_of_its_own_account(drafted: DraftedArchive) -> None:
    states = drafted.archive.rows(
        "select account, number, state, reversed_by from claims where account in ('reversed', 'kept') order by all"
    )
    assert states == [("kept", 1, "made", None), ("reversed", 1, "reversed", 2), ("reversed", 2, "made", None)]


def test_only_the_month_of_the_reversed_claim_can_be_claimed_again(drafted: DraftedArchive) -> None:
    claimed = drafted.archive.rows(
        "select account, number from staging.claimed_months where account in ('reversed', 'kept')"
    )
    assert claimed == [("kept", 1)]
    assert [line.correction for line in drafted.drafter("reversed").month(MARCH, None, {}).lines] == [None]
    with pytest.raises(ClaimError, match="2025-03 is claimed already, by claim 1 of account kept"):
        drafted.drafter("kept").month(MARCH, None, {})


def test_the_lines_due_are_those_of_the_reversed_claim(drafted: DraftedArchive) -> None:
    due = drafted.archive.rows(
        "select account, session_id, claimed_incl_tax, is_month_claimed from claim_lines_due"
        " where account in ('reversed', 'kept')"
    )
    assert due == [("reversed", "reversed", 0, False)]


@pytest.mark.parametrize(
    ("account", "message"),
    [
        ("unknown-month", "unreadable_session, session 9: Its details cannot be read: Object missing required field"),
        ("same-month", "2025-03 of account same-month is not closed."),
    ],
    ids=["unknown", "same"],
)
def test_an_unreadable_session_of_the_month_or_of_an_unknown_one_blocks_its_claim(
    drafted: DraftedArchive, account: str, message: str
) -> None:
    with pytest.raises(ClaimError, match=message):
        drafted.drafter(account).month(MARCH, None, {})


def test_a_finding_without_a_month_is_accepted_by_each_claim_that_it_blocks(drafted: DraftedArchive) -> None:
    query = "select finding_id, month from check_results where account = 'unknown-month' and severity = 'error'"
    ((finding_id, month),) = drafted.archive.rows(query)
    assert month is None
    for claimed_month in (FEBRUARY, MARCH, APRIL):
        drafter = drafted.drafter("unknown-month")
        with pytest.raises(ClaimError, match="unreadable_session, session 9: "):
            drafter.month(claimed_month, None, {})
        claim = drafter.month(claimed_month, None, {finding_id: "not a session of mine"})
        assert [finding.accepted for finding in claim.findings] == ["not a session of mine"]


def test_findings_of_another_month_and_warnings_do_not_block_a_claim(drafted: DraftedArchive) -> None:
    assert drafted.drafter("other-month").month(MARCH, None, {}).findings == ()
    findings = drafted.drafter("unreadable-charge-point").month(MARCH, None, {}).findings
    assert [(finding.rule, finding.severity) for finding in findings] == [("unreadable_charge_point", "warning")]


def test_the_completeness_of_a_month_does_not_count_corrections_that_are_held_back(drafted: DraftedArchive) -> None:
    claim = drafted.drafter("held-back").month(FEBRUARY, None, {})
    assert [(exclusion.session_id, exclusion.month) for exclusion in claim.exclusions] == [("held-back", MARCH)]
    assert [line.session_id for line in claim.lines] == ["2"]
    assert claim.completeness is not None
    listed_at = claim.completeness.listed_at
    assert claim.completeness == Completeness(listed_at=listed_at, sessions=1, claimed=1, excluded=0)


def test_the_completeness_of_a_month_counts_the_sessions_that_the_list_lacks(drafted: DraftedArchive) -> None:
    """One that it left out, and one that only an import after it has."""
    completeness = drafted.drafter("unlisted").month(MARCH, None, {}).completeness
    assert completeness is not None
    assert (completeness.sessions, completeness.unlisted) == (3, 2)


def test_what_is_outstanding_leaves_out_corrections_that_are_held_back(drafted: DraftedArchive) -> None:
    outstanding = {account: read_outstanding(drafted.archive.connection, account) for account in ANSWERS}
    assert [found.corrections for found in outstanding.values()] == [[]] * len(ANSWERS)
    assert {account: [month.month for month in found.months] for account, found in outstanding.items()} == {
        "reversed": ["2025-03"],
        "kept": [],
        "unknown-month": ["2025-03"],
        "other-month": ["2025-03"],
        "same-month": [],
        "unreadable-charge-point": ["2025-03"],
        "unlisted": ["2025-03"],
        "held-back": ["2025-02"],
    }
    unpaid = {
        account: [claim.number for claim in found.unpaid] for account, found in outstanding.items() if found.unpaid
    }
    assert unpaid == {"kept": [1], "held-back": [1]}
