"""From raw/ to the fact tables: every line once, in the order it was written, a batch a transaction.

The mark of how far a segment has been read commits with the rows themselves, so a killed load goes on where it stood.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
import msgspec
import polars

from pipeline import raw
from pipeline.answer import Endpoint
from pipeline.database import ArrowStream
from pipeline.decode import Document, Facts, micros
from pipeline.listing import items

_BATCH_LINES = 250
_OK = 200

_COLUMN_TYPES: dict[str, polars.DataType | type[polars.DataType]] = {
    "VARCHAR": polars.String,
    "INTEGER": polars.Int32,
    "BIGINT": polars.Int64,
    "BOOLEAN": polars.Boolean,
    "DECIMAL(38,18)": polars.Decimal(38, 18),
    "TIMESTAMP": polars.Datetime("us"),
    "TIMESTAMP WITH TIME ZONE": polars.Datetime("us", "UTC"),
}

# A document is news if it differs from the one before it in time. One without a time comes before all others, and is
# news only if its like was never seen: importing a file twice changes nothing.
_INSERT_DOCUMENTS = """
    insert into documents
    with candidates as (
        select *, true as is_arrival from arrivals
        union all
        select documents.*, false from documents semi join arrivals using (account, endpoint, key)
    ),
    compared as (
        select
            *,
            lag(sha256) over (
                partition by account, endpoint, key order by fetched_at nulls first, segment, line, item
            ) as sha256_before,
            row_number() over (
                partition by account, endpoint, key, sha256 order by fetched_at nulls first, segment, line, item
            ) as occurrence,
        from candidates
    )
    select account, endpoint, key, fetched_at, status, sha256, segment, line, item
    from compared
    where
        is_arrival
        and case when fetched_at is null then occurrence = 1 else sha256 is distinct from sha256_before end
    order by segment, line, item
"""

_INSERT_CHANGED_SESSIONS = """
    insert into facts.changed_sessions
    select distinct account, key from arrivals where endpoint in ('session', 'session_history')
