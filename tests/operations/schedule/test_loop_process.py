"""`ladebog schedule run` as a process: it starts runs, and stops on a signal."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

import pytest

from pipeline.demo import Faults
from pipeline.logbook.folder import Logbook
from pipeline.operations.schedule.loop import LoopLock
from pipeline.source.credentials.store import FILE_VARIABLE
from tests.operations.schedule.awkward_logbook import LADEBOG, awkward_logbook, run_in_the_past
from tests.scenarios.demo_logbook import DemoLogbook, Outcome
from tests.scenarios.leaks import places_of

pytestmark = pytest.mark.system

_TIMEOUT = 60.0  # seconds
_ON_29_FEBRUARY = "0 0 29 2 *"


@contextmanager
def loop(logbook: DemoLogbook, cron: str = _ON_29_FEBRUARY) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [LADEBOG, "--home", str(logbook.home), "schedule", "run", "--cron", cron],
        env=os.environ | {FILE_VARIABLE: str(logbook.credentials), "TZ": "Europe/Copenhagen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def lines_until(text: str, out: IO[str] | None) -> list[str]:
    """The lines of output up to the one that contains `wanted`."""
    assert out is not None
    lines: list[str] = []
    while not lines or text not in lines[-1]:
        line = out.readline()
        assert line, f"ended without {text!r}: {lines}"
        lines.append(line)
    return lines


def test_a_missed_run_is_started_and_then_the_loop_waits(tmp_path: Path) -> None:
    with awkward_logbook(tmp_path) as logbook:
        run_in_the_past(logbook, timedelta(days=2))
        with loop(logbook, "0 0 * * *") as process:
            lines = lines_until("Next run at", process.stdout) + lines_until("Next run at", process.stdout)
            assert any(" listed, " in line for line in lines)
            assert logbook.value("select count(*) from runs") == 2
            next_run = LoopLock(Logbook(logbook.home)).read_next_run()
            assert next_run is not None
            assert f"{next_run.astimezone(ZoneInfo('Europe/Copenhagen')):%H:%M}" == "00:00"
            process.terminate()
            out, _ = process.communicate(timeout=_TIMEOUT)
    assert (process.returncode, out) == (0, "Stopped.\n")
    assert LoopLock(Logbook(logbook.home)).read_next_run() is None
    login = logbook.stored_login
    assert login is not None
    secrets = {login.token.split(".")[1], str(login.refresh_token), str(login.client_secret)}
    assert places_of(secrets, logbook, [Outcome(0, "".join(lines), out)]) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_in_progress_is_stopped_with_the_loop(tmp_path: Path, number: signal.Signals) -> None:
    with awkward_logbook(tmp_path, Faults(slow=0.05)) as logbook, loop(logbook) as process:
        lines_until("fetched", process.stdout)
        process.send_signal(number)
        process.send_signal(number)  # as `timeout` does
        out, _ = process.communicate(timeout=_TIMEOUT)
        assert process.returncode == 0
        assert out.splitlines()[-2:] == [
            "ladebog: stopped. What was fetched is kept; run the same command again to go on.",
            "Stopped.",
        ]
        assert "Traceback" not in out
        with logbook.paths.lock():  # the lock was released
            pass
        logbook.do("transform")
        assert logbook.ask("select outcome from runs") == [{"outcome": "interrupted"}]


def test_a_failed_run_is_reported_and_the_loop_continues(tmp_path: Path) -> None:
    with awkward_logbook(tmp_path) as logbook:
        logbook.credentials.unlink()
        with loop(logbook) as process:
            lines = lines_until("Next run at", process.stdout) + lines_until("Next run at", process.stdout)
            assert any("ended with exit code 4; the next one is at" in line for line in lines)
            time.sleep(0.2)
            assert process.poll() is None
            second_loop = subprocess.run(
                [LADEBOG, "--home", str(logbook.home), "schedule", "run"], capture_output=True, text=True, check=False
            )
            assert second_loop.returncode == 75
            assert "Another loop of runs is running for" in second_loop.stderr
            schedule_shown = logbook.run("schedule", "show")
            assert schedule_shown.out.startswith(f"A loop (ladebog schedule run) runs {logbook.home}.\n  next run ")
            process.terminate()
            assert process.wait(_TIMEOUT) == 0
