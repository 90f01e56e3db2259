"""Brings the whole archive up to date: from raw/, journal/ and claims/ to the published database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import duckdb

from pipeline.clock import Clock
from pipeline.database.connection import drop_writer, open_published, open_writer, publish, remove_foreign_logs
from pipeline.errors import LogbookError, SettingsError
from pipeline.load.answers import AnswerLoader
from pipeline.load.claims import load_folder, store_faults
from pipeline.load.journal import load_journal, refuse_removed_entries
from pipeline.load.links import Link, kept_entries, known_links, lost_links, store_lost_links
from pipeline.logbook import event_log
from pipeline.logbook.files import make_folder, remedy
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import Journal
from pipeline.logbook.system_files import account_folders
from pipeline.raw.segments import recover_segments
from pipeline.settings.names import name_fault
from pipeline.settings.schema import Settings
from pipeline.settings.unnamed_folders import naming_advice
from pipeline.transform.refresh import refresh_marts


@contextmanager
def open_updated(logbook: Logbook, settings: Settings, clock: Clock) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the writer's database under the logbook's lock, with raw/, journal/ and claims/ loaded and marts refreshed.

    Raises BusyError if another run holds the logbook, RawStoreError, JournalError,
    DatabaseError, SettingsError.
    """
    with logbook.lock(), open_writer(logbook) as connection:
        _bring_up_to_date(connection, logbook, settings, clock)
        yield connection


@contextmanager
def open_with_journal(
    logbook: Logbook, settings: Settings, clock: Clock
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Journal]]:
    """Open the loaded writer's database, and the journal to append to, under the logbook's lock.

    If the context ends without an error, what was appended is loaded, and the marts are refreshed and published. Raises
    as `open_updated` does.
    """
    with logbook.lock(), _explaining_what_is_recorded() as recorded:
        with open_writer(logbook) as connection:
            journal = _load(connection, logbook, settings, clock)
            yield connection, journal
            recorded.set()
            load_journal(connection, logbook, journal)
            refresh_marts(connection, settings)
        publish(logbook)


@contextmanager
def open_current(
    logbook: Logbook, settings: Settings, clock: Clock
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Journal]]:
    """As `open_with_journal`, but the marts are refreshed and published at the start as well.

    Claims that are written in the context are loaded at its end too.
    """
    with logbook.lock(), _explaining_what_is_recorded() as recorded:
        _update(logbook, settings, clock)
        with open_writer(logbook) as connection:
            yield connection, Journal.open(logbook.journal)
            recorded.set()
            _bring_up_to_date(connection, logbook, settings, clock)
        publish(logbook)


@contextmanager
def _explaining_what_is_recorded() -> Iterator[Event]:
    """Yield an event to set once the command has recorded all it was to record.

    From then on, an error of the disk only delays the database, and repeating the command would record it again.
    """
    recorded = Event()
    try:
        yield recorded
    except OSError as error:
        if not recorded.is_set():
            raise
        where = f" ({error.filename})" if error.filename else ""
        raise LogbookError(
            f"It is recorded, but the database was not updated: {error.strerror or error}{where}.",
            remedy(error.errno, "update it with: ladebog transform"),
        ) from error


def update_archive(logbook: Logbook, settings: Settings, clock: Clock) -> None:
    """Load, transform and publish. Raises as `open_updated` does."""
    with logbook.lock():
        _update(logbook, settings, clock)


def rebuild_archive(logbook: Logbook, settings: Settings, clock: Clock) -> list[Link]:
    """Drop the writer's database, build it again from the logbook's files, and publish it. Raises as `open_updated`.

    Returns the links that the chains have lost, as far as the database that was published before knows.
    """
    with logbook.lock():
        rebuild_locked(logbook, settings, clock)
        with open_published(logbook) as connection:
            return lost_links(connection)


def rebuild_locked(logbook: Logbook, settings: Settings, clock: Clock) -> None:
    """As `rebuild_archive`, for a caller that holds the logbook's lock."""
    drop_writer(logbook)
    _update(logbook, settings, clock)


def _update(logbook: Logbook, settings: Settings, clock: Clock) -> None:
    with open_writer(logbook) as connection:
        _bring_up_to_date(connection, logbook, settings, clock)
    publish(logbook)


def _bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, logbook: Logbook, settings: Settings, clock: Clock
) -> None:
    _load(connection, logbook, settings, clock)
    refresh_marts(connection, settings)


def _load(connection: duckdb.DuckDBPyConnection, logbook: Logbook, settings: Settings, clock: Clock) -> Journal:
    make_folder(logbook.raw)
    answers = _account_folders(logbook, logbook.raw, "answers", settings)
    for folder in (*answers, *_lost_folders(connection, "segments", logbook.raw, answers)):
        recover_segments(folder, clock.now())
        AnswerLoader(connection, folder).load_all()
    claims = _account_folders(logbook, logbook.claims, "claims", settings)
    folders = (*claims, *_lost_folders(connection, "claims", logbook.claims, claims))
    store_faults(connection, {folder.name: load_folder(connection, folder) for folder in folders})
    journal = Journal.open(logbook.journal)
    load_journal(connection, logbook, journal)
    if connection.execute("select models from facts.settings").fetchall() == [("",)]:
        _take_over_lost_links(connection, logbook, settings, journal)
    return journal


def _take_over_lost_links(
    connection: duckdb.DuckDBPyConnection, logbook: Logbook, settings: Settings, journal: Journal
) -> None:
    """Store in a new database which links of the published one the files lack; an account that was forgotten has none.

    Nothing is known if the published database is missing, damaged or of another version. Raises JournalError for an
    entry that the published database contains, of an account that is still there, and that the journal has not kept.
    """
    remove_foreign_logs(logbook)
    try:
        with open_published(logbook) as published:
            earlier, kept = known_links(published), kept_entries(published)
    except LogbookError:
        return
    known_accounts = {"", *settings.accounts}
    kept = {number: account for number, account in kept.items() if account in known_accounts}
    refuse_removed_entries(logbook, journal, kept)
    store_lost_links(connection, [link for link in earlier if link.account in known_accounts])
    if lost := lost_links(connection):
        event_log.warning("links lost", links=[f"{link.chain} {link.account} {link.name}" for link in lost])


def _lost_folders(connection: duckdb.DuckDBPyConnection, table: str, parent: Path, folders: list[Path]) -> list[Path]:
    """The folders of accounts that were loaded before and have none any more: loading them finds out what is lost."""
    query = f"select distinct account from facts.{table} order by account"  # noqa: S608 (a name of our own)
    loaded = [parent / account for (account,) in connection.execute(query).fetchall()]
    return [folder for folder in loaded if folder not in folders]


def _account_folders(logbook: Logbook, parent: Path, content: str, settings: Settings) -> list[Path]:
    """The folders in raw/ or claims/, one per account. Raises SettingsError for one that the settings do not name."""
    folders = account_folders(parent)
    for folder in folders:
        if folder.name not in settings.accounts:
            holds = f"holds the {content} of an account that {logbook.settings.name} does not name"
            raise SettingsError(
                f"{folder} {'is not the folder of an account' if name_fault(folder.name) else holds}.",
                naming_advice(logbook, folder, settings),
            )
    return folders
