"""`claim create` may be killed at any moment: it stores the complete claim or none, and can be repeated."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from datetime import date
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from pipeline.claims.folder import claim_folders
from tests.scenarios.claimed_logbook import MARCH, ClaimedLogbook, ServedSession, local

pytestmark = pytest.mark.system

_LONG = 60.0  # seconds; longer than a claim takes
_AT_RANDOM = 20
_STEPS = ("open", "os.mkdir", "os.rename", "os.chmod", "os.remove", "os.rmdir", "os.truncate")


def create(home: str, log: str, fatal_step: int) -> None:
    """Claim March in a process that kills itself at one of its file operations; writes their number to `log`."""
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
        main(["--quiet", "--home", home, "claim", "create", "2025-03", "--without-receipts"])
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


class Attempt:
    """A copy of the logbook, and a process that claims March in it."""

    def __init__(
        self, context: ForkServerContext, unclaimed_logbook: ClaimedLogbook, folder: Path, fatal_step: int
    ) -> None:
        shutil.copytree(unclaimed_logbook.root, folder / "logbook")
        self.logbook = ClaimedLogbook(folder / "logbook", moment=unclaimed_logbook.moment)
        self.log = folder / "steps.txt"
        arguments = (str(self.logbook.root), str(self.log), fatal_step)
        self.process = context.Process(target=create, args=arguments)
        self.process.start()

    def wait(self) -> int | None:
        self.process.join(_LONG)
        return self.process.exitcode

    def claims(self) -> int:
        """The number of stored claims. If there is no claim, it is created now; in both cases it must be complete."""
        folder = self.logbook.paths.claims / "home"
        stored = len(claim_folders(folder))
        if not stored:
            self.logbook.claim(MARCH)
        self.logbook.update()
        assert [path.name for path in folder.iterdir()] == ["0001-2025-03"]
        assert self.logbook.rows("select number, lines from claims") == [(1, 2)]
        assert self.logbook.verify()[-1] == "home: claim 1: derived again from raw/"
        assert (folder / "0001-2025-03" / "attachments" / "el.pdf").read_bytes() == b"%PDF-1.7 bill"
        return stored


def test_a_claim_killed_at_any_file_operation_is_stored_completely_or_not_at_all(
    context: ForkServerContext, unclaimed_logbook: ClaimedLogbook, tmp_path: Path
) -> None:
    complete = Attempt(context, unclaimed_logbook, tmp_path / "complete", fatal_step=0)
    assert complete.wait() == 0
    steps = int(complete.log.read_text("utf-8"))
    assert steps > 40
    stored = []
    for step in range(1, steps + 1, 2):
        attempt = Attempt(context, unclaimed_logbook, tmp_path / str(step), fatal_step=step)
        assert attempt.wait() == -signal.SIGKILL
        stored.append(attempt.claims())
        shutil.rmtree(tmp_path / str(step))
    assert stored == sorted(stored)
    assert set(stored) == {0, 1}


def test_a_claim_killed_at_a_random_time_is_stored_completely_or_not_at_all(
    context: ForkServerContext, unclaimed_logbook: ClaimedLogbook, tmp_path: Path
) -> None:
    started = time.monotonic()
    assert Attempt(context, unclaimed_logbook, tmp_path / "complete", fatal_step=0).wait() == 0
    duration = time.monotonic() - started
    draw = random.Random(5)  # noqa: S311 (draws times)
    for place in range(_AT_RANDOM):
        attempt = Attempt(context, unclaimed_logbook, tmp_path / str(place), fatal_step=0)
        attempt.process.join(duration * draw.random())
        attempt.process.kill()
        assert attempt.wait() in (0, -signal.SIGKILL)
        attempt.claims()
        shutil.rmtree(tmp_path / str(place))
