"""A link in raw/, or a file whose name is not that of a segment, is refused by every command."""

import shutil
from pathlib import Path

import pytest

from pipeline.clock import SystemClock
from pipeline.errors import RawStoreError
from pipeline.raw.lines import RunRecord
from pipeline.raw.segments import PART_SUFFIX, SegmentWriter, finished_segments
from tests.scenarios.demo_logbook import DemoLogbook

_COMMANDS = (["transform"], ["rebuild"], ["extract"])


@pytest.fixture
def logbook(tmp_path: Path) -> DemoLogbook:
    """A logbook with one finished segment that is not loaded yet; next to it is the folder `outside`."""
    logbook = DemoLogbook.begin(tmp_path / "logbook", "http://127.0.0.1:9", name="home")
    (tmp_path / "outside").mkdir()
    clock = SystemClock()
    record = RunRecord(run_id="abcd", command="extract", version="0", started_at=clock.now())
    with SegmentWriter.begin(logbook.paths.raw / "home", record) as writer:
        writer.finish(clock.now())
    return logbook


def replace_by_link(path: Path, outside: Path) -> None:
    """Move a file or folder out of the logbook, and create a link to it there."""
    shutil.move(path, outside / path.name)
    path.symlink_to(outside / path.name)


@pytest.mark.parametrize("depth", ["account", "year", "segment", "unfinished segment", "an empty year"])
def test_links_are_refused(logbook: DemoLogbook, tmp_path: Path, depth: str) -> None:
    outside = tmp_path / "outside"
    (segment,) = finished_segments(logbook.paths.raw / "home")
    if depth == "unfinished segment":
        segment = segment.rename(segment.with_name(segment.name + PART_SUFFIX))
    if depth == "an empty year":
        shutil.rmtree(segment.parent)
        segment.parent.symlink_to(outside)
        link = segment.parent
    else:
        link = {"account": segment.parents[1], "year": segment.parent}.get(depth, segment)
        replace_by_link(link, outside)
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    if depth == "an empty year":
        record = RunRecord(run_id="beef", command="extract", version="0", started_at=SystemClock().now())
        with pytest.raises(RawStoreError, match="is a symbolic link"):
            SegmentWriter.begin(logbook.paths.raw / "home", record)
    else:
        for command in _COMMANDS:
            outcome = logbook.run(*command)
            assert (outcome.code, outcome.out) == (1, "")
            assert outcome.err == (
                f"ladebog: {link} is a symbolic link: raw/ may hold only folders and files.\n"
                "  Replace the link by what it points to, then run the same command again\n"
            )
    assert before == {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["x.ndjson.gz", "20259999T999999Z-abcd.ndjson.gz", "..ndjson.gz", "x.ndjson.gz.part"])
def test_files_that_do_not_have_the_name_of_a_segment_are_refused(logbook: DemoLogbook, name: str) -> None:
    (segment,) = finished_segments(logbook.paths.raw / "home")
    other_file = segment.with_name(name)
    other_file.write_bytes(b"mine")
    for command in _COMMANDS:
        outcome = logbook.run(*command)
        assert (outcome.code, outcome.out) == (1, "")
        assert outcome.err == (
            f"ladebog: {other_file} does not have the name of a segment: Ladebog did not write it.\n"
            "  Move it out of raw/, then run the same command again\n"
        )
    assert other_file.read_bytes() == b"mine"


def test_the_raw_folder_itself_may_be_a_link(logbook: DemoLogbook, tmp_path: Path) -> None:
    replace_by_link(logbook.paths.raw, tmp_path / "outside")
    logbook.do("transform")
