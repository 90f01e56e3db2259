"""From raw/ to the fact tables: every line once, in the order it was written, a batch a transaction.

The mark of how far a segment has been read commits with the rows themselves, so a killed load goes on where it stood.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
import msgspec
import polars

from pipeline.database.connection import ArrowStream
from pipeline.load.decode import Document, Facts, micros
from pipeline.logbook.files import file_sha256
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import Position, RawLine, RunRecord, read_lines, read_run_record
from pipeline.raw.segments import PART, check_length, finished_segments
from pipeline.source.app.schema import items

_BATCH_LINES = 1_000
_OK = 200

# What decoding hands over for a column of each type, and what makes the column of it where that is something else.
_HANDED_OVER: dict[str, polars.DataType] = {
    "VARCHAR": polars.String(),
    "INTEGER": polars.Int32(),
    "BIGINT": polars.Int64(),
    "BOOLEAN": polars.Boolean(),
    "DECIMAL(38,18)": polars.String(),
    "TIMESTAMP": polars.Int64(),
    "TIMESTAMP WITH TIME ZONE": polars.Int64(),
    "DECIMAL(18,9)[]": polars.Float64(),
    "TIMESTAMP WITH TIME ZONE[]": polars.Float64(),
}
_DECIMAL, _TIME = polars.Decimal(38, 18), polars.Datetime("us", "UTC")
_MADE_OF_IT: dict[str, Callable[[polars.Series], polars.Series]] = {
    "DECIMAL(38,18)": lambda text: text.cast(_DECIMAL),
    "TIMESTAMP": lambda micros: micros.cast(polars.Datetime("us")),
    "TIMESTAMP WITH TIME ZONE": lambda micros: micros.cast(_TIME),
    "DECIMAL(18,9)[]": lambda doubles: doubles.cast(polars.String).cast(polars.Decimal(18, 9)),
    "TIMESTAMP WITH TIME ZONE[]": lambda seconds: (seconds * 1_000_000).round().cast(polars.Int64).cast(_TIME),
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
                partition by account, endpoint, key, sha256 order by is_arrival, fetched_at, segment, line, item
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


class _Batch(NamedTuple):
    """Lines of a segment that end at `end`, with what they say."""

    lines: list[RawLine]
    end: Position
    placed: list[_Placed]
    facts: Facts


class Loader:
    """Loads the segments of one account into an open writer's database."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """`folder` is raw/<account>."""
        self._connection = connection
        self._folder = folder
        self._account = folder.name

    def load_all(self, newest: str | None = None) -> None:
        """Load what the sealed segments hold beyond their marks; with `newest` only up to the one of that name.

        Raises RawStoreError where one that was loaded is gone or was cut short since.
        """
        done = self._positions()
        for name, (mark, _) in done.items():
            check_length(self._folder / name, mark)
        for segment in finished_segments(self._folder):
            if newest is not None and self._name(segment) > newest:
                break
            position, is_sealed = done.get(self._name(segment), (Position(), False))
            if not is_sealed:
                self.load(segment, position)

    def load(self, segment: Path, start: Position) -> Position:
        """Load the lines of one segment, sealed or still being written, from `start` on.

        The next batch is read and decoded while the one before is written.
        """
        name = self._name(segment)
        position = start
        read = _batched(read_lines(segment, start), _BATCH_LINES)
        for batch in _ahead(map(_decoded, read)):
            self._write(name, batch)
            position = batch.end
        if segment.suffix != PART:
            self._connection.execute(
                "update facts.segments set sha256 = ? where account = ? and segment = ?",
                [file_sha256(segment), self._account, name],
            )
        return position

    def _name(self, segment: Path) -> str:
        return str(segment.relative_to(self._folder)).removesuffix(PART)

    def _positions(self) -> dict[str, tuple[Position, bool]]:
        """How far each segment has been loaded, and whether that was to its end."""
        query = "select segment, lines, bytes, sha256 is not null from facts.segments where account = ?"
        found = self._connection.execute(query, [self._account]).fetchall()
        return {segment: (Position(lines, size), is_sealed) for segment, lines, size, is_sealed in found}

    def _write(self, segment: str, batch: "_Batch") -> None:
        try:
            self._connection.execute("begin")
            self._write_rows(segment, batch)
            self._connection.execute("commit")
        except BaseException:  # Ctrl-C as well, whenever it comes: the run's own record is still to be written
            with suppress(duckdb.TransactionException):
                self._connection.execute("rollback")
            raise

    def _write_rows(self, segment: str, batch: "_Batch") -> None:
        seen = self._seen(batch.placed)
        first = batch.end.lines - len(batch.lines) + 1
        self._insert("facts.answers", [_answer_row(line, segment, n) for n, line in enumerate(batch.lines, first)])
        self._insert_documents(segment, batch.placed)
        for table, rows in vars(batch.facts).items():
            self._insert(f"facts.{table}", [row for row in rows if row[0] not in seen])
        for line in batch.lines:
            if line.endpoint == Endpoint.RUN:
                self._insert_run(segment, read_run_record(line))
        about = [self._account, segment]
        self._connection.execute("delete from facts.segments where account = ? and segment = ?", about)
        self._connection.execute(
            "insert into facts.segments values (?, ?, ?, ?, null)", [*about, batch.end.lines, batch.end.bytes]
        )

    def _seen(self, placed: list["_Placed"]) -> set[str]:
        """The SHA-256 of the documents whose content the database holds already."""
        asked = ArrowStream(  # noqa: F841 (DuckDB finds it by its name)
            polars.DataFrame({"sha256": [place.document.sha256 for place in placed]}, schema={"sha256": polars.String})
        )
        query = "select distinct sha256 from documents semi join asked using (sha256) where account = ?"
        return {sha256 for (sha256,) in self._connection.execute(query, [self._account]).fetchall()}

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
            arrivals = self._stream("documents", rows)  # noqa: F841
            self._connection.execute(_INSERT_DOCUMENTS)
            self._connection.execute(_INSERT_CHANGED_SESSIONS)

    def _insert_run(self, segment: str, run: RunRecord) -> None:
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
                "insert into facts.windows values (?, ?, ?, ?, ?, ?)",
                [self._account, run.run_id, window.month, window.listed_at, window.sessions, window.missing],
            )

    def _insert(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Insert rows that hold all of a table's columns but `account`."""
        if rows:
            stream = self._stream(table, rows)  # noqa: F841 (DuckDB finds it by its name)
            self._connection.execute(f"insert into {table} select * from stream")  # noqa: S608 (names of our own)

    def _stream(self, table: str, rows: list[tuple[Any, ...]]) -> ArrowStream:
        """The rows with their account in front, in the types that the table gives them."""
        described = self._connection.execute(f"describe {table}").fetchall()
        account = polars.Series("account", [self._account]).new_from_index(0, len(rows))
        columns = (
            _series(name, kind, values)
            for (name, kind, *_), values in zip(described[1:], zip(*rows, strict=True), strict=True)
        )
        return ArrowStream(polars.DataFrame([account, *columns]))


def _series(name: str, kind: str, values: Sequence[Any]) -> polars.Series:
    """A column of one of the tables' types. Lists are made of one long column: a series for each would take longest."""
    is_list = kind.endswith("[]")
    flat = list(chain.from_iterable(values)) if is_list else values
    made = polars.Series(name, flat, _HANDED_OVER[kind])
    if kind in _MADE_OF_IT:
        made = _MADE_OF_IT[kind](made)
    if not is_list:
        return made
    lengths = polars.Series(map(len, values), dtype=polars.UInt32)
    rows = polars.DataFrame({"row": polars.int_range(len(values), eager=True).repeat_by(lengths).explode(), name: made})
    return rows.group_by("row", maintain_order=True).agg(name)[name]


def _decoded(numbered: list[tuple[RawLine, Position]]) -> _Batch:
    """A batch with each of its contents decoded once."""
    facts = Facts()
    placed = [place for line, position in numbered for place in _documents(line, position.lines, facts)]
    for document in {place.document.sha256: place.document for place in placed if place.status == _OK}.values():
        facts.add(document)
    return _Batch([line for line, _ in numbered], numbered[-1][1], placed, facts)


def _documents(line: RawLine, number: int, facts: Facts) -> Iterator[_Placed]:
    """What a line says: nothing (our own record), one document, or the items of a listing.

    A listing that is none goes to quarantine whole.
    """
    if line.endpoint == Endpoint.RUN:
        return
    body = memoryview(line.body)
    if line.endpoint != Endpoint.SESSION_HISTORY or line.status != _OK:
        document = Document(line.endpoint, line.key, line.sha256, body, is_item=False)
        yield _Placed(document, line.fetched_at, line.status, number, 0)
        return
    try:
        listed = items(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        facts.quarantine.append((line.sha256, line.endpoint.value, line.key, str(error)))
        return
    for place, item in enumerate(listed, start=1):
        sha256 = hashlib.sha256(item.body).hexdigest()
        document = Document(line.endpoint, item.key, sha256, item.body, is_item=True)
        yield _Placed(document, line.fetched_at, line.status, number, place)


def _answer_row(line: RawLine, segment: str, number: int) -> tuple[Any, ...]:
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


def _ahead(items: Iterator[_T]) -> Iterator[_T]:
    """The items, each made in a thread while the one before it is used."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
