"""Loads the journal's entries about sessions, cars and claims into the fact tables.

The journal only grows, so only new entries are inserted. An entry in the tables that the journal lacks was lost or
changed; the journal's own chain of hashes cannot show that its end is missing.
"""

from collections.abc import Iterable
from typing import Any

import duckdb
import msgspec

from pipeline.database.connection import transaction
from pipeline.database.insert import insert
from pipeline.errors import JournalError
from pipeline.logbook.entries import ACTIONS, MARK, ODOMETER, ClaimMark, OdometerReading, SessionDecision
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import Entry, Journal

_INSERT_CHANGED_SESSIONS = """
    insert into facts.changed_sessions
    select distinct account, session_id
    from journalled_decisions anti join facts.decisions using (entry)
"""


def load_journal(connection: duckdb.DuckDBPyConnection, logbook: Logbook, journal: Journal) -> None:
    """Insert the journal's new entries, in one transaction.

    Raises JournalError if it lacks an entry that is in the tables.
    """
    rows = {
        "decisions": [_decision(entry) for entry in journal.entries if entry.action in ACTIONS],
        "odometer": [_reading(entry) for entry in journal.entries if entry.action == ODOMETER],
        "claim_marks": [_mark(entry) for entry in journal.entries if entry.action == MARK],
    }
    with transaction(connection):
        for table, entries in rows.items():
            connection.execute(f"create temp table journalled_{table} as from facts.{table} with no data")
            insert(connection, f"journalled_{table}", entries)
        _refuse_lost_entries(connection, logbook, rows)
        connection.execute(_INSERT_CHANGED_SESSIONS)
        for table in rows:
            connection.execute(
                f"insert into facts.{table} from journalled_{table} anti join facts.{table} using (entry)"
            )
            connection.execute(f"drop table journalled_{table}")


def _decision(entry: Entry) -> tuple[Any, ...]:
    decision = msgspec.convert(entry.fields, SessionDecision)
    subject = (decision.account, decision.session_id, entry.action)
    return entry.entry, entry.at, *subject, decision.value, decision.reason


def _reading(entry: Entry) -> tuple[Any, ...]:
    reading = msgspec.convert(entry.fields, OdometerReading)
    return entry.entry, reading.car, reading.read_on, reading.kilometres


def _mark(entry: Entry) -> tuple[Any, ...]:
    mark = msgspec.convert(entry.fields, ClaimMark)
    return entry.entry, mark.account, mark.number, mark.state, mark.marked_on


def _refuse_lost_entries(connection: duckdb.DuckDBPyConnection, logbook: Logbook, tables: Iterable[str]) -> None:
    missing_entries = [
        f"select entry from (from facts.{table} except from journalled_{table})"  # noqa: S608 (names of our own)
        for table in tables
    ]
    lost_entry = connection.execute(f"select min(entry) from ({' union all '.join(missing_entries)})").fetchone()  # noqa: S608
    if lost_entry and lost_entry[0] is not None:
        raise JournalError(
            f"{logbook.journal} no longer has entry {lost_entry[0]} as it was loaded into the database.",
            "Restore the journal from a backup; or, to continue with the journal as it is now, run: ladebog rebuild",
        )
