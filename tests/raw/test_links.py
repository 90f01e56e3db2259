"""Nothing in raw/ is read or written through a link, or under a file name that is not Ladebog's."""

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
    """A logbook with one finished segment that nothing was loaded from, and a folder outside of it."""
    logbook = DemoLogbook.begin(tmp_path / "logbook", "http://127.0.0.1:9", name="home")
    (tmp_path / "outside").mkdir()
    clock = SystemClock()
    record = RunRecord(run_id="abcd", command="extract", version="0", started_at=clock.now())
    with SegmentWriter.begin(logbook.paths.raw / "home", record) as writer:
        writer.finish(clock.now())
    return logbook


def move_out(place: Path, outside: Path) -> None:
    """Move something out of the logbook, and replace it by a link."""
    shutil.move(place, outside / place.name)
    place.symlink_to(outside / place.name)


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
        move_out(link, outside)
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
def test_files_that_are_not_ladebogs(logbook: DemoLogbook, name: str) -> None:
    (segment,) = finished_segments(logbook.paths.raw / "home")
    foreign = segment.with_name(name)
    foreign.write_bytes(b"mine")
    for command in _COMMANDS:
        outcome = logbook.run(*command)
        assert (outcome.code, outcome.out) == (1, "")
        assert outcome.err == (
            f"ladebog: {foreign} does not have the name of a segment: Ladebog did not write it.\n"
            "  Move it out of raw/, then run the same command again\n"
        )
    assert foreign.read_bytes() == b"mine"


def test_the_raw_folder_itself_may_be_a_link(logbook: DemoLogbook, tmp_path: Path) -> None:
    move_out(logbook.paths.raw, tmp_path / "outside")
    logbook.do("transform")
