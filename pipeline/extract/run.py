"""What a run keeps: an answer that says something new goes to raw/ first, and from there to the fact tables."""

import secrets
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from pipeline import __version__, interrupt
from pipeline.clock import Clock
from pipeline.load.answers import Loader
from pipeline.raw.answer import Answer
from pipeline.raw.lines import Position, RunRecord, stored_sha256
from pipeline.raw.segments import SegmentWriter

# The stored answer that one with a time has to differ from: the newest at that time.
_STORED_BEFORE = """
    select sha256
    from facts.answers
    where account = ? and endpoint = ? and key = ? and (fetched_at is null or fetched_at <= ?)
    order by fetched_at desc nulls last, segment desc, line desc
    limit 1
"""
_STORED_EVER = """
    select sha256 from facts.answers where account = ? and endpoint = ? and key = ? and sha256 = ? limit 1
"""


class Store:
    """One run's own segment and its way into the database.

    Leaving its context seals the segment with the run's record, whatever the run came to.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, command: str, clock: Clock) -> None:
        """`folder` is raw/<account>; what it holds has been loaded."""
        self._connection = connection
        self._account = folder.name
        self._clock = clock
        self._loader = Loader(connection, folder)
        self._loaded = Position()
        self.record = RunRecord(
            run_id=secrets.token_hex(4), command=command, version=__version__, started_at=clock.now()
        )
        self._writer = SegmentWriter.begin(folder, self.record)

    def keep(self, answer: Answer) -> bool:
        """Write an answer to raw/, unless what is stored says the same; tells which it was."""
        sha256 = stored_sha256(answer.body)
        about = [self._account, answer.endpoint.value, answer.key]
        if answer.fetched_at is None:
            stored = self._connection.execute(_STORED_EVER, [*about, sha256]).fetchone()
        else:
            stored = self._connection.execute(_STORED_BEFORE, [*about, answer.fetched_at]).fetchone()
        if stored == (sha256,):
            return False
        self._writer.append(answer)
        return True

    def load(self) -> None:
        """Load what was kept since the last time."""
        if self._writer.lines > self._loaded.lines:
            self._loaded = self._loader.load(self._writer.part, self._loaded)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.record.outcome = "complete"
        elif isinstance(error, Exception) and not interrupt.was_pressed():
            self.record.outcome, self.record.error = "failed", str(error)
        segment = self._writer.seal(self._clock.now())
        self._loader.load(segment, self._loaded)
