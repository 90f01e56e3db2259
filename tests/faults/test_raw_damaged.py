"""A segment of raw/ that is damaged, edited or missing is reported, and can be restored from a backup."""

import gzip
import json
import random
import shutil
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from pipeline.raw.segments import PART_SUFFIX, finished_segments
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items, marts
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_BACKUP = (
    "Restore the file from a backup; nothing was changed. "
    "Or move it out of raw/ and continue with the rest: ladebog rebuild"
)
_BACKUP_OR_CONTINUE = "Restore the file from a backup, or continue with the rest: ladebog rebuild"


def edit_bill(content: bytes) -> bytes:
    """The segment with a higher bill of one session and no other change."""
    lines = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    session = next(line for line in lines if line["endpoint"] == "session")
    session["body"]["session"]["totalAmount"] = 999
    return b"".join(gzip.compress(json.dumps(line).encode() + b"\n") for line in lines)


@pytest.mark.parametrize("damage", ["flipped bit", "truncated", "edited", "emptied"])
def test_damage_found_by_a_rebuild_stops_it(
    damage: str, new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    (segment,) = finished_segments(archived_logbook.paths.raw / "demo")
    content, marts_before, draw = segment.read_bytes(), marts(archived_logbook), random.Random(damage)  # noqa: S311 (draws positions)
    for _ in range(1 if damage in ("edited", "emptied") else 8):
        position = draw.randrange(1, len(content))
        flipped = content[:position] + bytes([content[position] ^ 1 << draw.randrange(8)]) + content[position + 1 :]
        segment.write_bytes(
            {"flipped bit": flipped, "truncated": content[:position], "edited": edit_bill(content), "emptied": b""}[
                damage
            ]
        )
        outcome = archived_logbook.run("rebuild", now=NOW)
        if outcome.code == 0:  # a bit of a gzip header that does not matter, or a cut between two lines
            assert has_same_content(segment, content) or damage == "truncated"
            continue
        message, advice = refusal(outcome, 1)
        assert message.startswith(f"{segment} is damaged at line ")
        assert advice == _BACKUP
        assert marts_before == marts(archived_logbook)  # the published database is unchanged
        record(f"segment of raw/: {damage}", 1, 0, message, advice)
    segment.write_bytes(content)
    items_before = items(archived_logbook)
    archived_logbook.do("rebuild", now=NOW)
    assert count_lost(items_before, archived_logbook) == 0
    assert marts_before == marts(archived_logbook)
    assert_complete(archived_logbook, new_operator.tenant)


def has_same_content(segment: Path, content: bytes) -> bool:
    return gzip.decompress(segment.read_bytes()) == gzip.decompress(content)


@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_damage_of_a_loaded_segment_stops_a_transform(
    damage: str, new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    (segment,) = finished_segments(archived_logbook.paths.raw / "demo")
    backup, marts_before = archived_logbook.folder / "backup", marts(archived_logbook)
    shutil.copy(segment, backup)
    items_before = items(archived_logbook)
    if damage == "missing":
        segment.unlink()
    else:
        segment.write_bytes(segment.read_bytes()[:-1])
    for command in ("transform", "extract"):
        message, advice = refusal(archived_logbook.run(command, now=NOW), 1)
        assert message.startswith(f"{segment} ")
        assert advice == _BACKUP_OR_CONTINUE
        record(f"segment of raw/ that was loaded: {damage}", 1, 0, message, advice)
    shutil.copy(backup, segment)
    archived_logbook.do("transform", now=NOW)
    assert count_lost(items_before, archived_logbook) == 0
    assert marts_before == marts(archived_logbook)
    assert_complete(archived_logbook, new_operator.tenant)


def test_a_damaged_segment_without_a_backup_is_fetched_again(
    new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    """Sessions that the operator still lists are fetched again."""
    (segment,) = finished_segments(archived_logbook.paths.raw / "demo")
    segment.write_bytes(edit_bill(segment.read_bytes()))
    message, advice = refusal(archived_logbook.run("rebuild", now=NOW), 1)
    assert advice == _BACKUP
    segment.rename(archived_logbook.folder / segment.name)
    archived_logbook.do("rebuild", now=NOW)
    archived_logbook.do("run", now=NOW)
    record("segment of raw/: edited, without a backup", 1, 0, message, advice)
    assert_complete(archived_logbook, new_operator.tenant)


def test_a_segment_torn_at_any_byte_is_recovered(
    new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record, tmp_path: Path
) -> None:
    """The power fails while a segment is written: complete lines count, the rest is fetched again."""
    (segment,) = finished_segments(archived_logbook.paths.raw / "demo")
    content, marts_before, draw = segment.read_bytes(), marts(archived_logbook), random.Random("torn")  # noqa: S311 (draws positions)
    for number, size in enumerate([0, 1, *(draw.randrange(len(content)) for _ in range(4)), len(content) - 1]):
        logbook = archived_logbook.copied(tmp_path / f"torn-{number}")
        shutil.rmtree(logbook.paths.state)
        logbook.paths.database.unlink()
        finished = logbook.home / segment.relative_to(archived_logbook.home)
        finished.with_name(finished.name + PART_SUFFIX).write_bytes(content[:size])
        finished.unlink()
        items_stored = items(logbook)
        logbook.do("run", now=NOW)
        record("segment torn by a crash", 1, count_lost(items_stored, logbook))
        assert marts_before == marts(logbook)
        assert_complete(logbook, new_operator.tenant)
