"""From a segment's lines to batches of rows: each batch is read and decoded while the one before it is written."""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from pipeline.clock import EARLIEST
from pipeline.load.decode import Document, Facts
from pipeline.load.subject import subject_of
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import Position, RawLine, read_lines
from pipeline.raw.segments import start_in_name
from pipeline.source.app.schema import items

_BATCH_LINES = 1_000
_OK = 200

_T = TypeVar("_T")


class PlacedDocument(NamedTuple):
    """A document and the line that contains it; `item` is its place in a listing, from 1, or 0 outside of one."""

    document: Document
    fetched_at: datetime | None
    status: int
    line: int
    item: int


class Batch(NamedTuple):
    """Lines of a segment that end at `end`, and what was decoded from them."""

    lines: list[RawLine]
    end: Position
    placed: list[PlacedDocument]
    facts: Facts


def read_batches(segment: Path, start: Position) -> Iterator[Batch]:
    """The lines of a segment from `start` on, decoded. Raises RawStoreError where one is damaged."""
    begun_at = start_in_name(segment)
    batches = _batched(read_lines(segment, start), _BATCH_LINES)
    return _read_ahead(_decode(batch, begun_at) for batch in batches)


def _decode(numbered_lines: list[tuple[RawLine, Position]], begun_at: datetime) -> Batch:
    """Decode each distinct document of some lines once, as it was answered last.

    An answer without a time was received before the run began, at `begun_at`, which imported it.
    """
    facts = Facts()
    placed = [place for line, position in numbered_lines for place in _documents(line, position.lines, facts, begun_at)]
    documents = [place.document for place in placed if place.status == _OK]
    documents.sort(key=lambda document: document.answered_at)
    for document in {(document.key, document.sha256): document for document in documents}.values():
        facts.add(document)
    return Batch([line for line, _ in numbered_lines], numbered_lines[-1][1], placed, facts)


def _documents(line: RawLine, number: int, facts: Facts, begun_at: datetime) -> Iterator[PlacedDocument]:
    """The documents in a line: none in a run's own record, the items of a listing, at most one in any other answer.

    A listing that cannot be read as one goes to quarantine whole, and one with items that have no id goes there for
    these items.
    """
    if line.endpoint == Endpoint.RUN:
        return
    subject = subject_of(line)
    if subject is None:
        return
    body = memoryview(line.body)
    answered_at = line.fetched_at or begun_at
    whole = Document(
        line.endpoint,
        subject.key,
        line.sha256,
        body,
        is_item=False,
        answered_at=answered_at,
        fault=subject.fault,
    )
    if line.endpoint != Endpoint.SESSION_HISTORY or line.status != _OK:
        yield PlacedDocument(whole, line.fetched_at, line.status, number, 0)
        return
    try:
        listed = items(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        facts.put_in_quarantine(whole, str(error))
        return
    nameless = []
    for place, item in enumerate(listed, start=1):
        if item.key is None:
            nameless.append(f"Item {place} has no id of a session - at `$.session_history[{place - 1}].session.id`")
            continue
        sha256 = hashlib.sha256(item.body).hexdigest()
        document = Document(line.endpoint, item.key, sha256, item.body, is_item=True, answered_at=answered_at)
        yield PlacedDocument(document, line.fetched_at, line.status, number, place)
    if nameless:
        facts.put_in_quarantine(whole, "; ".join(nameless))


def document_hashes(line: RawLine) -> list[str]:
    """The SHA-256 of each document in a line."""
    return [place.document.sha256 for place in _documents(line, 1, Facts(), EARLIEST)]


def _batched(elements: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(elements)
    while batch := list(islice(iterator, size)):
        yield batch


def _read_ahead(elements: Iterator[_T]) -> Iterator[_T]:
    """The elements, each computed in a thread while the one before it is used."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(next, elements, None)
        while (element := future.result()) is not None:
            future = pool.submit(next, elements, None)
            yield element
