"""Where a run stores its answers: each new or changed answer in raw/ first, then in the fact tables."""

import secrets
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import msgspec

from pipeline import __version__, interrupt
from pipeline.clock import Clock
from pipeline.load.answers import AnswerLoader
from pipeline.load.batches import document_hashes
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import Position, RawLine, RunRecord, UnchangedAnswer, UnchangedDetail, read_lines
from pipeline.raw.segments import SegmentWriter

_OK = 200

# An answer with a time is compared with the newest one that has a time, up to its own; one without with all of them.
_STORED_BEFORE = """
    select sha256, segment, line
    from facts.answers
    where account = ? and endpoint = ? and key = ? and fetched_at <= ?
    order by fetched_at desc, segment desc, line desc
    limit 1
"""
_NOW_PLAUSIBLE = """
    select 1 from facts.quarantine where account = ? and plausible_from <= ? and list_contains(?, document_sha256)
"""
# A session's stop that had not passed when the newest answer stated it, and has now.
_NOW_PASSED = """
    select 1
    from facts.session_facts as facts
    where
        facts.account = ?
        and facts.stopped_at <= ?
        and list_contains(?, facts.document_sha256)
        and facts.stopped_at > (
            select max(documents.fetched_at)
            from documents
            where
                documents.account = facts.account
                and documents.sha256 = facts.document_sha256
                and documents.key = facts.session_id
        )
"""
# When the answer that was stored before a moment was answered again after it, and before another one was.
_ANSWERED_AGAIN = """
    with unchanged as (
        select account, endpoint, key, fetched_at, sha256 from facts.unchanged_answers
        union all
        select account, 'session' as endpoint, session_id as key, fetched_at, sha256 from facts.unchanged_details
    )

    select max(unchanged.fetched_at)
    from unchanged
    where
        account = $account
        and endpoint = $endpoint
        and key = $key
        and sha256 = $sha256
        and fetched_at > $moment
        and fetched_at < coalesce(
            (
                select min(answers.fetched_at)
                from facts.answers as answers
                where account = $account and endpoint = $endpoint and key = $key and fetched_at > $moment
            ),
            timestamptz 'infinity'
        )
"""
_STORED_EVER = """
    select sha256 from facts.answers where account = ? and endpoint = ? and key = ? and sha256 = ? limit 1
"""


class Store:
    """Appends one run's answers to its segment, and loads them into the database.

    Leaving its context finishes the segment with the run's record, whether the run succeeded or not.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, command: str, clock: Clock) -> None:
        """`folder` is raw/<account>; its segments have been loaded."""
        self._connection = connection
        self._folder = folder
        self._account = folder.name
        self.clock = clock
        self._loader = AnswerLoader(connection, folder)
        self._loaded = Position()
        self._not_loaded: set[tuple[str, str]] = set()  # endpoints and keys of answers written since the last load
        self.record = RunRecord(
            run_id=secrets.token_hex(4), command=command, version=__version__, started_at=clock.now()
        )
        self._writer = SegmentWriter.begin(folder, self.record)
        self.error: Exception | None = None  # why the run failed, although it was ended in order

    def keep(self, answer: Answer) -> bool:
        """Write an answer to raw/ unless the stored one is the same; returns whether it was written.

        The same answer is written again if it was too early for what it states, because this machine's clock was behind
        or an import's time was wrong: a time that was not plausible yet, or a stop that had not passed.
        """
        line = RawLine.of(answer)
        if (answer.endpoint.value, answer.key) in self._not_loaded:
            self.load()  # so that it is compared with the one before it, for example in a file with three answers
        key = [self._account, answer.endpoint.value, answer.key]
        if answer.fetched_at is None:
            stored_row = self._connection.execute(_STORED_EVER, [*key, line.sha256]).fetchone()
        else:
            stored_row = self._connection.execute(_STORED_BEFORE, [*key, answer.fetched_at]).fetchone()
        if stored_row and stored_row[0] == line.sha256 and not self._was_too_early(line):
            self._record_unchanged(line)
            return False
        self._writer.append(line)
        if stored_row and line.fetched_at is not None:
            self._write_again(line, *stored_row)
        self._not_loaded.add((answer.endpoint.value, answer.key))
        return True

    def _write_again(self, line: RawLine, sha256: str, segment: str, number: int) -> None:
        """Write the stored answer before `line` again, with the time after `line` at which it was answered again."""
        subject = {"account": self._account, "endpoint": line.endpoint.value, "key": line.key}
        parameters = {**subject, "sha256": sha256, "moment": line.fetched_at}
        ((again_at,),) = self._connection.execute(_ANSWERED_AGAIN, parameters).fetchall()
        if again_at is None or not (self._folder / segment).is_file():
            return
        stored = next(one for one, place in read_lines(self._folder / segment) if place.lines == number)
        self._writer.append(msgspec.structs.replace(stored, fetched_at=again_at))

    def _record_unchanged(self, line: RawLine) -> None:
        """Record when something was answered that raw/ has already: a list or an import may state something else."""
        if line.fetched_at is None:
            return
        if line.endpoint != Endpoint.SESSION:
            answer = UnchangedAnswer(
                endpoint=line.endpoint.value, key=line.key, fetched_at=line.fetched_at, sha256=line.sha256
            )
            self.record.unchanged_answers.append(answer)
        elif line.status == _OK:
            detail = UnchangedDetail(session_id=line.key, fetched_at=line.fetched_at, sha256=line.sha256)
            self.record.unchanged.append(detail)

    def _was_too_early(self, line: RawLine) -> bool:
        hashes = document_hashes(line)
        received_at = line.fetched_at or self.record.started_at  # at the latest
        checks = ((_NOW_PLAUSIBLE, received_at), (_NOW_PASSED, line.fetched_at))
        return any(
            self._connection.execute(query, [self._account, moment, hashes]).fetchone() for query, moment in checks
        )

    def load(self) -> None:
        """Load the answers written since the last call."""
        if self._writer.lines > self._loaded.lines:
            self._loaded = self._loader.load(self._writer.part, self._loaded)
        self._not_loaded.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        error = error or self.error
        if error is None:
            self.record.outcome = "complete"
        elif isinstance(error, Exception) and not interrupt.was_pressed():
            self.record.outcome, self.record.error = "failed", str(error)
        segment = self._writer.finish(self.clock.now())
        self._loader.load(segment, self._loaded)
