"""What the journal says about sessions, cars and claims, as rows of the fact tables.

The journal only grows, so the tables take what is new in it, and an entry that they hold and the journal does not was
lost or changed: no chain shows that its end is missing.
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


def load_decisions(connection: duckdb.DuckDBPyConnection, logbook: Logbook, journal: Journal) -> None:
    """Bring the journal's new entries into the fact tables, in one transaction.

    Raises JournalError if it lacks an entry that the tables hold.
    """
    rows = {
        "decisions": [_decision(entry) for entry in journal.entries if entry.action in ACTIONS],
        "odometer": [_reading(entry) for entry in journal.entries if entry.action == ODOMETER],
        "claim_marks": [_mark(entry) for entry in journal.entries if entry.action == MARK],
    }
    with transaction(connection):
        for table, rows_of_table in rows.items():
            connection.execute(f"create temp table journalled_{table} as from facts.{table} with no data")
            insert(connection, f"journalled_{table}", rows_of_table)
        _refuse_lost_entries(connection, logbook, rows)
        connection.execute(_INSERT_CHANGED_SESSIONS)
        for table in rows:
            connection.execute(
                f"insert into facts.{table} from journalled_{table} anti join facts.{table} using (entry)"
            )
            connection.execute(f"drop table journalled_{table}")


def _decision(entry: Entry) -> tuple[Any, ...]:
    said = msgspec.convert(entry.fields, SessionDecision)
    return entry.entry, entry.at, said.account, said.session_id, entry.action, said.value, said.reason


def _reading(entry: Entry) -> tuple[Any, ...]:
    said = msgspec.convert(entry.fields, OdometerReading)
    return entry.entry, said.car, said.read_on, said.kilometres


def _mark(entry: Entry) -> tuple[Any, ...]:
    said = msgspec.convert(entry.fields, ClaimMark)
    return entry.entry, said.account, said.number, said.state, said.marked_on


def _refuse_lost_entries(connection: duckdb.DuckDBPyConnection, logbook: Logbook, tables: Iterable[str]) -> None:
    held = [
        f"select entry from (from facts.{table} except from journalled_{table})"  # noqa: S608 (names of our own)
        for table in tables
    ]
    lost = connection.execute(f"select min(entry) from ({' union all '.join(held)})").fetchone()  # noqa: S608
    if lost and lost[0] is not None:
        raise JournalError(
            f"{logbook.journal} no longer holds entry {lost[0]} as it was when the database was made.",
            "Put the journal back from a backup; or, to go on with the journal as it is now, run: ladebog rebuild",
        )
