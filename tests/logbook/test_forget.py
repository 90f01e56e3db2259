"""Removing an account's entries from the journal keeps the chain valid; any other removal is reported."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import JournalError
from pipeline.logbook.journal import FILE_NAME, Journal, read_entries

ROOT = Path(__file__).parents[2]
AT = datetime(2025, 4, 1, 6, 30, tzinfo=UTC)
LATER = datetime(2025, 5, 1, 6, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Alternating entries of `a` and `b`, after `a` was forgotten."""
    journal = Journal.open(tmp_path)
    for number in range(6):
        journal.append(AT, "exclude", {"account": "ab"[number % 2], "session_id": str(number), "reason": "gæst"})
    assert journal.forget(LATER, "a") == 3
    return tmp_path


def lines_of(folder: Path) -> list[bytes]:
    return (folder / FILE_NAME).read_bytes().splitlines(keepends=True)


def test_entries_can_be_appended_and_forgotten_again(folder: Path) -> None:
    journal = Journal.open(folder)
    assert journal.entries == read_entries(folder)
    assert [entry.action for entry in journal.entries] == [*["forgotten", "exclude"] * 3, "forget"]
    journal.append(LATER, "include", {"account": "a", "session_id": "1", "reason": "a new account of that name"})
    assert journal.forget(LATER, "b") == 3
    assert journal.forget(LATER, "b") == 0
    assert journal.forget(LATER, "a") == 1
    assert [entry.fields for entry in read_entries(folder) if entry.action == "forget"] == [
        {"count": 3, "entries": "1 3 5"},
        {"count": 3, "entries": "2 4 6"},
        {"count": 1, "entries": "8"},
    ]


def test_a_changed_byte_is_found(folder: Path) -> None:
    whole = (folder / FILE_NAME).read_bytes()
    for index in range(len(whole) - 1):
        other = b"x" if whole[index : index + 1] != b"x" else b"y"
        (folder / FILE_NAME).write_bytes(whole[:index] + other + whole[index + 1 :])
        with pytest.raises(JournalError):
            read_entries(folder)


def test_entries_removed_without_a_forget_entry_are_reported(folder: Path, tmp_path: Path) -> None:
    lines = lines_of(folder)
    (folder / FILE_NAME).write_bytes(b"".join(lines[:-1]))
    with pytest.raises(JournalError, match="damaged at entry 1: it was removed, and no later entry lists it"):
        read_entries(folder)

    other = tmp_path / "other"
    journal = Journal.open(other)
    for number in range(6):
        journal.append(AT, "exclude", {"account": "ab"[number % 2], "session_id": str(number), "reason": "gæst"})
    intact_lines = lines_of(other)
    journal.forget(LATER, "b")
    other_lines = lines_of(other)
    (folder / FILE_NAME).write_bytes(b"".join([*lines[:1], other_lines[1], *lines[2:]]))
    with pytest.raises(JournalError, match="damaged at entry 2: it was removed, and no later entry lists it"):
        read_entries(folder)
    (folder / FILE_NAME).write_bytes(b"".join([*lines[:-1], intact_lines[0]]))
    with pytest.raises(JournalError, match="damaged at entry 7: the file has entry 1 there"):
        read_entries(folder)


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    for number in range(100):
        journal.append(AT, "exclude", {"account": "a", "session_id": str(number), "reason": "x"})
    before = lines_of(tmp_path)
    script = f"""
import resource
from datetime import datetime, UTC
from pathlib import Path
from pipeline.logbook.journal import Journal
journal = Journal.open(Path({str(tmp_path)!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    journal.forget(datetime(2025, 5, 9, tzinfo=UTC), "a")
except OSError as error:
    print(len(journal.entries), error.strerror)
"""
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert result.stdout == "100 File too large\n"
    assert lines_of(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
