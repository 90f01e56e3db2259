"""A logbook with an awkward path, and an operator with sessions up to now, for runs by the machine's clock."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.demo import DemoServer, Faults, Tenant
from pipeline.source.credentials.store import FILE_VARIABLE
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

AWKWARD_NAME = 'ladebøger 100% it\'s "$HOME"'
LADEBOG = str(Path(sys.executable).with_name("ladebog"))


@contextmanager
def awkward_logbook(folder: Path, faults: Faults | None = None) -> Iterator[DemoLogbook]:
    """A logbook with an account that is logged in, before its first run."""
    with DemoServer(Tenant(now=datetime.now(UTC)), faults or Faults()) as server:
        logbook = DemoLogbook.begin(folder / AWKWARD_NAME, server.url)
        logbook.store_login(server.tenant)
        yield logbook


def run_in_the_past(logbook: DemoLogbook, ago: timedelta) -> None:
    """Run at this time in the past, so that later runs have little to fetch."""
    run_at = datetime.now(UTC) - ago
    logbook.archive("--since", f"{run_at - timedelta(days=31):%Y-%m-%d}", now=run_at)


def as_typed(logbook: DemoLogbook, command: str) -> str:
    """A command as `ladebog` runs it, as advice names it."""
    return f"{shlex.quote(LADEBOG)} --home {shlex.quote(str(logbook.home))} {command}"


def ladebog(logbook: DemoLogbook, *arguments: str, environment: dict[str, str] | None = None) -> Outcome:
    """Run a command as a user does at a terminal."""
    process = subprocess.run(
        [LADEBOG, "--home", str(logbook.home), *arguments],
        env=os.environ | {FILE_VARIABLE: str(logbook.credentials)} | (environment or {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Outcome(process.returncode, process.stdout, process.stderr)
