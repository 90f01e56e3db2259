"""journal/: what the user decided, one line an entry, in an append-only file in which each entry names the one before.

A line is a JSON object: `entry` (its number, from 1), `at` (UTC), `action`, `fields` (what the action is about),
`previous_sha256` (the `sha256` of the entry before; null in the first) and `sha256`, which is over the line's bytes
up to it, closed with a brace. An entry that was edited does not fit its own SHA-256, or the next entry does not name
it; one that was lost or moved breaks the numbers.

Forgetting an account takes its entries out and leaves the chain as it was. Of each such entry a line of action
`forgotten` stays, with its number, its two SHA-256 and no fields, and `at` says when it was forgotten; an entry of
action `forget` at the end lists the numbers and names, as its `previous_sha256`, the head that the journal had. All
other entries keep their bytes, so every head that a claim has recorded is still found in its place, under the same
number. A `forgotten` line cannot be held against its own SHA-256 any more: it counts only where the next entry names
that SHA-256 and a later `forget` lists its number, so that nobody takes a decision out unseen. A SHA-256 does not tell
what the entry said; whoever knows every byte of it, the microsecond included, could still prove that it was there.
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec

from pipeline.clock import utc_text
from pipeline.errors import JournalError
from pipeline.logbook.files import FILE_MODE, make_folder, replacing, sync_file, sync_folder

FILE_NAME = "journal.ndjson"
TORN = ".torn"
FORGET = "forget"
FORGOTTEN = "forgotten"
_SEAL = b',"sha256":"'

Fields = dict[str, str | int]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal."""

    entry: int
    at: datetime
    action: str
    fields: Fields
    previous_sha256: str | None
    sha256: str


_decoder = msgspec.json.Decoder(Entry)


class Journal:
    """A journal to append to. The caller holds the logbook's lock from `open` to the last `append`."""

    def __init__(self, folder: Path, entries: list[Entry]) -> None:
        """Use `open`."""
        self.entries = entries
        self._path = folder / FILE_NAME

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The journal in `folder`, mended where a crash left a torn last line. Nothing is made where there is none.

        Raises JournalError, naming the first entry that is not what was written.
        """
        recover(folder)
        return cls(folder, read_entries(folder))

    @property
    def head(self) -> str | None:
        """The SHA-256 of the newest entry, which stands for all of them."""
        return self.entries[-1].sha256 if self.entries else None

    def append(self, at: datetime, action: str, fields: Fields) -> Entry:
        """Write one entry; when this returns it is on disk, and when it raises nothing of it is left."""
        line = self._next_line(at, action, fields)
        is_new = not self._path.exists()
        make_folder(self._path.parent)
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        try:
            _append(file, line + b"\n")
        finally:
            os.close(file)
        if is_new:
            sync_folder(self._path.parent)
            sync_folder(self._path.parent.parent)
        entry = _decoder.decode(line)
        self.entries.append(entry)
        return entry

    def forget(self, at: datetime, account: str) -> int:
        """Take out the entries of an account, in one replacement of the file; returns how many there were."""
        forgotten = [entry for entry in self.entries if entry.fields.get("account") == account]
        if not forgotten:
            return 0
        lines = self._path.read_bytes().split(b"\n")[:-1]
        for entry in forgotten:
            lines[entry.entry - 1] = _trace(entry, at)
        listed = " ".join(str(entry.entry) for entry in forgotten)
        lines.append(self._next_line(at, FORGET, {"count": len(forgotten), "entries": listed}))
        with replacing(self._path) as beside:
            beside.touch(mode=FILE_MODE)
            beside.write_bytes(b"".join(line + b"\n" for line in lines))
        self.entries = read_entries(self._path.parent)
        return len(forgotten)

    def _next_line(self, at: datetime, action: str, fields: Fields) -> bytes:
        return _sealed(_encoded(len(self.entries) + 1, at, action, fields, self.head))


def read_entries(folder: Path) -> list[Entry]:
    """All entries in their order. A line without its end is not one: it is being written, or was torn by a crash.

    Raises JournalError, naming the first entry that is not what was written.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return []
    entries: list[Entry] = []
    for line in path.read_bytes().split(b"\n")[:-1]:
        entries.append(_checked(path, line, len(entries) + 1, entries[-1].sha256 if entries else None))
    _refuse_untold(path, entries)
    return entries


