"""Loads the journal's entries about sessions, cars and claims into the fact tables.

The journal only grows, so only new entries are inserted. The number and SHA-256 of each entry, its action and its
account are stored too, whatever it is about: an entry in the tables that the journal lacks was lost or changed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import msgspec

from pipeline.database.connection import transaction
from pipeline.database.insert import insert
from pipeline.errors import JournalError
from pipeline.load.links import kept_entries, removal_fault
from pipeline.logbook.entries import (
    ACTIONS,
    CLAIM_MADE,
    MARK,
    ODOMETER,
    ClaimMark,
    ClaimRecord,
    OdometerReading,
    SessionDecision,
)
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import Entry, Journal

EntryHash = tuple[int, str]  # an entry's number and SHA-256

_RECORDED = "select entry, sha256 from facts.journal_entries order by entry"


def load_journal(connection: duckdb.DuckDBPyConnection, logbook: Logbook, journal: Journal) -> None:
    """Insert the journal's new entries, in one transaction.

    Raises JournalError if the journal lacks an entry, or the content of an entry, that was loaded before.
    """
    recorded = connection.execute(_RECORDED).fetchall()
    new = journal.entries[len(recorded) :]
    _refuse_lost_entries(logbook, journal, recorded)
    refuse_removed_entries(logbook, journal, kept_entries(connection))
    decisions = [_decision(entry) for entry in new if entry.action in ACTIONS]
    changed = {(decision[2], decision[3]) for decision in decisions}
    with transaction(connection):
        insert(connection, "facts.decisions", decisions)
        insert(connection, "facts.changed_sessions", sorted(changed))
        insert(connection, "facts.odometer", [_reading(entry) for entry in new if entry.action == ODOMETER])
        insert(connection, "facts.claim_records", [_record(entry) for entry in new if entry.action == CLAIM_MADE])
        insert(connection, "facts.claim_marks", [_mark(entry) for entry in new if entry.action == MARK])
        insert(connection, "facts.journal_entries", [_entry(entry) for entry in new])


def refuse_removed_entries(logbook: Logbook, journal: Journal, kept: Mapping[int, str]) -> None:
    """Raise JournalError if one of the entries that a database has kept is marked as forgotten in the journal."""
    if fault := removal_fault(journal.entries, kept):
        number, reason = fault
        raise JournalError(
            f"{logbook.journal} is damaged at entry {number}: {reason}.",
            "Restore the journal from a backup; or, if forgetting an account was interrupted, repeat that command",
        )


def _entry(entry: Entry) -> tuple[Any, ...]:
    return entry.entry, entry.sha256, entry.action, entry.fields.get("account")


def _decision(entry: Entry) -> tuple[Any, ...]:
    decision = msgspec.convert(entry.fields, SessionDecision)
    subject = (decision.account, decision.session_id, entry.action)
    return entry.entry, entry.at, *subject, decision.value, decision.reason


def _reading(entry: Entry) -> tuple[Any, ...]:
    reading = msgspec.convert(entry.fields, OdometerReading)
    return entry.entry, reading.car, reading.read_on, reading.kilometres


def _record(entry: Entry) -> tuple[Any, ...]:
    record = msgspec.convert(entry.fields, ClaimRecord)
    return entry.entry, record.account, record.number, record.manifest_sha256, record.month, record.made_on


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
