"""Damage to a finished segment is reported with its name and line."""

from pathlib import Path

import pytest

from pipeline.errors import RawStoreError
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import RawLine, RunRecord, _members, gzip_member, read_lines
from pipeline.raw.segments import SegmentWriter
from tests.scenarios.small_archive import NOON, answer

KEYS = ["1", "2", "3"]


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    run = RunRecord(run_id="a", command="extract", version="0", started_at=NOON)
    with SegmentWriter.begin(tmp_path / "home", run) as writer:
        for key in KEYS:
            writer.append(RawLine.of(answer(Endpoint.SESSION, key, {"session": {"id": key, "note": "æøå " * 20}})))
        return writer.finish(NOON)


def line_ends(segment: Path) -> list[int]:
    """The offsets of the ends of the lines."""
    return [position.bytes for _, position in read_lines(segment)]


def assert_damaged_at(segment: Path, number: int) -> None:
    """Check that reading yields the lines before `number`, then an error that names it."""
    read = []
    with pytest.raises(RawStoreError) as caught:
        for line, _ in read_lines(segment):
            read.append(line.key)
    assert KEYS[: number - 1] == read
    assert str(caught.value).startswith(f"{segment} is damaged at line {number}: ")
    assert "backup" in caught.value.advice


def test_a_flipped_bit_never_changes_the_lines_that_are_read(segment: Path) -> None:
    """It is refused, except in gzip's header (time and flags) and in the padding of deflate's last byte."""
    intact = segment.read_bytes()
    lines = [line.sha256 for line, _ in read_lines(segment)]
    start, stop = line_ends(segment)[:2]
    undetected = []
    for offset in range(start, stop):
        segment.write_bytes(intact[:offset] + bytes([intact[offset] ^ 0x10]) + intact[offset + 1 :])
        try:
            assert lines == [line.sha256 for line, _ in read_lines(segment)]
            undetected.append(offset - start)
        except RawStoreError:
            assert_damaged_at(segment, 2)
    assert not [offset for offset in undetected if 9 < offset < stop - start - 9]


def test_an_edited_line_with_a_correct_crc_is_refused(segment: Path) -> None:
    """The CRC of gzip fits the edited text, its SHA-256 does not."""
    start, stop = line_ends(segment)[:2]
    intact = segment.read_bytes()
    [member] = [text for text, end in _members(segment, start) if end == stop]
    edited = member.replace(b'"note"', b'"mote"')
    assert member != edited
    segment.write_bytes(intact[:start] + gzip_member(edited) + intact[stop:])
    assert_damaged_at(segment, 2)


@pytest.mark.parametrize("bytes_left", [1, 9, 15, -1])
def test_a_segment_cut_short_is_refused_at_its_last_line(segment: Path, bytes_left: int) -> None:
    start, stop = line_ends(segment)[1:3]
    cut = start + bytes_left if bytes_left > 0 else stop + bytes_left
    segment.write_bytes(segment.read_bytes()[:cut])
    assert_damaged_at(segment, 3)


def test_bytes_after_the_last_line_are_refused(segment: Path) -> None:
    segment.write_bytes(segment.read_bytes() + b"no gzip")
    with pytest.raises(RawStoreError, match="damaged at line 5: it is not gzip"):
        list(read_lines(segment))


def test_an_empty_segment_is_refused(segment: Path) -> None:
    segment.write_bytes(b"")
    with pytest.raises(RawStoreError, match="damaged at line 1: the segment is empty"):
        list(read_lines(segment))


def test_a_line_that_is_not_an_answer_is_refused(segment: Path) -> None:
    segment.write_bytes(gzip_member(b'{"key": "1"}\n'))
    with pytest.raises(RawStoreError, match="damaged at line 1: it cannot be read"):
        list(read_lines(segment))
