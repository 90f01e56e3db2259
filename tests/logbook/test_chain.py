"""The journal: the content of a line, and that a changed, lost or moved entry is found."""

import hashlib
import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import JournalError
from pipeline.logbook.journal import FILE_NAME, Journal, read_entries

ROOT = Path(__file__).parents[2]
AT = datetime(2025, 4, 1, 6, 30, tzinfo=UTC)


def write_journal(folder: Path, count: int = 3) -> list[bytes]:
    """Write a journal with so many entries; returns its lines with their line ends."""
    journal = Journal.open(folder)
    for number in range(1, count + 1):
        at = AT + timedelta(days=number)
        journal.append(at, "exclude", {"account": "home", "session_id": f"64841{number}", "reason": "gæst"})
    return (folder / FILE_NAME).read_bytes().splitlines(keepends=True)


def rewrite_journal(folder: Path, lines: list[bytes]) -> Path:
    (folder / FILE_NAME).write_bytes(b"".join(lines))
    return folder


def with_new_sha256(line: bytes) -> bytes:
    """A line with the correct SHA-256 of its changed content."""
    body = line.rpartition(b',"sha256":"')[0]
    return body + b',"sha256":"' + hashlib.sha256(body + b"}").hexdigest().encode() + b'"}\n'


def test_a_line_contains_the_decision_and_its_sha256(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal")
    journal.append(AT, "assign", {"account": "home", "session_id": '6"4', "value": "Ærø", "reason": "på tur"})
    journal.append(AT, "odometer", {"car": "Ærø", "read_on": "2025-03-31", "kilometres": 48211})

    first = (
        '{"entry":1,"at":"2025-04-01T06:30:00.000000Z","action":"assign","fields":{"account":"home",'
        '"session_id":"6\\"4","value":"Ærø","reason":"på tur"},"previous_sha256":null'
    )
    first_sha256 = hashlib.sha256(f"{first}}}".encode()).hexdigest()
    second = (
        '{"entry":2,"at":"2025-04-01T06:30:00.000000Z","action":"odometer","fields":{"car":"Ærø",'
        f'"read_on":"2025-03-31","kilometres":48211}},"previous_sha256":"{first_sha256}"'
    )
    second_sha256 = hashlib.sha256(f"{second}}}".encode()).hexdigest()
    assert (tmp_path / "journal" / FILE_NAME).read_text("utf-8") == (
        f'{first},"sha256":"{first_sha256}"}}\n{second},"sha256":"{second_sha256}"}}\n'
    )
    assert journal.head == second_sha256


def test_a_journal_that_is_opened_again_continues_the_chain(tmp_path: Path) -> None:
    write_journal(tmp_path, 2)
    reopened = Journal.open(tmp_path)
    reopened.append(AT, "include", {"account": "home", "session_id": "1", "reason": "x"})
    entries = read_entries(tmp_path)
    assert entries == reopened.entries
    assert [entry.entry for entry in entries] == [1, 2, 3]
    assert [entry.previous_sha256 for entry in entries] == [None, entries[0].sha256, entries[1].sha256]


def test_a_journal_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    write_journal(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600


def test_opening_creates_no_file(tmp_path: Path) -> None:
    assert Journal.open(tmp_path / "journal").entries == []
    assert list(tmp_path.iterdir()) == []


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_back_unchanged(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("journal")
    Journal.open(folder).append(AT, "tag", {"account": "home", "session_id": "1", "value": text, "reason": "x"})
    [entry] = read_entries(folder)
    assert entry.fields["value"] == text


def test_a_changed_byte_is_reported_with_its_entry(tmp_path: Path) -> None:
    lines = write_journal(tmp_path)
    numbers = [number for number, line in enumerate(lines, start=1) for _ in line]
    whole = b"".join(lines)
    for index, number in list(enumerate(numbers))[:-1]:
        other = b"x" if whole[index : index + 1] != b"x" else b"y"
        rewrite_journal(tmp_path, [whole[:index], other, whole[index + 1 :]])
        with pytest.raises(JournalError, match=rf"journal\.ndjson is damaged at entry {number}: it is not what was"):
            Journal.open(tmp_path)
        assert (tmp_path / FILE_NAME).stat().st_size == len(whole)


def test_a_forged_entry_is_found_at_the_next_one(tmp_path: Path) -> None:
    lines = write_journal(tmp_path)
    lines[1] = with_new_sha256(lines[1].replace("gæst".encode(), b"mig!"))
    with pytest.raises(JournalError, match="damaged at entry 3: it does not follow from the entry before"):
        read_entries(rewrite_journal(tmp_path, lines))


@pytest.mark.parametrize(
    ("order", "damage"),
    [
        ([1, 2], "entry 1: the file has entry 2 there"),
        ([0, 2], "entry 2: the file has entry 3 there"),
        ([0, 2, 1], "entry 2: the file has entry 3 there"),
        ([0, 1, 1, 2], "entry 3: the file has entry 2 there"),
    ],
    ids=["first lost", "second lost", "swapped", "doubled"],
)
def test_a_lost_or_moved_entry_is_reported(tmp_path: Path, order: list[int], damage: str) -> None:
    lines = write_journal(tmp_path)
    with pytest.raises(JournalError, match=f"damaged at {damage}"):
        read_entries(rewrite_journal(tmp_path, [lines[index] for index in order]))


def test_an_entry_of_another_journal_is_refused(tmp_path: Path) -> None:
    other = Journal.open(tmp_path / "other")
    other.append(AT, "include", {"account": "away", "session_id": "1", "reason": "x"})
    other.append(AT, "include", {"account": "away", "session_id": "2", "reason": "x"})
    foreign = (tmp_path / "other" / FILE_NAME).read_bytes().splitlines(keepends=True)[1]
    lines = write_journal(tmp_path)
    with pytest.raises(JournalError, match="damaged at entry 2: it does not follow"):
        read_entries(rewrite_journal(tmp_path, [lines[0], foreign, lines[2]]))


def test_a_line_with_a_valid_sha256_that_is_not_an_entry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="damaged at entry 1: it cannot be read"):
        read_entries(rewrite_journal(tmp_path, [with_new_sha256(b'{"entry":"one","sha256":""}')]))


def test_a_full_disk_leaves_no_part_of_an_entry(tmp_path: Path) -> None:
    lines = write_journal(tmp_path, 2)
    size_limit = sum(map(len, lines)) + 50
    script = f"""
import resource
from datetime import UTC, datetime
from pathlib import Path
from pipeline.logbook.journal import Journal
resource.setrlimit(resource.RLIMIT_FSIZE, ({size_limit}, {size_limit}))
journal = Journal.open(Path({str(tmp_path)!r}))
try:
    fields = {{"account": "home", "session_id": "1", "reason": "larger than the limit"}}
    journal.append(datetime(2025, 4, 9, tzinfo=UTC), "exclude", fields)
except OSError as error:
    print(len(journal.entries), error)
"""
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert result.stdout == "2 The disk stored only part of an entry\n"
    assert (tmp_path / FILE_NAME).read_bytes() == b"".join(lines)


def test_each_line_is_json(tmp_path: Path) -> None:
    lines = write_journal(tmp_path)
    assert [json.loads(line)["fields"]["session_id"] for line in lines] == ["648411", "648412", "648413"]
