"""The lines of a segment: from an answer to a line of JSON in its own gzip member, and back."""

import hashlib
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, Self

import msgspec

from pipeline.clock import utc_text
from pipeline.errors import RawStoreError
from pipeline.logbook.files import open_regular
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.body import storable

Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]  # as the databases store it
Change = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]  # below 0 for fewer than before the run

_COMPRESSION_LEVEL = 6
_READ_SIZE = 1 << 14


class RawLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a segment, its fields in their order there. `sha256`, in hex, is over the bytes of `body`."""

    fetched_at: datetime | None
    account: str
    endpoint: Endpoint
    key: str
    url: str
    status: Count
    trace_id: str | None
    sha256: str
    edited: str | None = None  # what `storable` changed in the body
    body: msgspec.Raw

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """The line that stores an answer. Raises ValueError for a body that is not JSON."""
        body, edited = storable(answer.body)
        return cls(
            fetched_at=answer.fetched_at,
            account=answer.account,
            endpoint=answer.endpoint,
            key=answer.key,
            url=answer.url,
            status=answer.status,
            trace_id=answer.trace_id,
            sha256=hashlib.sha256(body).hexdigest(),
            edited=edited,
            body=msgspec.Raw(body),
        )

    def encoded(self) -> bytes:
        """The line as JSON that ends in a line break; `edited` only where the body was edited."""
        fields = msgspec.structs.asdict(self)
        if self.fetched_at:
            fields["fetched_at"] = utc_text(self.fetched_at)
        if not self.edited:
            del fields["edited"]
        return msgspec.json.encode(fields) + b"\n"


class Position(msgspec.Struct, frozen=True):
    """How far a segment has been read: the number of whole lines and their size in the file."""

    lines: int = 0
    bytes: int = 0


class RunRecord(msgspec.Struct, kw_only=True):
    """The record of one run, the body of its segment's last line."""

    run_id: str
    command: str
    version: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = "interrupted"  # complete, failed or interrupted
    error: str | None = None
    windows: list["Window"] = []
    unlisted: list[str] = []  # ISO dates of the first days of months whose listing could not be read to its end
    caught_up: bool = False  # it listed all months that earlier runs had not, so later runs continue from here
    unchanged: list["UnchangedDetail | str"] = []  # details that were stored before; ids only in older records
    unchanged_answers: list["UnchangedAnswer"] = []  # answers about anything else that were stored before
    counts: dict[str, Change] = {}
    previous_segment: str | None = None
    previous_sha256: str | None = None
    lines_sha256: str | None = None  # over the segment's bytes before the record's own line

    def __post_init__(self) -> None:
        """Raises ValueError for a month that is not a date."""
        for month in self.unlisted:
            date.fromisoformat(month)


class UnchangedDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Details of a session that were answered as they were stored before."""

    session_id: str
    fetched_at: datetime
    sha256: str  # over the stored bytes of the answer


class UnchangedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer about anything but a session's details that was as it was stored before."""

    endpoint: str
    key: str
    fetched_at: datetime
    sha256: str  # over its stored bytes


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One calendar month whose listing was read to its end."""

    month: str  # ISO date of its first day
    listed_at: datetime  # by the operator's clock where its answers have a date
    pages: Count
    sessions: Count
    missing: list[str] = []  # known sessions of the month that were not listed
    largest_page: Count = 0  # items on the largest page that this run or an earlier one had seen; 0 in older records
    parts: list[str] = []  # windows, as in their keys, in which it was listed once more because a page was that large
    cut_days: list[str] = []  # ISO dates of the days that were listed with so many items that more may be missing

    def __post_init__(self) -> None:
        """Raises ValueError for a month that is not a date."""
        date.fromisoformat(self.month)


_line_decoder = msgspec.json.Decoder(RawLine)
_run_decoder = msgspec.json.Decoder(RunRecord)


def read_run_record(line: RawLine) -> RunRecord:
    """The run record in a line of endpoint `run`."""
    return _run_decoder.decode(line.body)


def read_lines(path: Path, start: Position = Position()) -> Iterator[tuple[RawLine, Position]]:  # noqa: B008 (frozen)
    """The lines of a segment after `start`, each with the position of its end.

    Raises RawStoreError, which names segment and line, at the first line that is torn, unreadable, a run record with
    fields of other types, or does not match its SHA-256.
    """
    number = start.lines
    for member, end in _members(path, start.bytes):
        number += 1
        try:
            line = _line_decoder.decode(member)
            if line.endpoint == Endpoint.RUN:
                read_run_record(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _damaged(path, number, f"it cannot be read ({error})") from None
        if hashlib.sha256(line.body).hexdigest() != line.sha256:
            raise _damaged(path, number, "its body does not match its SHA-256")
        yield line, Position(number, end)
    if number == start.lines and start.bytes == 0:
        raise _damaged(path, 1, "the segment is empty")


def _members(path: Path, offset: int) -> Iterator[tuple[bytes, int]]:
    """The decompressed gzip members of a file from `offset` on, each with the offset of its end."""
    with open_regular(path) as file:
        file.seek(offset)
        pending_bytes = b""
        number = 0
        while pending_bytes or (pending_bytes := file.read(_READ_SIZE)):
            number += 1
            member, offset, pending_bytes = _member(path, number, file, pending_bytes, offset)
            yield member, offset


def _member(path: Path, number: int, file: BinaryIO, pending_bytes: bytes, offset: int) -> tuple[bytes, int, bytes]:
    inflate = zlib.decompressobj(wbits=31)
    parts = []
    while True:
        try:
            parts.append(inflate.decompress(pending_bytes))
        except zlib.error as error:
            raise _damaged(path, number, f"it is not gzip ({error})") from None
        offset += len(pending_bytes) - len(inflate.unused_data)
        if inflate.eof:
            return b"".join(parts), offset, inflate.unused_data
        pending_bytes = file.read(_READ_SIZE)
        if not pending_bytes:
            raise _damaged(path, number, "it ends in the middle")


def gzip_member(data: bytes) -> bytes:
    """`data` as one gzip member: the same bytes for the same data."""
    deflate = zlib.compressobj(_COMPRESSION_LEVEL, wbits=31)
    return deflate.compress(data) + deflate.flush()


def _damaged(path: Path, number: int, reason: str) -> RawStoreError:
    return RawStoreError(
        f"{path} is damaged at line {number}: {reason}.",
        "Restore the file from a backup; nothing was changed. "
        "Or move it out of raw/ and continue with the rest: ladebog rebuild",
    )
