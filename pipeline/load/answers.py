"""Writes batches of answers to the fact tables: every line once, in the order it was written.

Each batch is one transaction, which also records how far the segment has been read. A load that was killed continues
from there.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline.database import models
from pipeline.database.connection import transaction
from pipeline.database.insert import insert
from pipeline.load.batches import Batch, PlacedDocument, read_batches
from pipeline.load.decode import optional_micros
from pipeline.load.subject import subject_of
from pipeline.logbook.files import file_sha256
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import Position, RawLine, RunRecord, UnchangedDetail, read_run_record
from pipeline.raw.segments import PART_SUFFIX, check_length, finished_segments

Row = tuple[Any, ...]

_CREATE_ARRIVALS = "create or replace temp table arrivals as from documents with no data"

_STORED_DOCUMENTS = """
    select distinct key, sha256 from documents semi join arrivals using (key, sha256) where account = ?
"""

# What is in quarantine because of a time that was not plausible yet is decoded again when it is answered again.
_DECODED_AGAIN = """
    delete from facts.quarantine
    where account = ? and plausible_from is not null and document_sha256 in (select sha256 from arrivals)
    returning key, document_sha256
"""


class AnswerLoader:
    """Loads the segments of one account into an open writer's database."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """`folder` is raw/<account>."""
        self._connection = connection
        self._folder = folder
        self._account = folder.name

    def load_all(self, newest: str | None = None) -> None:
        """Load what finished segments hold beyond their recorded positions, up to the segment named `newest` if given.

        Raises RawStoreError if a segment that was loaded has gone or was cut short since.
        """
        loaded_segments = self._positions()
        for name, (position, _) in loaded_segments.items():
            check_length(self._folder / name, position)
        for segment in finished_segments(self._folder):
            if newest is not None and self._name(segment) > newest:
                break
            position, is_finished = loaded_segments.get(self._name(segment), (Position(), False))
            if not is_finished:
                self.load(segment, position)

    def load(self, segment: Path, start: Position) -> Position:
        """Load the lines of one segment, finished or not, from `start` on. Returns where it ends."""
        name = self._name(segment)
        position = start
        for batch in read_batches(segment, start):
            with transaction(self._connection):
                self._write(name, batch)
            position = batch.end
        if segment.suffix != PART_SUFFIX:
            self._connection.execute(
                "update facts.segments set sha256 = ? where account = ? and segment = ?",
                [file_sha256(segment), self._account, name],
            )
        return position

    def _name(self, segment: Path) -> str:
        return str(segment.relative_to(self._folder)).removesuffix(PART_SUFFIX)

    def _positions(self) -> dict[str, tuple[Position, bool]]:
        """How far each segment has been loaded, and whether that is its end."""
        query = "select segment, lines, bytes, sha256 is not null from facts.segments where account = ?"
        rows = self._connection.execute(query, [self._account]).fetchall()
        return {segment: (Position(lines, size), is_finished) for segment, lines, size, is_finished in rows}

    def _write(self, segment: str, batch: Batch) -> None:
        self._connection.execute(_CREATE_ARRIVALS)
        insert(self._connection, "arrivals", [self._document_row(place, segment) for place in batch.placed])
        stored = self._keys_and_hashes(_STORED_DOCUMENTS) - self._keys_and_hashes(_DECODED_AGAIN)
        self._insert_facts(batch, stored)
        self._connection.execute(f"insert into documents {models.query('new_documents')}")
        first = batch.end.lines - len(batch.lines) + 1
        answers = [self._answer_row(line, segment, number) for number, line in enumerate(batch.lines, first)]
        insert(self._connection, "facts.answers", answers)
        for line in batch.lines:
            if line.endpoint == Endpoint.RUN:
                self._insert_run(segment, batch.end.lines, read_run_record(line))
        self._record_position(segment, batch.end)

    def _insert_facts(self, batch: Batch, stored: set[tuple[str, str]]) -> None:
        """Insert what was decoded from documents that are not stored yet, and record which sessions that is about."""
        new = {
            place.document.sha256
            for place in batch.placed
            if place.document.fault is None and (place.document.key, place.document.sha256) not in stored
        }
        for table, rows in batch.facts.decoded.items():
            insert(self._connection, f"facts.{table}", [(self._account, *row) for row in rows if row[0] in new])
        quarantined = [row for row in batch.facts.quarantine if (row.key, row.sha256) not in stored]
        insert(self._connection, "facts.quarantine", [(self._account, *row) for row in quarantined])
        changed = [(self._account, session_id) for session_id in sorted(batch.facts.session_ids)]
        insert(self._connection, "facts.changed_sessions", changed)

    def _keys_and_hashes(self, query: str) -> set[tuple[str, str]]:
        return set(self._connection.execute(query, [self._account]).fetchall())

    def _answer_row(self, line: RawLine, segment: str, number: int) -> Row:
        subject = subject_of(line)
        return (
            self._account,
            line.endpoint.value,
            line.key if subject is None else subject.key,
            optional_micros(line.fetched_at),
            line.url,
            line.status,
            line.trace_id,
            line.sha256,
            segment,
            number,
        )

    def _document_row(self, place: PlacedDocument, segment: str) -> Row:
        return (
            self._account,
            place.document.endpoint.value,
            place.document.key,
            optional_micros(place.fetched_at),
            place.status,
            place.document.sha256,
            segment,
            place.line,
            place.item,
        )

    def _insert_run(self, segment: str, line: int, run: RunRecord) -> None:
        self._connection.execute(
            "insert into runs values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                self._account,
                run.run_id,
                run.command,
                run.version,
                run.outcome,
                run.error,
                run.caught_up,
                segment,
                run.started_at,
                run.finished_at,
            ],
        )
        for window in run.windows:
            self._connection.execute(
                "insert into facts.windows values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    self._account,
                    run.run_id,
                    window.month,
                    window.listed_at,
                    window.sessions,
                    window.missing,
                    window.largest_page,
                    window.parts,
                    window.cut_days,
                ],
            )

        unlisted = [(self._account, run.run_id, date.fromisoformat(month)) for month in run.unlisted]
        insert(self._connection, "facts.unlisted_months", unlisted)
        confirmed = [
            (self._account, answer.endpoint, answer.key, optional_micros(answer.fetched_at), answer.sha256)
            for answer in run.unchanged_answers
        ]
        insert(self._connection, "facts.unchanged_answers", confirmed)
        unchanged = [self._unchanged_row(detail, run, segment, line) for detail in run.unchanged]
        insert(self._connection, "facts.unchanged_details", unchanged)
        insert(self._connection, "facts.changed_sessions", sorted({row[:2] for row in unchanged}))

    def _unchanged_row(self, detail: UnchangedDetail | str, run: RunRecord, segment: str, line: int) -> Row:
        if isinstance(detail, str):
            return (self._account, detail, optional_micros(run.finished_at), None, segment, line)
        return (self._account, detail.session_id, optional_micros(detail.fetched_at), detail.sha256, segment, line)

    def _record_position(self, segment: str, position: Position) -> None:
        """Record how far a segment has been loaded."""
        keys = [self._account, segment]
        self._connection.execute("delete from facts.segments where account = ? and segment = ?", keys)
        self._connection.execute(
            "insert into facts.segments values (?, ?, ?, ?, null)", [*keys, position.lines, position.bytes]
        )
