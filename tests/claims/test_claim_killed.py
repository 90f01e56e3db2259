"""`claim create` may be killed at any moment: it stores the complete claim or none, and can be repeated."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from datetime import UTC, date, datetime
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from pipeline.claims.folder import claim_folders
from tests.scenarios.claimed_logbook import MARCH, ClaimedLogbook, ServedSession, local
from tests.scenarios.small_archive import SetClock

pytestmark = pytest.mark.system

_NOW = datetime(2025, 7, 1, 8, tzinfo=UTC)
_LONG = 60.0  # seconds; longer than a claim takes
_PARTS = 4  # of the file operations, so that several processes can test them
_AT_RANDOM = 5  # in each of the draws
Sources = dict[str, bytes]
_STEPS = ("open", "os.mkdir", "os.rename", "os.chmod", "os.remove", "os.rmdir", "os.truncate")


def create(home: str, log: str, fatal_step: int) -> None:
    """Claim March in a process that kills itself at one of its file operations; writes their number to `log`.

    Its clock stands still, so that each claim consists of the same bytes.
    """
    from pipeline.cli.main import main

    steps = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal steps
        if event in _STEPS and home in str(arguments[0]):
            steps += 1
            if steps == fatal_step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    try:
        main(["--quiet", "--home", home, "claim", "create", "2025-03", "--without-receipts"], SetClock(_NOW))
    finally:
        Path(log).write_text(str(steps), "utf-8")


@pytest.fixture(scope="module")
def context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.claims.preload"])
    return context


@pytest.fixture(scope="module")
def unclaimed_logbook(tmp_path_factory: pytest.TempPathFactory) -> ClaimedLogbook:
    logbook = ClaimedLogbook.begin(tmp_path_factory.mktemp("unclaimed") / "logbook")
    logbook.extract(
        ServedSession("1", local(date(2025, 3, 5)), note="æøå"), ServedSession("2", local(date(2025, 3, 6)))
    )
    logbook.attach("el.pdf", b"%PDF-1.7 bill")
    logbook.update()
    return logbook


@pytest.fixture(scope="module")
def derived() -> list[Sources]:
    """The contents of raw/, journal/ and claims/ that `verify --full` has checked; equal files need no second check."""
    return []


class Attempt:
    """A copy of the logbook, and a process that claims March in it."""

    def __init__(
        self, context: ForkServerContext, unclaimed_logbook: ClaimedLogbook, folder: Path, fatal_step: int
    ) -> None:
        self.logbook = unclaimed_logbook.copied(folder / "logbook")
        self.log = folder / "steps.txt"
        arguments = (str(self.logbook.root), str(self.log), fatal_step)
        self.process = context.Process(target=create, args=arguments)
        self.process.start()

    def wait(self) -> int | None:
        self.process.join(_LONG)
        return self.process.exitcode

    def sources(self) -> Sources:
        """The files in raw/, journal/ and claims/ by name."""
        paths = self.logbook.paths
        files = (path for folder in (paths.raw, paths.journal, paths.claims) for path in folder.rglob("*"))
        return {str(path.relative_to(paths.root)): path.read_bytes() for path in files if path.is_file()}

    def claims(self, derived: list[Sources]) -> int:
        """The number of stored claims. If there is no claim, it is created now; in both cases it must be complete."""
        folder = self.logbook.paths.claims / "home"
        stored = len(claim_folders(folder))
        if not stored:
            self.logbook.claim(MARCH)
        self.logbook.update()
        assert [path.name for path in folder.iterdir()] == ["0001-2025-03"]
        assert self.logbook.rows("select number, lines from claims") == [(1, 2)]
        journal, *chains = self.logbook.verify(full=False)
        assert journal in ("journal: 1 entry", "journal: 2 entries")  # with or without the record of the claim
        assert chains == ["home: raw: 1 segment", "home: claims: 1"]
        if self.sources() not in derived:
            assert self.logbook.verify()[-1] == "home: claim 1: derived again from raw/"
            derived.append(self.sources())
        assert (folder / "0001-2025-03" / "attachments" / "el.pdf").read_bytes() == b"%PDF-1.7 bill"
        return stored


@pytest.fixture(scope="module")
def steps(
    context: ForkServerContext, unclaimed_logbook: ClaimedLogbook, tmp_path_factory: pytest.TempPathFactory
) -> int:
    """The number of file operations of the command."""
    complete = Attempt(context, unclaimed_logbook, tmp_path_factory.mktemp("complete"), fatal_step=0)
    assert complete.wait() == 0
    steps = int(complete.log.read_text("utf-8"))
    assert steps > 40
    return steps


@pytest.mark.parametrize("part", range(_PARTS))
def test_a_claim_killed_at_any_file_operation_is_stored_completely_or_not_at_all(
    context: ForkServerContext,
    unclaimed_logbook: ClaimedLogbook,
    derived: list[Sources],
    steps: int,
    tmp_path: Path,
    part: int,
) -> None:
    stored = []
    for step in range(1 + 2 * part, steps + 1, 2 * _PARTS):
        attempt = Attempt(context, unclaimed_logbook, tmp_path / str(step), fatal_step=step)
        assert attempt.wait() == -signal.SIGKILL
        stored.append(attempt.claims(derived))
        shutil.rmtree(tmp_path / str(step))
    assert stored == sorted(stored)
    assert set(stored) == {0, 1}
    assert len(derived) <= 3, "each claim is the complete claim of the command, recorded or not, or created now"


@pytest.mark.parametrize("seed", range(4))
def test_a_claim_killed_at_a_random_time_is_stored_completely_or_not_at_all(
    context: ForkServerContext, unclaimed_logbook: ClaimedLogbook, derived: list[Sources], tmp_path: Path, seed: int
) -> None:
    started = time.monotonic()
    assert Attempt(context, unclaimed_logbook, tmp_path / "complete", fatal_step=0).wait() == 0
    duration = time.monotonic() - started
    draw = random.Random(seed)  # noqa: S311 (draws times)
    for place in range(_AT_RANDOM):
        attempt = Attempt(context, unclaimed_logbook, tmp_path / str(place), fatal_step=0)
        attempt.process.join(duration * draw.random())
        attempt.process.kill()
        assert attempt.wait() in (0, -signal.SIGKILL)
        attempt.claims(derived)
        shutil.rmtree(tmp_path / str(place))
    assert len(derived) <= 3
