"""Commands on a logbook in processes of their own, with an injected fault if a test needs one."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from pipeline.source.credentials.store import FILE_VARIABLE
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

TIMEOUT = 300.0  # seconds; longer than any command takes, even on a busy machine
KILLED = -9

Fault = Callable[[], object]


def _run(output: Path, credentials: str, now: datetime, fault: Fault | None, arguments: tuple[str, ...]) -> None:
    """Run a command with its output in two files."""
    from pipeline.cli.main import main
    from tests.scenarios.demo_logbook import ClockWithoutWaits

    os.environ[FILE_VARIABLE] = credentials
    with (
        output.with_suffix(".out").open("w", encoding="utf-8") as out,
        output.with_suffix(".err").open("w", encoding="utf-8") as err,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        if fault is not None:
            fault()
        main(arguments, ClockWithoutWaits(now))


class RunningCommand:
    """A running command."""

    def __init__(self, process: BaseProcess, output: Path) -> None:
        self.process = process
        self._output = output

    def outcome(self, seconds: float = TIMEOUT) -> Outcome:
        """The outcome of the command, which must end by itself."""
        self.process.join(seconds)
        assert self.process.exitcode is not None, "the command does not end"
        files = [self._output.with_suffix(ending) for ending in (".out", ".err")]
        out, err = (file.read_text("utf-8") if file.exists() else "" for file in files)
        return Outcome(self.process.exitcode, out, err)

    def kill(self, after: float) -> Outcome:
        """Kill the command after this many seconds, if it has not ended; returns its outcome."""
        self.process.join(after)
        self.process.kill()
        return self.outcome()


class Starter:
    """Starts commands, forked from a process with all imports done; each runs a minute later than the one before."""

    def __init__(self, logbook: DemoLogbook, now: datetime) -> None:
        self._logbook = logbook
        self._now = now
        self._start_count = 0

    def start(self, *arguments: str, fault: Fault | None = None, now: datetime | None = None) -> RunningCommand:
        """Start a command. `fault` is called first in its process; it must be picklable."""
        self._start_count += 1
        output = self._logbook.folder / f"output-{self._start_count}"
        now = now or self._now + self._start_count * timedelta(minutes=1)
        arguments = ("--home", str(self._logbook.home), *arguments)
        process = _context().Process(
            target=_run, args=(output, str(self._logbook.credentials), now, fault, arguments), daemon=True
        )
        process.start()
        return RunningCommand(process, output)

    def run(self, *arguments: str, fault: Fault | None = None, now: datetime | None = None) -> Outcome:
        """Run a command to its end."""
        return self.start(*arguments, fault=fault, now=now).outcome()

    def do(self, *arguments: str, fault: Fault | None = None, now: datetime | None = None) -> Outcome:
        """Run a command that must succeed."""
        outcome = self.run(*arguments, fault=fault, now=now)
        assert outcome.code == 0, outcome
        return outcome


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.preload"])
    return context
