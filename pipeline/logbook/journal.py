"""journal/: what the user decided, in an append-only file with one entry per line, each linked to the one before.

A line is a JSON object: `entry` (its number, from 1), `at` (UTC), `action`, `fields` (what the action is about),
`previous_sha256` (the `sha256` of the entry before; null in the first) and `sha256`, which is over the line's bytes
up to that field, closed with a brace. An entry that was edited does not match its own SHA-256, or the next entry does
not name it; a lost or moved entry breaks the numbers.

Forgetting an account removes its entries and keeps the chain. Each of them is replaced by a line of action `forgotten`
with its number, its two SHA-256, no fields, and as `at` the time of forgetting. An entry of action `forget` at the end
lists their numbers; its `previous_sha256` is the head that the journal had before. All other entries keep their bytes,
so every head that a claim has recorded still exists under the same number. A `forgotten` line cannot be checked against
its own SHA-256 any more: it is valid only if the next entry names that SHA-256 and a later `forget` lists its number.
Someone could write both by hand to remove a single decision. So the databases keep the action and the account of each
entry, and an entry that one of them has loaded with its content is not accepted as forgotten. A SHA-256 does not reveal
what the entry was; someone who knows every byte of it, including the microsecond, could still prove that it existed.
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Self

import msgspec

from pipeline.clock import utc_text
from pipeline.errors import JournalError
from pipeline.logbook.entries import FORGET, FORGOTTEN, Fields, ForgetFields, Number, fields_fault
from pipeline.logbook.files import FILE_MODE, make_folder, read_regular, replacing, sync_file, sync_folder

FILE_NAME = "journal.ndjson"
TORN = ".torn"
_SHA256_FIELD = b',"sha256":"'
_YEARS = range(1970, 9999)  # of an entry's time


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal."""

    entry: Number
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    action: str
    fields: Fields
    previous_sha256: str | None
    sha256: str

    def __post_init__(self) -> None:
        """Raises ValueError for a time that is not one of an entry, or fields that are not those of its action."""
        if self.at.year not in _YEARS:
            raise ValueError(f"its time is not from {_YEARS[0]} to {_YEARS[-1]}")
        if fault := fields_fault(self.action, self.fields):
            raise ValueError(fault)


_decoder = msgspec.json.Decoder(Entry)


class Journal:
    """A journal to append to. The caller holds the logbook's lock from `open` to the last `append`."""

    def __init__(self, folder: Path, entries: list[Entry]) -> None:
        """Use `open`."""
        self.entries = entries
        self._path = folder / FILE_NAME

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The journal in `folder`, after repairing a line that a crash left incomplete; empty if there is no file yet.

        Raises JournalError, which names the first entry that is not what was written.
        """
        recover(folder)
        return cls(folder, read_entries(folder))

    @property
    def head(self) -> str | None:
        """The SHA-256 of the newest entry, and through the chain of all entries; None if there are no entries."""
        return self.entries[-1].sha256 if self.entries else None

    def append(self, at: datetime, action: str, fields: Fields) -> Entry:
        """Write one entry. When this returns, it is on disk; when it raises, nothing was written."""
        line = self._next_line(at, action, fields)
        entry = _decoder.decode(line)
        is_new = not self._path.exists()
        make_folder(self._path.parent)
        _append(self._path, line)
        if is_new:
            sync_folder(self._path.parent)
        self.entries.append(entry)
        return entry

    def forget(self, at: datetime, account: str) -> int:
        """Remove the entries of an account by replacing the file once; returns how many there were."""
        forgotten_entries = [entry for entry in self.entries if entry.fields.get("account") == account]
        if not forgotten_entries:
            return 0
        lines = self._path.read_bytes().split(b"\n")[:-1]
        for entry in forgotten_entries:
            lines[entry.entry - 1] = _forgotten_line(entry, at)
        numbers = " ".join(str(entry.entry) for entry in forgotten_entries)
        lines.append(self._next_line(at, FORGET, {"count": len(forgotten_entries), "entries": numbers}))
        with replacing(self._path) as new:
            new.touch(mode=FILE_MODE)
            new.write_bytes(b"".join(line + b"\n" for line in lines))
        self.entries = read_entries(self._path.parent)
        return len(forgotten_entries)

    def _next_line(self, at: datetime, action: str, fields: Fields) -> bytes:
        return _with_sha256(_encoded(len(self.entries) + 1, at, action, fields, self.head))


def read_entries(folder: Path) -> list[Entry]:
    """All entries in their order, except a line without its end: it is being written, or a crash tore it.

    Raises JournalError, which names the first entry that is not what was written.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return []
    entries: list[Entry] = []
    for line in read_regular(path).split(b"\n")[:-1]:
        entries.append(_checked_entry(path, line, len(entries) + 1, entries[-1].sha256 if entries else None))
    _check_forgotten(path, entries)
    return entries


