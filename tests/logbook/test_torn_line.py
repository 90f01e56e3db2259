"""A crash in the middle of an entry: whole entries stay, and the journal can be continued."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import JournalError
from pipeline.logbook.journal import FILE_NAME, TORN, Journal, read_entries

AT = datetime(2025, 4, 1, 6, 30, tzinfo=UTC)
REASONS = ("gæst", 'sagde "nej"', "Ærø 🚗")


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    journal = Journal.open(tmp_path / "whole")
    for reason in REASONS:
        journal.append(AT, "exclude", {"account": "home", "session_id": "1", "reason": reason})
    return (tmp_path / "whole" / FILE_NAME).read_bytes().splitlines(keepends=True)


@pytest.mark.system
def test_a_line_torn_at_any_byte_loses_no_whole_entry(tmp_path: Path, lines: list[bytes]) -> None:
    folder = tmp_path / "torn"
    folder.mkdir()
    file, torn_file = folder / FILE_NAME, folder / (FILE_NAME + TORN)
    for whole_entries in range(len(lines)):
        before, last = b"".join(lines[:whole_entries]), lines[whole_entries]
        for size in range(len(last)):
            file.write_bytes(before + last[:size])
            torn_file.unlink(missing_ok=True)
            # Where only the line's end is missing, the entry is whole.
            entries_after = whole_entries + (size == len(last) - 1)

            assert len(read_entries(folder)) == whole_entries
            journal = Journal.open(folder)
            assert [entry.fields["reason"] for entry in journal.entries] == list(REASONS[:entries_after])
            assert file.read_bytes() == b"".join(lines[:entries_after])
            torn = b"" if entries_after > whole_entries or size == 0 else last[:size] + b"\n"
            assert (torn_file.read_bytes() if torn_file.exists() else b"") == torn

            journal.append(AT, "include", {"account": "home", "session_id": "1", "reason": "after"})
            assert [entry.fields["reason"] for entry in read_entries(folder)] == [*REASONS[:entries_after], "after"]


def test_zeros_after_the_last_entry_are_a_torn_line(tmp_path: Path, lines: list[bytes]) -> None:
    (tmp_path / FILE_NAME).write_bytes(lines[0] + bytes(300))
    assert [entry.fields["reason"] for entry in Journal.open(tmp_path).entries] == [REASONS[0]]
    assert (tmp_path / FILE_NAME).read_bytes() == lines[0]


def test_repairing_a_torn_line_does_not_hide_damage_before_it(tmp_path: Path, lines: list[bytes]) -> None:
    (tmp_path / FILE_NAME).write_bytes(lines[0].replace(b"home", b"away") + lines[1][:40])
    with pytest.raises(JournalError, match="damaged at entry 1"):
        Journal.open(tmp_path)


def test_the_torn_lines_of_several_crashes_are_kept(tmp_path: Path, lines: list[bytes]) -> None:
    for size in (10, 20):
        (tmp_path / FILE_NAME).write_bytes(lines[0] + lines[1][:size])
        Journal.open(tmp_path)
    assert (tmp_path / (FILE_NAME + TORN)).read_bytes() == lines[1][:10] + b"\n" + lines[1][:20] + b"\n"
