"""The segment of a crashed run: every whole line is kept, and the rest is moved to a `.torn` file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.logbook.files import file_sha256
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import RawLine, RunRecord, gzip_member, read_lines, read_run_record
from pipeline.raw.segments import SegmentWriter, finished_segments, recover_segments, unread_files
from tests.scenarios.small_archive import LATER, NOON, answer, at

PART = "20250305T120000Z-a1b2.ndjson.gz.part"


def run_record(run_id: str = "a1b2") -> RunRecord:
    return RunRecord(run_id=run_id, command="extract", version="0", started_at=NOON)


def unfinished_part(folder: Path, keys: str = "123") -> Path:
    """A `.part` whose writer was killed."""
    with SegmentWriter.begin(folder, run_record()) as writer:
        for key in keys:
            writer.append(RawLine.of(answer(Endpoint.SESSION, key, {"id": key})))
    return writer.part


def lines(segment: Path) -> list[RawLine]:
    return [line for line, _ in read_lines(segment)]


def recover(folder: Path, part: Path) -> Path:
    """Recover the only unfinished segment of a folder; returns the finished one."""
    [segment] = recover_segments(folder, LATER)
    assert part.with_name(part.name.removesuffix(".part")) == segment
    assert not part.exists()
    assert [segment] == finished_segments(folder)
    assert recover_segments(folder, LATER) == []
    return segment


def test_a_part_cut_at_any_byte_of_its_last_two_lines_keeps_its_whole_lines(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    part = unfinished_part(folder)
    whole = part.read_bytes()
    ends = [position.bytes for _, position in read_lines(part)]
    part.unlink()
    for cut in range(ends[0], ends[2] + 1):
        part.write_bytes(whole[:cut])
        segment = recover(folder, part)
        whole_lines = sum(end <= cut for end in ends)
        *answers, last = lines(segment)
        assert list("123")[:whole_lines] == [line.key for line in answers], cut
        assert whole[: ends[whole_lines - 1]] == segment.read_bytes()[: ends[whole_lines - 1]]
        record = read_run_record(last)
        assert (
            record.run_id,
            record.command,
            record.outcome,
            record.started_at,
            record.finished_at,
        ) == ("a1b2", "unknown", "interrupted", NOON, LATER)
        torn = part.with_name(part.name + ".torn")
        rest = whole[ends[whole_lines - 1] : cut]
        assert rest == (torn.read_bytes() if torn.exists() else b"")
        torn.unlink(missing_ok=True)
        segment.unlink()


def test_a_part_that_holds_its_run_record_is_only_renamed(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with SegmentWriter.begin(folder, run_record()) as writer:
        writer.append(RawLine.of(answer(Endpoint.SESSION, "1", {})))
        segment = writer.finish(at(1))
    finished = segment.read_bytes()
    segment.rename(writer.part)
    assert finished == recover(folder, writer.part).read_bytes()


def test_a_part_cut_in_its_run_record_gets_another_run_record(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with SegmentWriter.begin(folder, run_record()) as writer:
        writer.append(RawLine.of(answer(Endpoint.SESSION, "1", {})))
        segment = writer.finish(at(1))
    writer.part.write_bytes(segment.read_bytes()[:-5])
    segment.unlink()
    found = lines(recover(folder, writer.part))
    assert [line.endpoint for line in found] == [Endpoint.SESSION, Endpoint.RUN]
    assert read_run_record(found[-1]).outcome == "interrupted"


@pytest.mark.parametrize("rest", [b"", b"\x1f", b"no gzip at all"])
def test_a_part_without_a_whole_line_is_finished_with_only_a_run_record(tmp_path: Path, rest: bytes) -> None:
    folder = tmp_path / "home"
    part = unfinished_part(folder, keys="")
    part.write_bytes(rest)
    assert [line.endpoint for line in lines(recover(folder, part))] == [Endpoint.RUN]
    torn = part.with_name(part.name + ".torn")
    assert rest == (torn.read_bytes() if torn.exists() else b"")


def test_a_damaged_line_and_the_lines_after_it_are_moved_to_the_torn_file(tmp_path: Path) -> None:
    """The lines after it may be damaged as well, so they are not loaded, but not deleted either."""
    folder = tmp_path / "home"
    part = unfinished_part(folder)
    intact = part.read_bytes()
    ends = [position.bytes for _, position in read_lines(part)]
    middle = (ends[0] + ends[1]) // 2
    part.write_bytes(intact[:middle] + bytes([intact[middle] ^ 0xFF]) + intact[middle + 1 :])
    assert [line.key for line in lines(recover(folder, part))[:-1]] == ["1"]
    assert ends[2] - ends[0] == part.with_name(part.name + ".torn").stat().st_size


def test_a_recovered_segment_is_part_of_the_chain(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with SegmentWriter.begin(folder, run_record("before")) as writer:
        before = writer.finish(at(1))
    unfinished_part(folder)
    [recovered_segment] = recover_segments(folder, LATER)
    with SegmentWriter.begin(folder, run_record("after")) as writer:
        after = writer.finish(at(3))
    assert [before, recovered_segment, after] == finished_segments(folder)
    chain = [read_run_record(lines(segment)[-1]) for segment in finished_segments(folder)]
    assert [None, before.name, recovered_segment.name] == [record.previous_segment for record in chain]
    assert [None, file_sha256(before), file_sha256(recovered_segment)] == [record.previous_sha256 for record in chain]


def test_a_missing_folder_has_no_segment_to_recover(tmp_path: Path) -> None:
    assert recover_segments(tmp_path / "home", LATER) == []


def finished_segment(folder: Path) -> Path:
    with SegmentWriter.begin(folder, run_record()) as writer:
        for key in "123":
            writer.append(RawLine.of(answer(Endpoint.SESSION, key, {"id": key})))
        return writer.finish(at(1))


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def with_another_line(content: bytes) -> bytes:
    return content + gzip_member(RawLine.of(answer(Endpoint.SESSION, "4", {"id": "4"})).encoded())


def emptied(_: bytes) -> bytes:
    return b""


def copied(content: bytes) -> bytes:
    return content


def replaced_by_text(_: bytes) -> bytes:
    return b"not a segment"


@pytest.mark.parametrize("year", ["2025", "2026"])
@pytest.mark.parametrize("changed", [half, emptied, copied, with_another_line, replaced_by_text])
def test_a_part_never_replaces_the_finished_segment_of_its_name(
    tmp_path: Path, changed: Callable[[bytes], bytes], year: str
) -> None:
    """As a sync program or a merge of two copies of a logbook may leave it, also in the folder of another year."""
    folder = tmp_path / "home"
    segment = finished_segment(folder)
    finished = segment.read_bytes()
    part = folder / year / f"{segment.name}.part"
    part.parent.mkdir(exist_ok=True)
    asides = [part.with_name(f"{part.name}{ending}") for ending in (".aside", ".2.aside", ".3.aside")]
    for number in range(1, 4):
        part.write_bytes(changed(finished))
        assert unread_files(folder) == sorted([part, *asides[: number - 1]])
        assert recover_segments(folder, LATER) == []
        assert not part.exists()
        assert [aside.read_bytes() for aside in asides[:number]] == [changed(finished)] * number
        assert unread_files(folder) == sorted(asides[:number])
        assert finished_segments(folder) == [segment]
        assert segment.read_bytes() == finished


def test_a_part_beside_another_segment_is_still_recovered(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    segment = finished_segment(folder)
    segment.with_name(f"{segment.name}.part").touch()
    with SegmentWriter.begin(folder, run_record("c3d4")) as writer:
        writer.append(RawLine.of(answer(Endpoint.SESSION, "4", {"id": "4"})))
    assert unread_files(folder) == [segment.with_name(f"{segment.name}.part")]
    assert recover_segments(folder, LATER) == [writer.path]
    assert finished_segments(folder) == [segment, writer.path]


def test_a_run_does_not_replace_a_segment_that_appeared_meanwhile(tmp_path: Path) -> None:
    with SegmentWriter.begin(tmp_path / "home", run_record()) as writer:
        writer.path.write_bytes(b"from elsewhere")
        with pytest.raises(FileExistsError):
            writer.finish(at(1))
    assert writer.path.read_bytes() == b"from elsewhere"


def test_the_torn_end_of_an_earlier_crash_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    for number, torn in enumerate([b"first", b"second"], start=1):
        part = unfinished_part(folder)
        with part.open("ab") as file:
            file.write(torn)
        recover(folder, part).unlink()
        kept = [path.read_bytes() for path in sorted(folder.rglob("*.torn"), key=lambda path: path.stat().st_size)]
        assert kept == [b"first", b"second"][:number]
