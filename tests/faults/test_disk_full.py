"""A disk that is full or failing at any write: said so, nothing lost, and the same end once there is room."""

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
from tests.faults.conftest import NOW, Tried
from tests.faults.kept import assert_whole, held, lost
from tests.faults.processes import Starter
from tests.faults.steps import STEPS, FailsAt
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

pytestmark = pytest.mark.faults

_ROOM = "Make room on the disk, then run the same command again; nothing is lost"
_DISK = "Check the disk: it is failing, then run the same command again; nothing is lost"
_SIZES = (16, 40, 100, 300, 600, 1_200, 3_000, 6_000, 9_000, 12_000, 16_000, 20_000)  # kB; a run fills more
# The first two files to be replaced are checksums of the database, which a run can do without.
_CALLS = {"rename of a replaced file": (3, 4), "rename of a segment": (1,), "publish": (1,)}
_BY_NAME = {step.name: step for step in STEPS}


@contextmanager
def disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of that size, in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def refused(outcome: Outcome) -> tuple[str, str]:
    """The message and the advice of a run that the system stopped: its last lines, behind what it told before."""
    return refusal(Outcome(outcome.code, "", "\n".join(outcome.err.splitlines()[-2:])), 1)


def refused_for_room(outcome: Outcome) -> tuple[str, str]:
    message, advice = refused(outcome)
    assert "No space left on device" in message or "File too large" in message
    assert advice == _ROOM
    return message, advice


@pytest.mark.parametrize("kilobytes", _SIZES)
def test_a_full_disk(kilobytes: int, young: DemoServer, new: DemoLogbook, tmp_path: Path, tried: Tried) -> None:
    shutil.rmtree(new.paths.state)
    with disk(tmp_path / "disk", kilobytes) as small:
        logbook = new.copied(small / "logbook")
        message, advice = refused_for_room(logbook.run("run", now=NOW))
        before = held(logbook)
        subprocess.run(["mount", "-o", "remount,size=100m", str(small)], check=True)
        logbook.do("run", now=NOW)
        tried("disk full", 1, lost(before, logbook), message, advice)
        assert_whole(logbook, young.tenant)


@dataclass(frozen=True)
class SmallFiles:
    """No file may grow beyond so many bytes: the write that would cross it is cut off there, in any library."""

    size: int

    def __call__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.size))


def test_a_write_cut_off_anywhere(young: DemoServer, new: DemoLogbook, tmp_path: Path, tried: Tried) -> None:
    draw = random.Random("cut off")  # noqa: S311 (draws sizes)
    # Up to 30 kB it is the segment that is cut off, then the database; where both are longer, neither.
    for size in [draw.randrange(100, 30_000) for _ in range(5)] + [
        draw.randrange(40_000, 11_000_000) for _ in range(4)
    ]:
        logbook = new.copied(tmp_path / f"cut-off-{size}")
        if size > 30_000:
            shutil.rmtree(logbook.paths.state)
        starter = Starter(logbook, NOW)
        message, advice = refused_for_room(starter.run("run", fault=SmallFiles(size)))
        before = held(logbook)
        starter.do("run")
        tried("write cut off", 1, lost(before, logbook), message, advice)
        assert_whole(logbook, young.tenant)


@pytest.mark.parametrize(
    "name", ["raw write", "fsync", "publish", "render", "rename of a segment", "rename of a replaced file"]
)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=["full", "failing"])
def test_a_step_that_the_system_refuses(
    name: str, number: int, young: DemoServer, new: DemoLogbook, tmp_path: Path, tried: Tried
) -> None:
    draw = random.Random(f"{name} {number}")  # noqa: S311 (draws calls)
    for call in _CALLS.get(name, (1, draw.randint(2, 8))):
        logbook = new.copied(tmp_path / str(call))
        starter = Starter(logbook, NOW)
        outcome = starter.run("run", fault=FailsAt(_BY_NAME[name], call, number))
        message, advice = refused(outcome)
        assert message.startswith(f"{os.strerror(number)} ({logbook.home}/")
        assert advice == (_ROOM if number == errno.ENOSPC else _DISK)
        before = held(logbook)
        starter.do("run")
        tried(f"{name} fails: {errno.errorcode[number]}", 1, lost(before, logbook), message, advice)
        assert_whole(logbook, young.tenant)
