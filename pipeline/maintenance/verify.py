"""Whether raw/, journal/ and claims/ are what was written there, link by link; nothing is changed.

The chains show what was edited, lost or swapped before their ends. What stands at an end is vouched for by what names
it: a claim that was made from it, and the published database, where there is one.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline.claims import arithmetic, attachments
from pipeline.claims.check import check_claim, off
from pipeline.claims.document import Claim
from pipeline.claims.folder import CLAIM, StoredClaim, claim_folders, number_in_name
from pipeline.database.connection import open_published
from pipeline.errors import JournalError, RawStoreError, TamperingError
from pipeline.logbook.files import file_sha256
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import FILE_NAME, Entry, read_entries
from pipeline.maintenance.rederive import rederive
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import RunRecord, read_lines, read_run_record
from pipeline.raw.segments import SUFFIX, finished_segments
from pipeline.text import counted

_SEGMENTS = "select account, segment, sha256 from facts.segments where sha256 is not null"
_CLAIMS = "select account, number, manifest_sha256 from facts.claims"
_ENTRIES = """
    select coalesce(max(entry), 0)
    from (
        select entry from facts.decisions
        union all
        select entry from facts.odometer
        union all
        select entry from facts.claim_marks
    )
"""
_GONE = "Put it back from a backup; nothing was changed"


@dataclass(frozen=True)
class PublishedSources:
    """What the published database says of raw/, journal/ and claims/, as they were when it was made."""

    segments: dict[tuple[str, str], str]
    claims: dict[tuple[str, int], str]
    entries: int

    @classmethod
    def read(cls, logbook: Logbook) -> "PublishedSources":
        """Ask it. Raises LogbookError where there is none, DatabaseError where it cannot be read."""
        with open_published(logbook) as connection:
            return cls(
                segments={(account, segment): sha256 for account, segment, sha256 in _all(connection, _SEGMENTS)},
                claims={(account, number): sha256 for account, number, sha256 in _all(connection, _CLAIMS)},
                entries=_all(connection, _ENTRIES)[0][0],
            )


def verify(logbook: Logbook, published: PublishedSources | None, *, full: bool) -> Iterator[str]:
    """Check everything, a line of text for each part that holds; with `full` each claim is derived again from raw/.

    The caller holds the logbook's lock. Raises TamperingError at the first thing that is off.
    """
    entries = _check_journal(logbook, published)
    yield f"journal: {counted(len(entries), 'entry', 'entries')}"
    for account in _accounts(logbook):
        segments = _check_raw(logbook.raw / account, published)
        yield f"{account}: raw: {counted(len(segments), 'segment')}"
        filed = _check_claims(logbook.claims / account, segments, entries, published)
        yield f"{account}: claims: {len(filed)}"
        if full:
            for found, is_known in rederive(logbook, filed, entries):
                how = "derived again from raw/" if is_known else "made by other rules: checked by hash and arithmetic"
                yield f"{account}: claim {found.claim.number}: {how}"


def _accounts(logbook: Logbook) -> list[str]:
    folders = [*_folders(logbook.raw), *_folders(logbook.claims)]
    return sorted({folder.name for folder in folders})


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if path.is_dir()] if parent.is_dir() else []


def _check_journal(logbook: Logbook, published: PublishedSources | None) -> list[Entry]:
    path = logbook.journal / FILE_NAME
    try:
        entries = read_entries(logbook.journal)
    except JournalError as error:
        raise TamperingError(str(error), error.advice) from None
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        raise off(path, "its last line has no end")
    if published and len(entries) < published.entries:
        raise off(path, f"it ends with entry {len(entries)}, and the database knows entry {published.entries}")
    for entry in entries:
        if entry.action == attachments.ATTACH:
            kept = attachments.kept_at(logbook.journal, str(entry.fields["sha256"]))
            if not kept.is_file() or file_sha256(kept) != kept.name:
                raise off(kept, f"it is not the file that entry {entry.entry} of the journal attached")
    return entries


def _check_raw(folder: Path, published: PublishedSources | None) -> dict[str, str]:
    """The SHA-256 of each finished segment, by its name, oldest first."""
    found: dict[str, str] = {}
    before: Path | None = None
    for segment in finished_segments(folder):
        record = _check_segment(folder, segment)
        named = (before.name, found[_name(folder, before)]) if before else (None, None)
        if (record.previous_segment, record.previous_sha256) != named:
            raise off(segment, f"it was written after {record.previous_segment}, and stands after {named[0]}")
        found[_name(folder, segment)] = file_sha256(segment)
        before = segment
    for (account, name), sha256 in published.segments.items() if published else ():
        if account == folder.name and found.get(name) != sha256:
            raise off(folder / name, "it is not the file that the database was made from")
    return found


def _check_segment(folder: Path, segment: Path) -> RunRecord:
    """The record that a segment ends with, if all of it is what was written."""
    end, begun, last = 0, 0, None
    try:
        for line, position in read_lines(segment):
            if line.account != folder.name:
                raise off(segment, f"line {position.lines} is of account {line.account}")
            begun, end, last = end, position.bytes, line
    except RawStoreError as error:
        raise TamperingError(str(error), error.advice) from None
    if last is None or last.endpoint != Endpoint.RUN:
        raise off(segment, "its last line is not the record of its run")
    record = read_run_record(last)
    if last.key != record.run_id or not segment.name.endswith(f"-{record.run_id}{SUFFIX}"):
        raise off(segment, f"it is the segment of run {record.run_id}")
    if last.fetched_at != record.finished_at:
        raise off(segment, "the record of its run has another time than its line")
    with segment.open("rb") as file:
        if record.lines_sha256 not in (None, hashlib.sha256(file.read(begun)).hexdigest()):
            raise off(segment, "its lines are not those that its run closed it with")
    return record


def _check_claims(
    folder: Path, segments: dict[str, str], entries: list[Entry], published: PublishedSources | None
) -> list[StoredClaim]:
    filed: list[StoredClaim] = []
    for number, path in enumerate(claim_folders(folder), start=1):
        if number_in_name(path) != number:
            raise TamperingError(f"Claim {number} is missing from {folder}.", _GONE)
        found = check_claim(path)
        if (found.claim.account, found.claim.name) != (folder.name, path.name):
            raise off(path, f"it is claim {found.claim.name} of account {found.claim.account}")
        if found.claim.sources.previous_claim != (filed[-1].head if filed else None):
            raise off(path / CLAIM, "it does not follow from the claim before it")
        _check_sources(path, found.claim, segments, entries)
        filed.append(found)
        if fault := arithmetic.chain_fault([one.claim for one in filed]):
            raise off(path / CLAIM, fault)
    for (account, number), sha256 in published.claims.items() if published else ():
        if account == folder.name and (len(filed) < number or filed[number - 1].manifest_sha256 != sha256):
            raise TamperingError(f"Claim {number} in {folder} is not the one that the database knows.", _GONE)
    return filed


def _check_sources(path: Path, claim: Claim, segments: dict[str, str], entries: list[Entry]) -> None:
    """That the heads which a claim names are still links of their chains."""
    head, journal = claim.sources.raw, claim.sources.journal
    if head and segments.get(head.name) != head.sha256:
        raise off(path / CLAIM, f"it was made from a segment {head.name} that raw/ does not hold as it was")
    if journal and not any((str(one.entry), one.sha256) == (journal.name, journal.sha256) for one in entries):
        raise off(path / CLAIM, f"it was made from an entry {journal.name} that journal/ does not hold as it was")


def _name(folder: Path, segment: Path) -> str:
    return segment.relative_to(folder).as_posix()


def _all(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()