def recover(folder: Path) -> None:
    """Mend what a crash left behind the last whole line. The caller holds the logbook's lock.

    An entry of which only the line's end is missing gets it. Anything less was never acknowledged to anybody, and is
    put aside beside the journal.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return
    data = path.read_bytes()
    torn = data.rpartition(b"\n")[2]
    if not torn:
        return
    if _is_sealed(torn):
        with path.open("ab") as file:
            file.write(b"\n")
    else:
        _put_aside(path.with_name(FILE_NAME + TORN), torn)
        os.truncate(path, len(data) - len(torn))
    sync_file(path)


def _append(file: int, data: bytes) -> None:
    """Write and sync all of the data at the end of a file, or none."""
    size = os.fstat(file).st_size
    try:
        if os.write(file, data) != len(data):
            raise OSError("The disk took only part of an entry")
        os.fsync(file)
    except BaseException:
        os.ftruncate(file, size)
        raise


def _put_aside(path: Path, torn: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
    try:
        _append(file, torn + b"\n")
    finally:
        os.close(file)


def _encoded(number: int, at: datetime, action: str, fields: Fields, previous_sha256: str | None) -> bytes:
    line = {"entry": number, "at": utc_text(at), "action": action, "fields": fields, "previous_sha256": previous_sha256}
    return msgspec.json.encode(line)


def _trace(entry: Entry, at: datetime) -> bytes:
    """What stays of an entry that was forgotten then."""
    encoded = _encoded(entry.entry, at, FORGOTTEN, {}, entry.previous_sha256)
    return encoded[:-1] + _SEAL + entry.sha256.encode() + b'"}'


def _sealed(encoded: bytes) -> bytes:
    """A JSON object with its SHA-256 as its last field."""
    return encoded[:-1] + _SEAL + hashlib.sha256(encoded).hexdigest().encode() + b'"}'


def _is_sealed(line: bytes) -> bool:
    return line == _sealed(line.rpartition(_SEAL)[0] + b"}")


def _is_trace(line: bytes) -> bool:
    try:
        entry = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return entry.action == FORGOTTEN and line == _trace(entry, entry.at)


def _checked(path: Path, line: bytes, number: int, previous_sha256: str | None) -> Entry:
    """The entry that a line holds, if it is the one that was written there."""
    if not _is_sealed(line) and not _is_trace(line):
        raise _damaged(path, number, "it is not what was written")
    try:
        entry = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _damaged(path, number, f"it cannot be read ({error})") from None
    if entry.entry != number:
        raise _damaged(path, number, f"entry {entry.entry} stands in its place")
    if entry.previous_sha256 != previous_sha256:
        raise _damaged(path, number, "it does not follow from the entry before, so one of the two was changed")
    return entry


def _refuse_untold(path: Path, entries: list[Entry]) -> None:
    """Raise JournalError where an entry was taken out and no `forget` says so."""
    told = {
        number: entry.at
        for entry in entries
        if entry.action == FORGET
        for number in str(entry.fields["entries"]).split()
    }
    for entry in entries:
        if entry.action == FORGOTTEN and told.get(str(entry.entry)) != entry.at:
            raise _damaged(path, entry.entry, "it was taken out, and no later entry says so")


def _damaged(path: Path, number: int, reason: str) -> JournalError:
    return JournalError(
        f"{path} is damaged at entry {number}: {reason}.",
        "Put the file back from a backup; nothing was changed",
    )