def recover(folder: Path) -> None:
    """Repair what a crash left after the last whole line. The caller holds the logbook's lock.

    A whole entry without its line end gets one. Anything shorter was never reported as written, and is moved to a file
    next to the journal.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return
    content = read_regular(path)
    torn_line = content.rpartition(b"\n")[2]
    if not torn_line:
        return
    if _has_own_sha256(torn_line):
        with path.open("ab") as file:
            file.write(b"\n")
    else:
        _append(path.with_name(FILE_NAME + TORN), torn_line)
        os.truncate(path, len(content) - len(torn_line))
    sync_file(path)


def _append(path: Path, line: bytes) -> None:
    """Write and sync a whole line at the end of a file, or nothing."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK, FILE_MODE)  # no waiting at a pipe
    size = os.fstat(file).st_size
    try:
        if os.write(file, line + b"\n") != len(line) + 1:
            raise OSError("The disk stored only part of an entry")
        os.fsync(file)
    except BaseException:
        os.ftruncate(file, size)
        raise
    finally:
        os.close(file)


def _encoded(number: int, at: datetime, action: str, fields: Fields, previous_sha256: str | None) -> bytes:
    line = {"entry": number, "at": utc_text(at), "action": action, "fields": fields, "previous_sha256": previous_sha256}
    return msgspec.json.encode(line)


def _with_sha256(encoded_entry: bytes) -> bytes:
    """A JSON object with its SHA-256 as its last field."""
    return encoded_entry[:-1] + _SHA256_FIELD + hashlib.sha256(encoded_entry).hexdigest().encode() + b'"}'


def _has_own_sha256(line: bytes) -> bool:
    return line == _with_sha256(line.rpartition(_SHA256_FIELD)[0] + b"}")


def _forgotten_line(entry: Entry, at: datetime) -> bytes:
    """What replaces the line of an entry that was forgotten at a time."""
    encoded_entry = _encoded(entry.entry, at, FORGOTTEN, {}, entry.previous_sha256)
    return encoded_entry[:-1] + _SHA256_FIELD + entry.sha256.encode() + b'"}'


def _is_forgotten_line(line: bytes) -> bool:
    try:
        entry = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return entry.action == FORGOTTEN and line == _forgotten_line(entry, entry.at)


def _checked_entry(path: Path, line: bytes, number: int, previous_sha256: str | None) -> Entry:
    """The entry of a line. Raises JournalError if it is not the one that was written there."""
    if not _has_own_sha256(line) and not _is_forgotten_line(line):
        raise _damaged(path, number, "it is not what was written")
    try:
        entry = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _damaged(path, number, f"it cannot be read ({error})") from None
    if entry.entry != number:
        raise _damaged(path, number, f"the file has entry {entry.entry} there")
    if entry.previous_sha256 != previous_sha256:
        raise _damaged(path, number, "it does not follow from the entry before, so one of the two was changed")
    return entry


def _check_forgotten(path: Path, entries: list[Entry]) -> None:
    """Raise JournalError unless the entries that were removed are those that the `forget` entries list, each once."""
    removed = {entry.entry: entry for entry in entries if entry.action == FORGOTTEN}
    for forget in (entry for entry in entries if entry.action == FORGET):
        for number in msgspec.convert(forget.fields, ForgetFields).numbers:
            entry = removed.pop(number, None)
            if entry is None or entry.at != forget.at or entry.entry > forget.entry:
                raise _damaged(path, forget.entry, f"it lists entry {number}, which was not removed with it")
    for entry in removed.values():
        raise _damaged(path, entry.entry, "it was removed, and no later entry lists it")


def _damaged(path: Path, number: int, reason: str) -> JournalError:
    return JournalError(
        f"{path} is damaged at entry {number}: {reason}.",
        "See what was changed with: ladebog verify. Restore the file from a backup",
    )
