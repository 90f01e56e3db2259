"""A mark is about one claim: a later claim inherits nothing, also where nothing but the mark knows the lost one."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.cli.context import Context
from pipeline.cli.main import run
from pipeline.clock import StartedClock
from pipeline.logbook.entries import MARK
from tests.scenarios.claimed_logbook import FEBRUARY, MARCH, ClaimedLogbook, ServedSession, local

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def shared_logbook(tmp_path_factory: pytest.TempPathFactory) -> ClaimedLogbook:
    """March is claim 1. Tests copy it."""
    logbook = ClaimedLogbook.begin(tmp_path_factory.mktemp("shared") / "logbook")
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))), months=(FEBRUARY,))
    logbook.claim(MARCH)
    return logbook


@pytest.fixture
def logbook(shared_logbook: ClaimedLogbook, tmp_path: Path) -> ClaimedLogbook:
    shutil.copytree(shared_logbook.root, tmp_path / "logbook")
    return ClaimedLogbook(tmp_path / "logbook", moment=shared_logbook.moment)


def mark(logbook: ClaimedLogbook, number: int, state: str) -> None:
    clock = StartedClock(logbook.now())
    assert run(["--home", str(logbook.root), "claim", "mark", str(number), state], Context(clock)) == 0


def append_old_mark(logbook: ClaimedLogbook) -> None:
    """The entry that an older version wrote."""
    fields = {"account": "home", "number": 1, "state": "paid", "marked_on": "2025-06-02"}
    logbook.journal.append(logbook.now(), MARK, {**fields})


def states(logbook: ClaimedLogbook) -> list[tuple[int, str]]:
    return [(number, state) for number, state in logbook.rows("select number, state from claims order by number")]


def claim_again(logbook: ClaimedLogbook) -> None:
    """Claim March although its claim is lost."""
    logbook.update()
    [(finding_id,)] = logbook.rows("select finding_id from check_results where rule = 'lost_claim'")
    logbook.claim(MARCH, accepted={finding_id: "never handed in"})


def lose_claims(logbook: ClaimedLogbook) -> None:
    """Delete all claims, and the databases that contain them."""
    shutil.rmtree(logbook.paths.claims)
    logbook.paths.writer_database.unlink()
    logbook.paths.database.unlink()
    logbook.moment += timedelta(days=1)


@pytest.mark.parametrize("is_old", [False, True])
def test_a_claim_made_in_the_place_of_a_lost_one_is_not_marked(logbook: ClaimedLogbook, is_old: bool) -> None:
    if is_old:
        append_old_mark(logbook)
        logbook.update()
    else:
        mark(logbook, 1, "paid")
    assert states(logbook) == [(1, "paid")]
    lose_claims(logbook)
    claim_again(logbook)
    assert states(logbook) == [(2, "made")]
    mark(logbook, 2, "sent")
    assert states(logbook) == [(2, "sent")]


def test_a_reversal_of_a_claim_in_the_place_of_a_paid_one_repays_nothing(logbook: ClaimedLogbook) -> None:
    mark(logbook, 1, "paid")
    lose_claims(logbook)
    claim_again(logbook)
    logbook.reverse(2)
    assert states(logbook) == [(2, "reversed"), (3, "made")]
    assert run(["--home", str(logbook.root), "claim", "list"], Context(StartedClock(logbook.now()))) == 0
    (found,) = logbook.rows("select count(*) from staging.claim_states")
    assert found == (0,)


def test_the_newest_mark_of_a_claim_counts(logbook: ClaimedLogbook) -> None:
    append_old_mark(logbook)
    mark(logbook, 1, "rejected")
    assert states(logbook) == [(1, "rejected")]
    entry = logbook.journal.entries[-1]
    assert entry.fields["manifest_sha256"] == logbook.stored[0].manifest_sha256
