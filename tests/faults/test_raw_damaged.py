"""A segment of raw/ that is torn, edited or gone: refused by its name, and put back from a backup it is as it was."""

import gzip
import json
import random
import shutil
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from pipeline.raw.segments import PART_SUFFIX, finished_segments
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Tried
from tests.faults.kept import assert_whole, held, lost, told
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_BACKUP = (
    "Restore the file from a backup; nothing was changed. "
    "Or move it out of raw/ and continue with what is left: ladebog rebuild"
)
_BACKUP_OR_ON = "Restore the file from a backup, or continue with what is left: ladebog rebuild"


def edited(content: bytes) -> bytes:
    """The segment with one session's bill made dearer, and all else as it was."""
    lines = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    session = next(line for line in lines if line["endpoint"] == "session")
    session["body"]["session"]["totalAmount"] = 999
    return b"".join(gzip.compress(json.dumps(line).encode() + b"\n") for line in lines)


@pytest.mark.parametrize("damage", ["a bit", "cut off", "edited", "emptied"])
def test_found_by_reading_it(damage: str, young: DemoServer, archived: DemoLogbook, tried: Tried) -> None:
    (segment,) = finished_segments(archived.paths.raw / "demo")
    content, before, draw = segment.read_bytes(), told(archived), random.Random(damage)  # noqa: S311 (draws places)
    for _ in range(1 if damage in ("edited", "emptied") else 8):
        at = draw.randrange(1, len(content))
        flipped = content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :]
        segment.write_bytes(
            {"a bit": flipped, "cut off": content[:at], "edited": edited(content), "emptied": b""}[damage]
        )
        outcome = archived.run("rebuild", now=NOW)
        if outcome.code == 0:  # a bit of a gzip header that says nothing of the content, or a cut between two lines
            assert raw_says_the_same(segment, content) or damage == "cut off"
            continue
        message, advice = refusal(outcome, 1)
        assert message.startswith(f"{segment} is damaged at line ")
        assert advice == _BACKUP
        assert before == told(archived)  # what is published stays
        tried(f"segment of raw/: {damage}", 1, 0, message, advice)
    segment.write_bytes(content)
    everything = held(archived)
    archived.do("rebuild", now=NOW)
    assert lost(everything, archived) == 0
    assert before == told(archived)
    assert_whole(archived, young.tenant)


def raw_says_the_same(segment: Path, content: bytes) -> bool:
    return gzip.decompress(segment.read_bytes()) == gzip.decompress(content)


@pytest.mark.parametrize("damage", ["gone", "cut off"])
def test_found_without_reading_it(damage: str, young: DemoServer, archived: DemoLogbook, tried: Tried) -> None:
    (segment,) = finished_segments(archived.paths.raw / "demo")
    aside, before = archived.folder / "backup", told(archived)
    shutil.copy(segment, aside)
    everything = held(archived)
    if damage == "gone":
        segment.unlink()
    else:
        segment.write_bytes(segment.read_bytes()[:-1])
    for command in ("transform", "extract"):
        message, advice = refusal(archived.run(command, now=NOW), 1)
        assert message.startswith(f"{segment} ")
        assert advice == _BACKUP_OR_ON
        tried(f"segment of raw/ that was loaded: {damage}", 1, 0, message, advice)
    shutil.copy(aside, segment)
    archived.do("transform", now=NOW)
    assert lost(everything, archived) == 0
    assert before == told(archived)
    assert_whole(archived, young.tenant)


def test_without_a_backup(young: DemoServer, archived: DemoLogbook, tried: Tried) -> None:
    """What the operator still lists comes back."""
    (segment,) = finished_segments(archived.paths.raw / "demo")
    segment.write_bytes(edited(segment.read_bytes()))
    message, advice = refusal(archived.run("rebuild", now=NOW), 1)
    assert advice == _BACKUP
    segment.rename(archived.folder / segment.name)
    archived.do("rebuild", now=NOW)
    archived.do("run", now=NOW)
    tried("segment of raw/: edited, and no backup", 1, 0, message, advice)
    assert_whole(archived, young.tenant)


def test_torn_by_a_crash_anywhere(young: DemoServer, archived: DemoLogbook, tried: Tried, tmp_path: Path) -> None:
    """The power goes while a segment is written: all whole lines of what is there count, the rest is fetched again."""
    (segment,) = finished_segments(archived.paths.raw / "demo")
    content, before, draw = segment.read_bytes(), told(archived), random.Random("torn")  # noqa: S311 (draws places)
    for number, size in enumerate([0, 1, *(draw.randrange(len(content)) for _ in range(4)), len(content) - 1]):
        logbook = archived.copied(tmp_path / f"torn-{number}")
        shutil.rmtree(logbook.paths.state)
        logbook.paths.database.unlink()
        finished = logbook.home / segment.relative_to(archived.home)
        finished.with_name(finished.name + PART_SUFFIX).write_bytes(content[:size])
        finished.unlink()
        whole = held(logbook)
        logbook.do("run", now=NOW)
        tried("segment torn by a crash", 1, lost(whole, logbook))
        assert before == told(logbook)
        assert_whole(logbook, young.tenant)
