"""Segments of raw/: what is appended can be read again, and each segment names the one before."""

import hashlib
import json
import zlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import RawLine, RunRecord, Window, read_lines, read_run_record
from pipeline.raw.segments import SegmentWriter, finished_segments
from tests.scenarios.small_archive import NOON, answer, at


def record(run_id: str, started_at: datetime = NOON) -> RunRecord:
    return RunRecord(run_id=run_id, command="extract", version="0", started_at=started_at)


def write_segment(folder: Path, run_id: str, started_at: datetime, *answers: Answer) -> Path:
    with SegmentWriter.begin(folder, record(run_id, started_at)) as writer:
        for one in answers:
            writer.append(RawLine.of(one))
        return writer.finish(started_at)


def last_record(segment: Path) -> RunRecord:
    *_, (line, _) = read_lines(segment)
    return read_run_record(line)


def members(segment: Path) -> list[bytes]:
    """The content of each gzip member of a file."""
    contents, remaining = [], segment.read_bytes()
    while remaining:
        decompressor = zlib.decompressobj(wbits=31)
        contents.append(decompressor.decompress(remaining))
        remaining = decompressor.unused_data
    return contents


def test_an_answer_is_read_as_it_was_written(tmp_path: Path) -> None:
    body = '{"session": {"id": "æøå 🚗", "amount": 19.60385, "x": 7.0E-5}}'.encode()
    original = Answer(
        account="home",
        endpoint=Endpoint.SESSION,
        key='key "1"\n',
        fetched_at=at(0.5),
        url="https://x.invalid/?a=1&b=2",
        status=404,
        trace_id="trace",
        body=body,
    )
    [(line, _), _] = read_lines(write_segment(tmp_path / "home", "a", NOON, original))
    assert bytes(line.body) == body
    assert line.sha256 == hashlib.sha256(body).hexdigest()
    assert (
        original.account,
        original.endpoint,
        original.key,
        original.url,
        original.status,
        original.trace_id,
        original.fetched_at,
    ) == (
        line.account,
        line.endpoint,
        line.key,
        line.url,
        line.status,
        line.trace_id,
        line.fetched_at,
    )


def test_an_answer_without_time_or_trace_id_is_read_back_without_them(tmp_path: Path) -> None:
    [(line, _), _] = read_lines(write_segment(tmp_path / "home", "a", NOON, answer(Endpoint.SESSION, "1", {}, None)))
    assert (line.fetched_at, line.trace_id) == (None, None)


def test_each_line_is_a_separate_gzip_member(tmp_path: Path) -> None:
    segment = write_segment(
        tmp_path / "home", "a", NOON, *(answer(Endpoint.SESSION, str(n), {"n": n}) for n in range(3))
    )
    found = members(segment)
    assert all(member.endswith(b"\n") and member.count(b"\n") == 1 for member in found)
    assert [json.loads(member)["key"] for member in found] == ["0", "1", "2", "a"]


def test_reading_continues_from_a_position(tmp_path: Path) -> None:
    segment = write_segment(
        tmp_path / "home", "a", NOON, *(answer(Endpoint.SESSION, str(n), {"n": n}) for n in range(4))
    )
    whole = list(read_lines(segment))
    assert [position.lines for _, position in whole] == [1, 2, 3, 4, 5]
    assert segment.stat().st_size == whole[-1][1].bytes
    for index, (_, position) in enumerate(whole, start=1):
        rest = [(line.key, end) for line, end in read_lines(segment, position)]
        assert [(line.key, end) for line, end in whole[index:]] == rest


def test_an_answer_is_on_disk_when_append_returns(tmp_path: Path) -> None:
    with SegmentWriter.begin(tmp_path / "home", record("a")) as writer:
        for number in range(3):
            writer.append(RawLine.of(answer(Endpoint.SESSION, str(number), {})))
            read = [line.key for line, _ in read_lines(writer.part)]
            assert [str(n) for n in range(number + 1)] == read


def test_a_large_answer_spans_many_reads(tmp_path: Path) -> None:
    body = json.dumps({"noise": [hashlib.sha256(bytes([n % 256, n // 256])).hexdigest() for n in range(5000)]}).encode()
    segment = write_segment(tmp_path / "home", "a", NOON, answer(Endpoint.SESSION, "1", body))
    assert [body] == [bytes(line.body) for line, _ in read_lines(segment)][:1]


def test_a_segment_has_its_name_and_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "raw" / "home"
    with SegmentWriter.begin(folder, record("a1b2c3d4")) as writer:
        assert folder / "2025" / "20250305T120000Z-a1b2c3d4.ndjson.gz.part" == writer.part
        assert not finished_segments(folder)
        segment = writer.finish(at(1))
    assert [folder / "2025" / "20250305T120000Z-a1b2c3d4.ndjson.gz"] == finished_segments(folder) == [segment]
    assert segment.stat().st_mode & 0o777 == 0o600
    assert [path.stat().st_mode & 0o777 for path in (folder / "2025", folder, folder.parent)] == [0o700] * 3


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (
        write_segment(tmp_path / name / "home", "a", NOON, answer(Endpoint.SESSION, "1", {})) for name in "ab"
    )
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "starts",
    [
        [0, 60, 120],
        [0, 0, 0],  # all within a second
        [0, -600, 10],  # the clock was set back, then forward
        [0, -60 * 24 * 400, -60 * 24 * 300],  # back to an earlier year, which has another folder
        [60 * 24 * 300, 60 * 24 * 302, 60 * 24 * 301],  # into the next year and back
    ],
)
def test_each_segment_names_the_one_before(tmp_path: Path, starts: list[int]) -> None:
    folder = tmp_path / "home"
    runs = [write_segment(folder, f"{9 - number}", at(minutes)) for number, minutes in enumerate(starts)]
    assert runs == finished_segments(folder)
    chain: list[tuple[str | None, str | None]] = [(None, None)]
    chain += [(segment.name, hashlib.sha256(segment.read_bytes()).hexdigest()) for segment in runs[:-1]]
    records = [last_record(segment) for segment in runs]
    assert chain == [(one.previous_segment, one.previous_sha256) for one in records]
    assert [at(minutes) for minutes in starts] == [one.started_at for one in records]


def test_the_record_of_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = record("a")
    with SegmentWriter.begin(tmp_path / "home", run) as writer:
        run.outcome, run.counts = "complete", {"listed": 3}
        run.windows = [Window(month="2025-03-01", listed_at=at(1), pages=2, sessions=3, missing=["7"])]
        segment = writer.finish(at(2))
    found = last_record(segment)
    assert run == found
    assert (at(2), "complete", None) == (found.finished_at, found.outcome, found.error)


def test_each_account_has_its_own_chain(tmp_path: Path) -> None:
    write_segment(tmp_path / "home", "a", NOON)
    assert last_record(write_segment(tmp_path / "work", "b", NOON + timedelta(hours=1))).previous_segment is None


def test_two_runs_cannot_write_the_same_file(tmp_path: Path) -> None:
    with SegmentWriter.begin(tmp_path / "home", record("a")), pytest.raises(FileExistsError):
        SegmentWriter.begin(tmp_path / "home", record("a"))