"""

_T = TypeVar("_T")


class _Placed(NamedTuple):
    """A document and the line that it stands in."""

    document: Document
    fetched_at: datetime | None
    status: int
    line: int
    item: int


class Loader:
    """Loads the segments of one account into an open writer's database."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """`folder` is raw/<account>."""
        self._connection = connection
        self._folder = folder
        self._account = folder.name

    def load_all(self) -> None:
        """Load what the sealed segments hold beyond their marks."""
        done = self._positions()
        for segment in raw.segments(self._folder):
            self.load(segment, done.get(self._name(segment), raw.Position()))

    def load(self, segment: Path, start: raw.Position) -> raw.Position:
        """Load the lines of one segment, sealed or still being written, from `start` on."""
        position = start
        for batch in _batched(raw.read_lines(segment, start), _BATCH_LINES):
            lines = [line for line, _ in batch]
            position = batch[-1][1]
            self._load_batch(self._name(segment), position.lines - len(lines) + 1, lines, position)
        return position

    def _name(self, segment: Path) -> str:
        return str(segment.relative_to(self._folder)).removesuffix(raw.PART)

    def _positions(self) -> dict[str, raw.Position]:
        query = "select segment, lines, bytes from facts.segments where account = ?"
        found = self._connection.execute(query, [self._account]).fetchall()
        return {segment: raw.Position(lines, size) for segment, lines, size in found}

    def _load_batch(self, segment: str, first: int, lines: list[raw.Line], position: raw.Position) -> None:
        facts = Facts()
        placed = [document for number, line in enumerate(lines, first) for document in _documents(line, number, facts)]
        for document in self._news(placed):
            facts.add(document)
        self._connection.execute("begin")
        self._insert("facts.answers", [_answer_row(line, segment, n) for n, line in enumerate(lines, first)])
        self._insert_documents(segment, placed)
        self._insert("facts.session_facts", facts.session_facts)
        self._insert("facts.period_facts", facts.period_facts)
        self._insert("facts.evse_facts", facts.evse_facts)
        self._insert("facts.price_facts", facts.price_facts)
        self._insert("facts.quarantine", facts.quarantine)
        self._insert_columns("facts.sample_facts", list(vars(facts.sample_facts).values()))
        for line in lines:
            if line.endpoint == Endpoint.RUN:
                self._insert_run(segment, raw.read_run_record(line))
        self._connection.execute(
            "delete from facts.segments where account = ? and segment = ?", [self._account, segment]
        )
        self._connection.execute(
            "insert into facts.segments values (?, ?, ?, ?)",
            [self._account, segment, position.lines, position.bytes],
        )
        self._connection.execute("commit")

    def _news(self, placed: list[_Placed]) -> Iterator[Document]:
        """The documents with content that the database has not seen, each content once."""
        contents = {place.document.sha256: place.document for place in placed if place.status == _OK}
        asked = ArrowStream(polars.DataFrame({"sha256": list(contents)}, schema={"sha256": polars.String}))  # noqa: F841
        query = "select sha256 from documents semi join asked using (sha256) where account = ?"
        seen = {sha256 for (sha256,) in self._connection.execute(query, [self._account]).fetchall()}
        return (document for sha256, document in contents.items() if sha256 not in seen)

    def _insert_documents(self, segment: str, placed: list[_Placed]) -> None:
        rows = [
            (
                place.document.endpoint.value,
                place.document.key,
                _micros(place.fetched_at),
                place.status,
                place.document.sha256,
                segment,
                place.line,
                place.item,
            )
            for place in placed
        ]
        if rows:
            arrivals = self._stream("documents", [list(column) for column in zip(*rows, strict=True)])  # noqa: F841
            self._connection.execute(_INSERT_DOCUMENTS)
            self._connection.execute(_INSERT_CHANGED_SESSIONS)

    def _insert_run(self, segment: str, run: raw.RunRecord) -> None:
        self._connection.execute(
            "insert into runs values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                self._account,
                run.run_id,
                run.command,
                run.version,
                run.outcome,
                run.error,
                segment,
                run.started_at,
                run.finished_at,
            ],
        )
        for window in run.windows:
            self._connection.execute(
                "insert into facts.windows values (?, ?, ?, ?, ?, ?)",
                [self._account, run.run_id, window.month, window.listed_at, window.sessions, window.missing],
            )

    def _insert(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Insert rows that hold all of a table's columns but `account`."""
        if rows:
            self._insert_columns(table, [list(column) for column in zip(*rows, strict=True)])

    def _insert_columns(self, table: str, columns: list[list[Any]]) -> None:
        if columns[0]:
            stream = self._stream(table, columns)  # noqa: F841 (DuckDB finds it by its name)
            self._connection.execute(f"insert into {table} select * from stream")  # noqa: S608 (names of our own)

    def _stream(self, table: str, columns: list[list[Any]]) -> ArrowStream:
        """The columns behind `account`, with the types that the table gives them."""
        described = self._connection.execute(f"describe {table}").fetchall()
        series = [polars.Series(described[0][0], [self._account], polars.String).new_from_index(0, len(columns[0]))]
        for (name, kind, *_), values in zip(described[1:], columns, strict=True):
            series.append(_series(name, kind, values))
        return ArrowStream(polars.DataFrame(series))


def _series(name: str, kind: str, values: list[Any]) -> polars.Series:
    """A column of text, flags, whole numbers, decimals in text, or times in microseconds since 1970."""
    target = _COLUMN_TYPES[kind]
    if kind.startswith("DECIMAL"):
        return polars.Series(name, values, polars.String).cast(target)
    if kind.startswith("TIMESTAMP"):
        return polars.Series(name, values, polars.Int64).cast(target)
    return polars.Series(name, values, target)


def _documents(line: raw.Line, number: int, facts: Facts) -> Iterator[_Placed]:
    """What a line says: nothing (our own record), one document, or the items of a listing.

    A listing that is none goes to quarantine whole.
    """
    if line.endpoint == Endpoint.RUN:
        return
    body = memoryview(line.body)
    if line.endpoint != Endpoint.SESSION_HISTORY or line.status != _OK:
        yield _Placed(
            Document(line.endpoint, line.key, line.sha256, body, False), line.fetched_at, line.status, number, 0
        )
        return
    try:
        listed = items(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        facts.quarantine.append((line.sha256, line.endpoint.value, line.key, str(error)))
        return
    for place, item in enumerate(listed, start=1):
        sha256 = hashlib.sha256(item.body).hexdigest()
        document = Document(line.endpoint, item.key, sha256, item.body, True)
        yield _Placed(document, line.fetched_at, line.status, number, place)


def _answer_row(line: raw.Line, segment: str, number: int) -> tuple[Any, ...]:
    return (
        line.endpoint.value,
        line.key,
        _micros(line.fetched_at),
        line.url,
        line.status,
        line.trace_id,
        line.sha256,
        segment,
        number,
    )


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)


def _batched(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
