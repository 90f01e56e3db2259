"""A disk that is full or fails at any write: it is reported, nothing is lost, and a later run completes the archive."""

import errno
import os
import random
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items
from tests.faults.processes import Starter
from tests.faults.steps import STEPS, FailsAt
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

pytestmark = pytest.mark.faults

_MAKE_ROOM = "Make room on the disk, then run the same command again; nothing is lost"
_CHECK_THE_DISK = "Check or replace the failing disk, then run the same command again; nothing is lost"
_SIZES = (16, 40, 100, 300, 600, 1_000, 1_400, 2_000, 2_700, 3_500, 4_500, 5_500)  # kB; a run needs more
# The first two files that are replaced are checksums of the database, without which a run can go on.
_CALLS = {"rename of a replaced file": (3, 4), "rename of a segment": (1,), "publish": (1,)}
_BY_NAME = {step.name: step for step in STEPS}


@contextmanager
def disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of this size in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def stop_message(outcome: Outcome) -> tuple[str, str]:
    """The message and the advice of a run that the system stopped: the last lines of its output."""
    return refusal(Outcome(outcome.code, "", "\n".join(outcome.err.splitlines()[-2:])), 1)


def no_space_message(outcome: Outcome) -> tuple[str, str]:
    message, advice = stop_message(outcome)
    assert "No space left on device" in message or "File too large" in message
    assert advice == _MAKE_ROOM
    return message, advice


@pytest.mark.parametrize("kilobytes", _SIZES)
def test_a_run_on_a_full_disk_stops_and_continues_later(
    kilobytes: int, new_operator: DemoServer, new_logbook: DemoLogbook, tmp_path: Path, record: Record
) -> None:
    shutil.rmtree(new_logbook.paths.state)
    with disk(tmp_path / "disk", kilobytes) as small:
        logbook = new_logbook.copied(small / "logbook")
        message, advice = no_space_message(logbook.run("run", now=NOW))
        items_before = items(logbook)
        subprocess.run(["mount", "-o", "remount,size=100m", str(small)], check=True)
        logbook.do("run", now=NOW)
        record("disk full", 1, count_lost(items_before, logbook), message, advice)
        assert_complete(logbook, new_operator.tenant)


@dataclass(frozen=True)
class SmallFiles:
    """Limits the size of files: writes beyond the limit are cut short, in any library."""

    size: int

    def __call__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.size))


def test_a_run_whose_write_is_cut_short_stops_and_continues_later(
    new_operator: DemoServer, new_logbook: DemoLogbook, tmp_path: Path, record: Record
) -> None:
    draw = random.Random("cut off")  # noqa: S311 (draws sizes)
    # Up to 30 kB, the segment is cut short; above, the database.
    for size in [draw.randrange(100, 30_000) for _ in range(5)] + [draw.randrange(40_000, 3_000_000) for _ in range(4)]:
        logbook = new_logbook.copied(tmp_path / f"cut-off-{size}")
        if size > 30_000:
            shutil.rmtree(logbook.paths.state)
        starter = Starter(logbook, NOW)
        message, advice = no_space_message(starter.run("run", fault=SmallFiles(size)))
        items_before = items(logbook)
        starter.do("run")
        record("write cut short", 1, count_lost(items_before, logbook), message, advice)
        assert_complete(logbook, new_operator.tenant)


@pytest.mark.parametrize(
    "name", ["raw write", "fsync", "publish", "render", "rename of a segment", "rename of a replaced file"]
)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=["full", "failing"])
def test_a_run_with_a_failing_step_stops_and_continues_later(
    name: str, number: int, new_operator: DemoServer, new_logbook: DemoLogbook, tmp_path: Path, record: Record
) -> None:
    draw = random.Random(f"{name} {number}")  # noqa: S311 (draws calls)
    for call in _CALLS.get(name, (1, draw.randint(2, 8))):
        logbook = new_logbook.copied(tmp_path / str(call))
        starter = Starter(logbook, NOW)
        outcome = starter.run("run", fault=FailsAt(_BY_NAME[name], call, number))
        message, advice = stop_message(outcome)
        assert message.startswith(f"{os.strerror(number)} ({logbook.home}/")
        assert advice == (_MAKE_ROOM if number == errno.ENOSPC else _CHECK_THE_DISK)
        items_before = items(logbook)
        starter.do("run")
        record(f"{name} fails: {errno.errorcode[number]}", 1, count_lost(items_before, logbook), message, advice)
        assert_complete(logbook, new_operator.tenant)
