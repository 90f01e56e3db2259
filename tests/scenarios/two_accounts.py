"""A logbook of two accounts, `kanarie` and `work`. All data of the first contains its name."""

from __future__ import annotations

import gzip
import io
import multiprocessing
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from pipeline.claims.document import RULES, Sources
from pipeline.claims.make import new_claim
from pipeline.cli import main
from pipeline.cli.context import Context
from pipeline.clock import StartedClock
from pipeline.logbook.entries import OdometerReading, SessionDecision, fields_of
from pipeline.logbook.files import FILE_MODE
from pipeline.logbook.folder import Logbook
from pipeline.raw.lines import RunRecord
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Driver
from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import FILE_VARIABLE
from pipeline.transform.update import open_with_journal
from reports.claims.files import write_claim_files
from tests.reports.claims.hard_claim import zero_claim
from tests.scenarios.decided_logbook import DecidedLogbook
from tests.scenarios.demo_logbook import Outcome
from tests.scenarios.written_logbook import ChargedSession

CANARY = "kanarie"
NOW = datetime(2025, 7, 1, 8, tzinfo=UTC)
_TIMEOUT = 300.0  # seconds; longer than any command takes
_SETTINGS = f"""
[[car]]
name = "Golf"
plate = "AB 12 345"

# rules of {CANARY}
[[rule]]
account = "{CANARY}"
car = "Golf"

# rules of work
[[rule]]
account = "work"
car = "Golf"
"""


