"""Loads the journal's entries about sessions, cars and claims into the fact tables.

The journal only grows, so only new entries are inserted. The number and SHA-256 of each entry are stored too, whatever
it is about: an entry in the tables that the journal lacks was lost or changed.
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

EntryHash = tuple[int, str]  # an entry's number and SHA-256

_RECORDED = "select entry, sha256 from facts.journal_entries order by entry"


def load_journal(connection: duckdb.DuckDBPyConnection, logbook: Logbook, journal: Journal) -> None:
    """Insert the journal's new entries, in one transaction.

    Raises JournalError if the journal lacks an entry that was loaded before.
    """
    recorded = connection.execute(_RECORDED).fetchall()
    new = journal.entries[len(recorded) :]
    _refuse_lost_entries(logbook, journal, recorded)
    decisions = [_decision(entry) for entry in new if entry.action in ACTIONS]
    changed = {(decision[2], decision[3]) for decision in decisions}
    with transaction(connection):
        insert(connection, "facts.decisions", decisions)
        insert(connection, "facts.changed_sessions", sorted(changed))
        insert(connection, "facts.odometer", [_reading(entry) for entry in new if entry.action == ODOMETER])
        insert(connection, "facts.claim_marks", [_mark(entry) for entry in new if entry.action == MARK])
        insert(connection, "facts.journal_entries", [(entry.entry, entry.sha256) for entry in new])


def _decision(entry: Entry) -> tuple[Any, ...]:
    decision = msgspec.convert(entry.fields, SessionDecision)
    subject = (decision.account, decision.session_id, entry.action)
    return entry.entry, entry.at, *subject, decision.value, decision.reason


def _reading(entry: Entry) -> tuple[Any, ...]:
    reading = msgspec.convert(entry.fields, OdometerReading)
    return entry.entry, reading.car, reading.read_on, reading.kilometres


def _mark(entry: Entry) -> tuple[Any, ...]:
    mark = msgspec.convert(entry.fields, ClaimMark)
    return entry.entry, entry.at, mark.account, mark.number, mark.manifest_sha256, mark.state, mark.marked_on


def _refuse_lost_entries(logbook: Logbook, journal: Journal, recorded: Iterable[EntryHash]) -> None:
    hashes = {entry.entry: entry.sha256 for entry in journal.entries}
    lost = next((number for number, sha256 in recorded if hashes.get(number) != sha256), None)
    if lost is not None:
        raise JournalError(
            f"{logbook.journal} no longer has entry {lost} as it was loaded into the database.",
            "Restore the journal from a backup; or, to continue with the journal as it is now, run: ladebog rebuild",
        )
