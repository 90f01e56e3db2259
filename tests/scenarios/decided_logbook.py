"""A logbook with cars, for tests of decisions about its sessions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.context import Context
from pipeline.cli.main import run
from pipeline.clock import StartedClock
from pipeline.database.connection import open_published
from pipeline.logbook.entries import Action, SessionDecision, fields_of
from pipeline.logbook.folder import Logbook
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Account
from pipeline.transform.update import open_with_journal, rebuild_archive, update_archive
from tests.scenarios.written_logbook import ChargedSession, WrittenLogbook

ROOT = Path(__file__).parents[2]
STARTED_AT = datetime(2025, 7, 1, 8, 0, tzinfo=UTC)
TWO_CARS = """
[[car]]
name = "Golf"
plate = "AB 12 345"

[[car]]
name = "Ærø"
owner = "private"
"""


@dataclass(frozen=True)
class DecidedLogbook:
    """A logbook at `root`, with sessions and decisions about them."""

    root: Path

    @classmethod
    def with_sessions(cls, root: Path, accounts: dict[str, Iterable[ChargedSession]], cars: str) -> DecidedLogbook:
        """A published logbook with the sessions of each account; `cars` is appended to ladebog.toml."""
        for name, sessions in accounts.items():
            account = Account(name=name, url="https://operator.example.invalid")
            WrittenLogbook(root, account).archive(sessions)
        logbook = cls(root)
        logbook.set_cars(cars)
        return logbook

    def copied(self, root: Path) -> DecidedLogbook:
        shutil.copytree(self.root, root)
        return DecidedLogbook(root)

    @property
    def journal_file(self) -> Path:
        return self.root / "journal" / "journal.ndjson"

    def set_cars(self, text: str) -> None:
        """`write_cars`, and compute the marts again."""
        self.write_cars(text)
        self.update()

    def write_cars(self, text: str) -> None:
        """Replace what follows the accounts in ladebog.toml."""
        path = Logbook(self.root).settings
        accounts = path.read_text("utf-8").partition("# cars")[0]
        path.write_text(f"{accounts}# cars\n{text}", "utf-8")

    def update(self) -> None:
        logbook = Logbook(self.root)
        update_archive(logbook, read_settings(logbook.settings), StartedClock(STARTED_AT))

    def rebuild(self) -> None:
        logbook = Logbook(self.root)
        rebuild_archive(logbook, read_settings(logbook.settings), StartedClock(STARTED_AT))

    def decide(self, *decisions: tuple[Action, str, str | None, str]) -> None:
        """Append decisions to the journal, each an action, a session, a car or tag, and a reason."""
        logbook, clock = Logbook(self.root), StartedClock(STARTED_AT)
        with open_with_journal(logbook, read_settings(logbook.settings), clock) as (_, journal):
            for action, session_id, value, reason in decisions:
                decision = SessionDecision(account="home", session_id=session_id, value=value, reason=reason)
                journal.append(clock.now(), action, fields_of(decision))

    def ladebog(self, *arguments: str) -> int:
        """Run a command with the clock at 1 July 2025; returns its exit code."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LADEBOG_HOME", str(self.root))
            return run(arguments, Context(StartedClock(STARTED_AT)))

    def process(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a separate process."""
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli.main", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(ROOT), "LADEBOG_HOME": str(self.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query to the published database."""
        with open_published(Logbook(self.root)) as connection:
            return connection.execute(query).fetchall()

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all marts and of the tables from the journal."""
        names = [
            name
            for (name,) in self.rows("""
                select table_schema || '.' || table_name from information_schema.tables
                where (table_schema = 'main' and table_name not in ('documents', 'runs'))
                   or table_name in ('decisions', 'odometer')
            """)
        ]
        return {name: sorted(self.rows(f"from {name}"), key=repr) for name in names}
