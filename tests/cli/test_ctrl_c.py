"""Ctrl-C that a library swallows or turns into another error still stops the command."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import duckdb
import pytest

from pipeline import interrupt
from pipeline.source.http import Http
from tests.faults.processes import RunningCommand, Starter
from tests.scenarios.demo_logbook import DEMO_NOW, DemoLogbook

pytestmark = pytest.mark.system

_LONG = 3_600.0  # seconds
_STOPPED = "ladebog: stopped. What was fetched is kept; run the same command again to go on.\n"


@dataclass(frozen=True)
class WaitingRequest:
    """Makes a run wait in its first request for ever; `when_pressed` is called on each Ctrl-C."""

    waits: Path  # one byte per time that the run began to wait
    when_pressed: Callable[[], None]
    stop_timeout: float = interrupt.STOP_TIMEOUT

    def __call__(self) -> None:
        interrupt.STOP_TIMEOUT = self.stop_timeout
        Http.get = self._get  # type: ignore[method-assign,assignment]

    def _get(self, *_: object, **__: object) -> NoReturn:
        while True:
            try:
                with self.waits.open("ab") as file:
                    file.write(b".")
                time.sleep(_LONG)
            except KeyboardInterrupt:
                self.when_pressed()

    def press(self, running: RunningCommand, nth: int = 1) -> None:
        """Send Ctrl-C while the run waits for the `nth` time."""
        while not self.waits.exists() or self.waits.stat().st_size < nth:
            assert running.process.is_alive()
            time.sleep(0.05)
        assert running.process.pid is not None
        os.kill(running.process.pid, signal.SIGINT)


def swallow() -> None:
    """Like a callback whose errors are ignored."""


def another_error() -> None:
    raise duckdb.Error("KeyboardInterrupt: <EMPTY MESSAGE>")


@pytest.mark.parametrize("when_pressed", [swallow, another_error])
def test_one_ctrl_c_stops_a_command_even_if_a_library_swallows_it(
    when_pressed: Callable[[], None], logbook: DemoLogbook, tmp_path: Path
) -> None:
    request = WaitingRequest(
        tmp_path / "waits", when_pressed, _LONG if when_pressed is another_error else interrupt.STOP_TIMEOUT
    )
    running = Starter(logbook, DEMO_NOW).start("run", fault=request)
    request.press(running)
    outcome = running.outcome()
    assert (outcome.code, outcome.out, outcome.err) == (130, "", _STOPPED)
    logbook.do("run")
    outcomes = [row["outcome"] for row in logbook.ask("select outcome from runs")]
    assert sorted(outcomes) == ["complete", "complete", "interrupted"]


def test_a_second_ctrl_c_stops_a_command_at_once(logbook: DemoLogbook, tmp_path: Path) -> None:
    request = WaitingRequest(tmp_path / "waits", swallow, _LONG)
    running = Starter(logbook, DEMO_NOW).start("run", fault=request)
    request.press(running)
    request.press(running, 2)
    assert running.outcome().code == 130
