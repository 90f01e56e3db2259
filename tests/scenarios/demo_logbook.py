"""A logbook of the demo tenant's account `demo`, and the commands run on it at the tenant's present time."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import duckdb
import pytest

import pipeline
from pipeline.cli import main
from pipeline.cli.context import Context
from pipeline.clock import StartedClock
from pipeline.demo import DEMO_NOW, DemoServer, Tenant
from pipeline.logbook.folder import Logbook
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account
from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import FILE_VARIABLE
from tests.scenarios.new_logbook import write_empty_database

CHECKOUT = Path(pipeline.__file__).parents[1]
NO_DELAY = timedelta()


class ClockWithoutWaits(StartedClock):
    """A clock that does not wait, but adds the length of each wait to its time."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._slept = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return super().now() + self._slept

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._slept += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Outcome:
    """The result of a command."""

    code: int
    out: str
    err: str


class DemoLogbook:
    """`home` is the logbook's folder; its logins are in a file next to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.credentials = folder / "credentials.json"
        self.paths = Logbook(self.home)

    @classmethod
    def begin(cls, folder: Path, url: str, *, client_id: str = "", name: str = "demo") -> Self:
        """A new logbook with one account, with retries for an operator on loopback, and without a login."""
        logbook = cls(folder)
        client = ("--client-id", client_id) if client_id else ()
        logbook.do("account", "add", name, "--url", url, *client)
        with logbook.paths.settings.open("a", encoding="utf-8") as file:
            file.write("\n[source]\nrequests_per_second = 1000\nattempts = 8\n")
        write_empty_database(logbook.paths)
        return logbook

    def moved_to(self, folder: Path, server: DemoServer) -> Self:
        """A copy of an archive that another process fetched from another server, with this process's server."""
        copy = self.copied(folder)
        copy.do("account", "add", copy.account.name, "--url", server.url, "--moved")
        copy.store_login(server.tenant)
        copy.do("transform")
        return copy

    def copied(self, folder: Path) -> Self:
        """A copy of this logbook with its login."""
        shutil.copytree(self.folder, folder)
        return type(self)(folder)

    @property
    def account(self) -> Account:
        (account,) = read_settings(self.paths.settings).accounts.values()
        return account

    @property
    def stored_login(self) -> Secret | None:
        return FileCredentials(self.credentials).read(self.account)

    def store_login(self, tenant: Tenant) -> None:
        """Store a login of the tenant that can be refreshed."""
        secret = Secret(token=tenant.token, refresh_token=tenant.refresh_token, client_secret=tenant.client_secret)
        FileCredentials(self.credentials).write(self.account, secret)

    def run(self, *arguments: str, after: timedelta = NO_DELAY, now: datetime = DEMO_NOW, stdin: str = "") -> Outcome:
        """Run a command in this process, at the time `after` later than `now`."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv(FILE_VARIABLE, str(self.credentials))
            patch.setenv("LADEBOG_HOME", str(self.home))
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            code = main.run(arguments, Context(ClockWithoutWaits(now + after)))
        return Outcome(code, out.getvalue(), err.getvalue())

    def do(self, *arguments: str, after: timedelta = NO_DELAY, now: datetime = DEMO_NOW, stdin: str = "") -> Outcome:
        """Run a command that must succeed."""
        outcome = self.run(*arguments, after=after, now=now, stdin=stdin)
        assert outcome.code == 0, outcome
        return outcome

    def archive(self, *options: str, after: timedelta = NO_DELAY, now: datetime = DEMO_NOW) -> str:
        """Extract and transform; returns the output of the extract."""
        report = self.do("extract", *options, after=after, now=now).out
        self.do("transform", after=after, now=now)
        return report

    def command(self, *arguments: str, now: datetime = DEMO_NOW) -> list[str]:
        """The arguments of a process that runs a command at the time `now`."""
        script = [sys.executable, "-m", "tests.scenarios.cli_at_time", now.isoformat()]
        return [*script, *arguments]

    def run_process(self, *arguments: str, stdin: str = "", now: datetime = DEMO_NOW) -> Outcome:
        """Run a command in another process."""
        done = subprocess.run(
            self.command(*arguments, now=now),
            env=self.environment,
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that runs the checkout's code on this logbook with its logins."""
        return os.environ | {
            "PYTHONPATH": str(CHECKOUT),
            "LADEBOG_HOME": str(self.home),
            FILE_VARIABLE: str(self.credentials),
        }

    def ask(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query to the published database."""
        with duckdb.connect(str(self.paths.database), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            cursor = connection.execute(query, list(parameters))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, query: str, *parameters: Any) -> Any:
        """The single value of a query."""
        ((value,),) = [row.values() for row in self.ask(query, *parameters)]
        return value

    def marts(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of the tables and views that users see, except runs and documents."""
        names = self.ask("select table_name from information_schema.tables where table_schema = 'main' order by all")
        tables = [row["table_name"] for row in names if row["table_name"] not in ("runs", "documents")]
        return {name: self.ask(f"select * from {name} order by all") for name in tables}  # noqa: S608