@dataclass(frozen=True)
class TwoAccounts:
    """`home` is the logbook's folder; its logins are in a file next to it."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials.json"

    @property
    def paths(self) -> Logbook:
        return Logbook(self.home)

    @classmethod
    def begin(cls, folder: Path) -> TwoAccounts:
        new = cls(folder)
        sessions = {name: list(_sessions(name)) for name in (CANARY, "work")}
        DecidedLogbook.with_sessions(new.home, sessions, _SETTINGS)
        new._append_segments()
        for account in read_settings(new.paths.settings).accounts.values():
            secret = Secret(token=f"token of {account.name}")
            FileCredentials(new.credentials).write(account, secret)
        for name in (CANARY, "work"):
            new._claim(name)
        new._decide()
        new.do("transform")
        new.do("report", "2025-06")
        new.do("page")
        return new

    def _claim(self, name: str) -> None:
        """Store a claim without lines."""
        claim = msgspec.structs.replace(
            zero_claim(),
            account=name,
            number=1,
            month=date(2025, 6, 1),
            driver=Driver(name=f"driver of {name}"),
            sources=Sources(ladebog_version="0", rules=RULES, raw=None, journal=None, previous_claim=None),
        )
        with new_claim(self.paths.claims / name, claim, ()) as building:
            write_claim_files(claim, building, None)

    def _decide(self) -> None:
        """Append entries of both accounts in turn, and one without an account."""
        reading = OdometerReading(car="Golf", read_on=date(2025, 6, 30), kilometres=48211)
        with open_with_journal(self.paths, read_settings(self.paths.settings), StartedClock(NOW)) as (_, journal):
            for name in ("work", CANARY, "work", CANARY):
                decision = SessionDecision(account=name, session_id=f"{name}-1", reason=f"a guest of {name}")
                journal.append(NOW, "exclude", fields_of(decision))
            journal.append(NOW, "odometer", fields_of(reading))

    def _append_segments(self) -> None:
        """Store a second run of each account, so that there is a chain."""
        for name in (CANARY, "work"):
            record = RunRecord(run_id="beef", command="extract", version="0", started_at=NOW)
            record.outcome = "complete"
            with SegmentWriter.begin(self.paths.raw / name, record) as segment:
                segment.finish(NOW)

    def copied(self, folder: Path) -> TwoAccounts:
        shutil.copytree(self.folder, folder)
        return TwoAccounts(folder)

    def run(self, *arguments: str, after: timedelta = timedelta(), stdin: str = "") -> Outcome:
        """Run a command in this process, at the time `after` NOW."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv(FILE_VARIABLE, str(self.credentials))
            patch.setenv("LADEBOG_HOME", str(self.home))
            patch.setattr("sys.stdin", io.StringIO(stdin))
            code = main.run(arguments, Context(StartedClock(NOW + after)))
        return Outcome(code, out.getvalue(), err.getvalue())

    def do(self, *arguments: str, after: timedelta = timedelta()) -> Outcome:
        """Run a command that must succeed."""
        outcome = self.run(*arguments, after=after)
        assert outcome.code == 0, outcome
        return outcome

    def tables(self, account: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
        """The rows of every table of the published database; with `account` only those of that account."""
        return tables(self.paths.database, account)

    def files(self) -> dict[str, bytes]:
        """The contents of all files in the logbook by name, except those in state/ and logs/."""
        paths = (path for path in self.home.rglob("*") if path.is_file())
        contents = {str(path.relative_to(self.home)): path.read_bytes() for path in paths}
        return {name: content for name, content in contents.items() if not name.startswith(("state/", "logs/"))}


def _sessions(account: str) -> Iterator[ChargedSession]:
    for number in range(1, 25):
        yield ChargedSession(
            id=f"{account}-{number}",
            stopped=f"2025-06-{number:02}T12:00:00+00:00",
            note=f"a note of {account}",
            address=f"{account} street {number}",
        )


def tables(database: Path, account: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table of a database; with `account` only those of that account."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        columns = connection.execute("select schema_name || '.' || table_name, column_name from duckdb_columns()")
        names: dict[str, set[str]] = {}
        for table, column in columns.fetchall():
            names.setdefault(table, set()).add(column)
        for name, _ in connection.execute("select schema_name || '.' || view_name, sql from duckdb_views()").fetchall():
            names.pop(name, None)
        rows = {}
        for name, columns_of_table in sorted(names.items()):
            of_account = f"where account = '{account}'" if account and "account" in columns_of_table else ""
            if not account or of_account:
                rows[name] = sorted(connection.execute(f"select * from {name} {of_account}").fetchall(), key=repr)  # noqa: S608
        return rows


def places_of(text: str, folder: Path) -> list[str]:
    """The files in a folder whose name or content contains a text, also in compressed files and in tables."""
    found = []
    for path in sorted(folder.rglob("*")):
        if text in str(path.relative_to(folder)) or any(text.encode() in content for content in _contents(path)):
            found.append(str(path.relative_to(folder)))
    return found


def _contents(path: Path) -> Iterator[bytes]:
    if not path.is_file():
        return
    content = path.read_bytes()
    yield content
    if path.suffix == ".gz":
        yield gzip.decompress(content)
    elif path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as workbook:
            yield from (workbook.read(name) for name in workbook.namelist())
    elif path.suffix == ".duckdb":
        yield repr(tables(path)).encode()


def create_leftover_files(logbook: TwoAccounts) -> None:
    """Create the unfinished files that a killed process or DuckDB may leave, with data of the first account."""
    paths = logbook.paths
    for path in (
        paths.root / ".ladebog.toml.1.new",
        paths.root / ".ladebog.duckdb.2.new",
        paths.journal / ".journal.ndjson.3.new",
        paths.journal / "journal.ndjson.torn",
        paths.reports / f".{CANARY}-2025-06.xlsx.4-0badcafe.new",
        paths.reports / ".ladebog.html.6-0badcafe.new" / "ladebog.html",
        paths.state / "writer.duckdb.wal",
        paths.state / "told.json",
        paths.logs / "ladebog.log.1",
        paths.reports / f".{CANARY}-2025-06-months.csv.5-0badcafe.new" / "half",
        paths.journal / ".journal.ndjson.0badcafe.new" / "journal.ndjson.half",
        paths.state / "writer.duckdb.tmp" / "duckdb_temp_storage-0.tmp",
        paths.raw / CANARY / "2030" / "20300102T000000Z-dead.ndjson.gz.part.torn",
        logbook.credentials.with_name(".credentials.json.5.new"),
    ):
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"of {CANARY}", "utf-8")
        path.chmod(FILE_MODE)


@dataclass(frozen=True)
class Processes:
    """Runs commands in processes that are forked from one that has imported everything."""

    context: ForkServerContext

    @classmethod
    def start(cls) -> Processes:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.maintenance.backup.preload"])
        return cls(context)

    def run(self, logbook: TwoAccounts, *arguments: str, kill_after: float | None = None) -> tuple[int | None, str]:
        """Run a command, killed after `kill_after` seconds; returns its exit code and errors."""
        errors = logbook.folder / "errors.txt"
        errors.write_text("", "utf-8")
        process = self.context.Process(target=_run, args=(str(logbook.folder), arguments))
        process.start()
        process.join(kill_after if kill_after is not None else _TIMEOUT)
        process.kill()
        process.join(_TIMEOUT)
        return process.exitcode, errors.read_text("utf-8")


def _run(folder: str, arguments: tuple[str, ...]) -> None:
    """Run a command at the machine's time, with standard error in a file."""
    logbook = TwoAccounts(Path(folder))
    os.environ[FILE_VARIABLE] = str(logbook.credentials)
    file = (logbook.folder / "errors.txt").open("w", encoding="utf-8")
    with file, redirect_stderr(file), redirect_stdout(io.StringIO()):
        main.main(["--home", str(logbook.home), *arguments])
