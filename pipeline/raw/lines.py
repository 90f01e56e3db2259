"""TODO."""

import hashlib
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from pipeline.errors import RawStoreError
from pipeline.raw.answer import Endpoint

_COMPRESSION_LEVEL = 6
_READ_SIZE = 1 << 14
_JSON_SPACE = b" \t\r\n"
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


class RawLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a segment. `body` is the stored answer, `sha256` is over its bytes."""

    fetched_at: datetime | None
    account: str
    endpoint: Endpoint
    key: str
    url: str
    status: int
    trace_id: str | None
    sha256: str
    body: msgspec.Raw
    edited: str | None = None


class Position(msgspec.Struct, frozen=True):
    """How far a segment has been read: whole lines and the bytes of the file that they fill."""

    lines: int = 0
    bytes: int = 0


class RunRecord(msgspec.Struct, kw_only=True):
    """What a run says of itself, the body of its segment's last line."""

    run_id: str
    command: str
    version: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = "interrupted"  # complete, failed or interrupted
    error: str | None = None
    windows: list["Window"] = []
    caught_up: bool = False  # it listed up to its day all that runs before it had not, so later ones go on from there
    counts: dict[str, int] = {}
    previous_segment: str | None = None
    previous_sha256: str | None = None
    lines_sha256: str | None = None  # over the segment's bytes before the record's own line


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One calendar month whose listing was read to its end."""

    month: str  # ISO date of its first day
    listed_at: datetime  # by the operator's clock, where its answers tell it
    pages: int
    sessions: int
    missing: list[str] = []  # sessions known to have started in it that were not listed


_line_decoder = msgspec.json.Decoder(RawLine)
_run_decoder = msgspec.json.Decoder(RunRecord)


def storable(body: bytes) -> tuple[bytes, str | None]:
    """The bytes of an answer as they can stand in one line, and what was done to them, if anything.

    JSON allows line breaks only between its tokens, so a space for each changes no value, and space around the whole is
    no part of it. An unpaired surrogate escape is text to nobody, and no reader of JSON takes a file with one: U+FFFD
    stands in its place.
    """
    edits = []
    bare = body.strip(_JSON_SPACE)
    if bare != body:
        edits.append("space around it")
        body = bare
    if b"\n" in body or b"\r" in body:
        body = body.replace(b"\r", b" ").replace(b"\n", b" ")
        edits.append("line breaks")
    body, replaced = _replace_lone_surrogates(body)
    if replaced:
        edits.append("unpaired surrogates")
    return body, " and ".join(edits) or None


def _replace_lone_surrogates(body: bytes) -> tuple[bytes, bool]:
    if b"\\ud" not in body and b"\\uD" not in body:
        return body, False
    cleaned = _LONE_SURROGATE.sub(lambda m: m[1] + (m[2] or b"\\ufffd"), body)
    return cleaned, cleaned != body


def stored_sha256(body: bytes) -> str:
    """The SHA-256, in hex, that an answer has once it is stored."""
    return hashlib.sha256(storable(body)[0]).hexdigest()


def read_run_record(line: RawLine) -> RunRecord:
    """The record that a line of endpoint `run` holds."""
    return _run_decoder.decode(line.body)


def read_lines(path: Path, start: Position = Position()) -> Iterator[tuple[RawLine, Position]]:  # noqa: B008 (frozen)
    """The lines of a segment after `start`, each with the position behind it.

    Raises RawStoreError, naming segment and line, at the first one that is torn, unreadable, or not what its hash says.
    """
    number = start.lines
    for member, end in _members(path, start.bytes):
        number += 1
        try:
            line = _line_decoder.decode(member)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _damaged(path, number, f"it cannot be read ({error})") from None
        if hashlib.sha256(line.body).hexdigest() != line.sha256:
            raise _damaged(path, number, "its body is not the one that its SHA-256 was taken of")
        yield line, Position(number, end)
    if number == start.lines and start.bytes == 0:
        raise _damaged(path, 1, "the segment is empty")


def _members(path: Path, offset: int) -> Iterator[tuple[bytes, int]]:
    """The gzip members of a file from `offset` on, decompressed, each with the offset behind it."""
    with path.open("rb") as file:
        file.seek(offset)
        pending = b""
        number = 0
        while pending or (pending := file.read(_READ_SIZE)):
            number += 1
            member, offset, pending = _member(path, number, file, pending, offset)
            yield member, offset


def _member(path: Path, number: int, file: BinaryIO, pending: bytes, offset: int) -> tuple[bytes, int, bytes]:
    inflate = zlib.decompressobj(wbits=31)
    parts = []
    while True:
        try:
            parts.append(inflate.decompress(pending))
        except zlib.error as error:
            raise _damaged(path, number, f"it is not gzip ({error})") from None
        offset += len(pending) - len(inflate.unused_data)
        if inflate.eof:
            return b"".join(parts), offset, inflate.unused_data
        pending = file.read(_READ_SIZE)
        if not pending:
            raise _damaged(path, number, "it ends in the middle")


def compressed(data: bytes) -> bytes:
    """One gzip member, the same bytes for the same data."""
    deflate = zlib.compressobj(_COMPRESSION_LEVEL, wbits=31)
    return deflate.compress(data) + deflate.flush()


def _damaged(path: Path, number: int, reason: str) -> RawStoreError:
    return RawStoreError(
        f"{path} is damaged at line {number}: {reason}.",
        "Put the file back from a backup; nothing was changed. "
        "Or move it out of raw/, and go on with what is left: ladebog rebuild",
    )
