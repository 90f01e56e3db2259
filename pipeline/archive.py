"""The whole archive, brought up to date: from raw/ and journal/ as they lie there to the published database."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipeline import database, raw
from pipeline.clock import Clock
from pipeline.decisions import load_decisions
from pipeline.errors import SettingsError
from pipeline.journal import Journal
from pipeline.load import Loader
from pipeline.logbook import Logbook, make_folder
from pipeline.settings import Settings
from pipeline.transform import transform


@contextmanager
def opened(logbook: Logbook, settings: Settings, clock: Clock) -> Iterator[duckdb.DuckDBPyConnection]:
    """The writer's database under the logbook's lock, holding all that raw/ and journal/ hold, with the marts made.

    Raises BusyError if another run holds the logbook, RawStoreError, JournalError, DatabaseError, SettingsError.
    """
    with logbook.lock(), database.writer(logbook) as connection:
        _bring_up_to_date(connection, logbook, settings, clock)
        yield connection


@contextmanager
def journalling(
    logbook: Logbook, settings: Settings, clock: Clock
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Journal]]:
    """The fact tables, and the journal to append to, under the logbook's lock.

    On leaving without an error the marts are made from what was appended, and published. Raises as `opened` does.
    """
    with logbook.lock():
        with database.writer(logbook) as connection:
            _load(connection, logbook, settings, clock)
            journal = Journal.open(logbook.journal)
            load_decisions(connection, logbook, journal)
            yield connection, journal
            load_decisions(connection, logbook, journal)
            transform(connection, settings)
        database.publish(logbook)


def update(logbook: Logbook, settings: Settings, clock: Clock) -> None:
    """Load, transform and publish. Raises as `opened` does."""
    with logbook.lock():
        _update(logbook, settings, clock)


def rebuild(logbook: Logbook, settings: Settings, clock: Clock) -> None:
    """Drop the writer's database, make it again from raw/ and journal/, and publish it. Raises as `opened` does."""
    with logbook.lock():
        rebuild_locked(logbook, settings, clock)


def rebuild_locked(logbook: Logbook, settings: Settings, clock: Clock) -> None:
    """As `rebuild`, for who holds the logbook's lock."""
    database.drop(logbook)
    _update(logbook, settings, clock)


def _update(logbook: Logbook, settings: Settings, clock: Clock) -> None:
    with database.writer(logbook) as connection:
        _bring_up_to_date(connection, logbook, settings, clock)
    database.publish(logbook)


def _bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, logbook: Logbook, settings: Settings, clock: Clock
) -> None:
    _load(connection, logbook, settings, clock)
    load_decisions(connection, logbook, Journal.open(logbook.journal))
    transform(connection, settings)


def _load(connection: duckdb.DuckDBPyConnection, logbook: Logbook, settings: Settings, clock: Clock) -> None:
    make_folder(logbook.raw)
    for folder in sorted(logbook.raw.iterdir()):
        if folder.name not in settings.accounts:
            raise SettingsError(
                f"{folder} holds the answers of an account that {logbook.settings.name} does not name.",
                f"Name it again with: ladebog account add {folder.name} --url https://TENANT",
            )
        raw.recover(folder, clock.now())
        Loader(connection, folder).load_all()
