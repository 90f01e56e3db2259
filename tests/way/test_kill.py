"""A run may be killed at any moment: the next one goes on, and in the end nothing tells."""

import contextlib
import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerContext
from pathlib import Path

import duckdb
import pytest

from pipeline.demo import DemoServer, Faults, Tenant
from pipeline.source.credentials import FILE_VARIABLE
from tests.way.agreement import assert_marts_are_the_truth, assert_raw_holds_together
from tests.way.demo_logbook import DemoLogbook

_NOW = datetime(2024, 9, 26, 12, tzinfo=UTC)
_EXTRACT = ("-q", "extract", "--since", "2024-09-01")
_TRANSFORM = ("-q", "transform")
pytestmark = pytest.mark.system

_KILLS = 20
_LONG = 30.0  # seconds; no run takes as long


def _run(errors: str, credentials: str, now: datetime, arguments: tuple[str, ...]) -> None:
    """What a process does: the command, with what it says of errors appended to a file."""
    from pipeline.cli.main import main
    from tests.way.demo_logbook import HurriedClock

    os.environ[FILE_VARIABLE] = credentials
    with Path(errors).open("a", encoding="utf-8") as file, contextlib.redirect_stderr(file):
        main(arguments, HurriedClock(now))


class Starter:
    """Starts commands on a logbook as processes of their own, forked from one that has everything imported."""

    def __init__(self, context: ForkServerContext, logbook: DemoLogbook) -> None:
        self._context = context
        self._logbook = logbook
        self._started = 0
        self.errors = logbook.folder / "errors.txt"

    def start(self, *arguments: str) -> multiprocessing.process.BaseProcess:
        self._started += 1
        now = _NOW + self._started * timedelta(minutes=1)
        arguments = ("--home", str(self._logbook.home), *arguments)
        about = (str(self.errors), str(self._logbook.credentials), now, arguments)
        process = self._context.Process(target=_run, args=about)
        process.start()
        return process

    def run(self, *arguments: str) -> float:
        """Run a command to its end, which must be a good one; returns how long it took, in seconds."""
        began = time.monotonic()
        process = self.start(*arguments)
        process.join(_LONG)
        assert process.exitcode == 0, self.errors.read_text("utf-8")
        return time.monotonic() - began

    def kill(self, seconds: float, *arguments: str) -> bool:
        """Kill a command that many seconds after its start, if it has not ended; tells whether it had."""
        process = self.start(*arguments)
        process.join(seconds)
        process.kill()
        process.join(_LONG)
        assert process.exitcode in (0, -9), self.errors.read_text("utf-8")
        return process.exitcode == 0


@pytest.fixture(scope="module")
def context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.way.warm"])
    return context


@pytest.fixture
def slow() -> Iterator[DemoServer]:
    """A young account at an operator that takes its time."""
    with DemoServer(Tenant(now=_NOW), Faults(slow=0.005)) as server:
        yield server


@pytest.fixture
def logbook(slow: DemoServer, tmp_path: Path) -> DemoLogbook:
    new = DemoLogbook.begin(tmp_path / "killed", slow.url)
    new.keep_login(slow.tenant)
    return new


@pytest.fixture
def undisturbed(slow: DemoServer, logbook: DemoLogbook, tmp_path: Path) -> DemoLogbook:
    """The same account's archive of one run."""
    other = logbook.copied(tmp_path / "undisturbed")
    other.archive("--since", "2024-09-01", now=_NOW)
    return other


def told(logbook: DemoLogbook) -> dict[str, object]:
    """All that the marts say, but for the times of the runs and the names of what they wrote."""
    marts: dict[str, object] = {**logbook.marts()}
    del marts["account_states"], marts["month_states"]
    return marts


def test_extract_killed_twenty_times(
    slow: DemoServer, logbook: DemoLogbook, undisturbed: DemoLogbook, context: ForkServerContext, tmp_path: Path
) -> None:
    logbook.do("transform", now=_NOW)  # the database is there: what a kill does to its making is tested below
    duration = Starter(context, logbook.copied(tmp_path / "measured")).run(*_EXTRACT)
    draw = random.Random(1)  # noqa: S311 (draws moments)
    starter = Starter(context, logbook)
    ended = [starter.kill(duration * draw.random(), *_EXTRACT) for _ in range(_KILLS)]
    starter.run(*_EXTRACT)
    starter.run(*_TRANSFORM)
    assert_raw_holds_together(logbook)
    assert_marts_are_the_truth(logbook, slow.tenant)
    assert told(undisturbed) == told(logbook)
    assert not all(ended)


def test_transform_killed_on_its_way(
    slow: DemoServer, logbook: DemoLogbook, undisturbed: DemoLogbook, context: ForkServerContext
) -> None:
    before = told(undisturbed)
    logbook.do("transform", now=_NOW)
    nothing_loaded = logbook.paths.writer_database.read_bytes()
    starter, draw = Starter(context, undisturbed), random.Random(2)  # noqa: S311 (draws moments)
    undisturbed.paths.writer_database.write_bytes(nothing_loaded)
    duration = starter.run(*_TRANSFORM)
    for _ in range(4):
        undisturbed.paths.writer_database.write_bytes(nothing_loaded)
        undisturbed.paths.writer_database.with_name("writer.duckdb.wal").unlink(missing_ok=True)
        starter.kill(duration * draw.random(), *_TRANSFORM)
        assert before == told(undisturbed)  # whoever reads meanwhile has a whole database
    starter.run(*_TRANSFORM)
    assert before == told(undisturbed)
    assert_marts_are_the_truth(undisturbed, slow.tenant)
    assert_raw_holds_together(undisturbed)


@pytest.mark.parametrize("left", ["an empty file", "a database without tables"])
def test_killed_while_the_database_was_made(undisturbed: DemoLogbook, left: str) -> None:
    before = told(undisturbed)
    undisturbed.paths.writer_database.unlink()
    if left == "an empty file":
        undisturbed.paths.writer_database.touch()
    else:
        duckdb.connect(str(undisturbed.paths.writer_database)).close()
    assert undisturbed.run("transform", now=_NOW).err == ""
    assert before == told(undisturbed)
