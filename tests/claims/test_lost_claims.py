"""A claim whose folder was lost, replaced or renamed is not made a second time, unless a person accepts that."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.claims.make import record_claims
from pipeline.errors import ClaimError, TamperingError
from pipeline.logbook.journal import Journal
from tests.scenarios.claimed_logbook import APRIL, MARCH, ClaimedLogbook, ServedSession, local

pytestmark = pytest.mark.system

_FINDINGS = "select finding_id from check_results where rule = 'lost_claim' order by detail"


@pytest.fixture(scope="module")
def recorded_claims(two_claims: ClaimedLogbook) -> ClaimedLogbook:
    """The two claims, which the journal records. Tests copy it."""
    record(two_claims)
    two_claims.update()
    return two_claims


@pytest.fixture
def logbook(recorded_claims: ClaimedLogbook, tmp_path: Path) -> ClaimedLogbook:
    return recorded_claims.copied(tmp_path / "logbook")


def record(logbook: ClaimedLogbook) -> None:
    record_claims(Journal.open(logbook.paths.journal), logbook.now(), logbook.stored)


def lose_databases(logbook: ClaimedLogbook) -> None:
    logbook.paths.writer_database.unlink()
    logbook.paths.database.unlink()
    logbook.update()


def lost(logbook: ClaimedLogbook) -> list[str]:
    return [finding_id for (finding_id,) in logbook.rows(_FINDINGS)]


def folder_of(logbook: ClaimedLogbook, name: str) -> Path:
    return logbook.paths.claims / "home" / name


def _remove_all(logbook: ClaimedLogbook) -> None:
    shutil.rmtree(logbook.paths.claims)


def _remove_newest(logbook: ClaimedLogbook) -> None:
    shutil.rmtree(folder_of(logbook, "0002-2025-03"))


def _rename_newest(logbook: ClaimedLogbook) -> None:
    newest = folder_of(logbook, "0002-2025-03")
    newest.rename(newest.with_name("0002-2025-03 (copy)"))


@pytest.mark.parametrize("lose", [_remove_all, _remove_newest, _rename_newest])
def test_a_lost_claim_refuses_every_claim_without_a_database(
    logbook: ClaimedLogbook, lose: Callable[[ClaimedLogbook], None]
) -> None:
    lose(logbook)
    lose_databases(logbook)
    with pytest.raises(ClaimError, match=f"{lost(logbook)[-1]}  lost_claim: Claim 2 of 2025-03 is missing"):
        logbook.claim(APRIL)
    with pytest.raises(ClaimError, match=r"Claim [12] of account home was lost or replaced"):
        logbook.reverse(1)


def test_a_lost_claim_refuses_corrections_and_its_month(logbook: ClaimedLogbook) -> None:
    logbook.extract(ServedSession("1", local(date(2025, 2, 5)), amount="20.00"))
    _remove_newest(logbook)
    lose_databases(logbook)
    with pytest.raises(ClaimError, match=r"corrections of account home cannot be claimed[^.]*lost_claim"):
        logbook.corrections()
    with pytest.raises(ClaimError, match=r"2025-03 of account home cannot be claimed[^.]*lost_claim"):
        logbook.claim(MARCH)


def test_a_claim_that_only_the_database_knows_refuses_the_next_one_after_a_rebuild(logbook: ClaimedLogbook) -> None:
    logbook.claim(APRIL)
    shutil.rmtree(folder_of(logbook, "0003-2025-04"))
    logbook.paths.writer_database.unlink()
    logbook.update()
    with pytest.raises(ClaimError, match=r"Claim 3 is missing from claims/home, .* is recorded by the last database"):
        logbook.claim(APRIL)


def test_a_claim_that_was_put_back_is_not_lost(logbook: ClaimedLogbook) -> None:
    newest = folder_of(logbook, "0002-2025-03")
    kept = newest.rename(logbook.root.parent / newest.name)
    lose_databases(logbook)
    assert lost(logbook)
    kept.rename(newest)
    logbook.update()
    assert lost(logbook) == []
    assert logbook.claim(APRIL).number == 3


def test_an_accepted_loss_is_on_the_next_claim_and_then_no_finding(logbook: ClaimedLogbook) -> None:
    _remove_newest(logbook)
    logbook.paths.writer_database.unlink()
    logbook.update()
    [finding_id] = lost(logbook)
    with pytest.raises(TamperingError, match="Claim 2 is missing"):
        logbook.verify()
    claim = logbook.claim(MARCH, accepted={finding_id: "never handed in"})
    assert claim.number == 3
    assert [(finding.rule, finding.accepted) for finding in claim.findings] == [("lost_claim", "never handed in")]
    assert lost(logbook) == []
    assert "home: claims: 2" in logbook.verify()
    logbook.claim(APRIL)


def test_verify_names_a_claim_that_only_the_journal_records(logbook: ClaimedLogbook) -> None:
    _remove_newest(logbook)
    logbook.paths.writer_database.unlink()
    logbook.paths.database.unlink()
    with pytest.raises(TamperingError, match=r"Claim 2 is missing from .*, but entry 2 of the journal records it"):
        logbook.verify(full=False)


def test_each_claim_is_recorded_once(logbook: ClaimedLogbook) -> None:
    record(logbook)
    assert len(logbook.journal.entries) == 2
    logbook.claim(APRIL)
    record(logbook)
    assert logbook.journal.entries[-1].fields["number"] == 3
    assert len(logbook.journal.entries) == 3
