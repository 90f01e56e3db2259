"""The chains of raw/, journal/ and claims/ show each change by themselves, without a published database to compare."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.claims.attachments import attachment_path
from pipeline.logbook.journal import FILE_NAME
from pipeline.maintenance.backup.check import find_damage
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.verify import verify
from tests.scenarios.chained_logbook import BILL, ChainedLogbook, Json

_OTHER_TIME = "2025-03-06T00:00:00.000000Z"


def _raise_old(claim: Json, name: str, step: str) -> None:
    """Raise an old figure of the first line and the new one with it, so that their difference stays the same."""
    for amounts in (claim["lines"][0]["correction"]["old"], claim["lines"][0]["correction"]["new"]):
        amounts[name] = str(Decimal(amounts[name]) + Decimal(step))


@pytest.fixture(scope="module")
def shared_logbook(tmp_path_factory: pytest.TempPathFactory) -> ChainedLogbook:
    return ChainedLogbook.begin(tmp_path_factory.mktemp("chained") / "logbook")


@pytest.fixture
def logbook(shared_logbook: ChainedLogbook, tmp_path: Path) -> ChainedLogbook:
    return shared_logbook.copied(tmp_path / "logbook")


def test_an_unchanged_logbook_is_verified(logbook: ChainedLogbook) -> None:
    lines = list(verify(logbook.paths, RecordedLinks(), full=False))
    assert lines == ["journal: 3 entries", "home: raw: 3 segments", "home: claims: 3"]
    assert find_damage(logbook.paths, RecordedLinks(), logbook) is None


def test_a_file_of_raw_that_is_not_read_is_named(logbook: ChainedLogbook) -> None:
    first, *_ = logbook.segments
    names = [f"{first.name}.part", f"{first.name}.part.aside", f"{first.name}.part.torn", "notes.txt"]
    for name in names:
        first.with_name(name).write_bytes(b"x")
    lines = [f"home: raw: not read, as it is not a segment: 2025/{name}" for name in names]
    assert list(verify(logbook.paths, RecordedLinks(), full=False))[2:6] == lines


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("place", [0, 1])
def test_an_edited_time_of_an_answer_is_found_in_its_segment(logbook: ChainedLogbook, number: int, place: int) -> None:
    segment = logbook.segments[number - 1].name
    logbook.rewrite_line(number, place, fetched_at=_OTHER_TIME)
    fault = f"raw/home/2025/{segment} is not what was written: its lines are not those that its run recorded."
    assert logbook.faults() == [fault] * 2


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"fetched_at": _OTHER_TIME},
            "the record of its run and the line that contains it have different times",
        ),
        ({"key": "abc9"}, "it is the segment of run abc3"),
        ({"endpoint": "session"}, "its last line is not the record of its run"),
        ({"account": "work"}, "line 3 belongs to account work"),
    ],
)
def test_an_edited_last_line_of_the_newest_segment_is_found(
    logbook: ChainedLogbook, fields: dict[str, str], reason: str
) -> None:
    segment = logbook.segments[-1].name
    logbook.rewrite_line(3, 2, **fields)
    assert logbook.faults() == [f"raw/home/2025/{segment} is not what was written: {reason}."] * 2


def test_a_segment_under_another_run_id_is_found(logbook: ChainedLogbook) -> None:
    segment = logbook.segments[-1]
    segment.rename(segment.with_name(segment.name.replace("abc3", "abc4")))
    (fault, _) = logbook.faults()
    assert fault.endswith("-abc4.ndjson.gz is not what was written: it is the segment of run abc3.")


@pytest.mark.parametrize("number", [1, 2])
def test_an_edited_segment_with_a_matching_checksum_is_found_at_the_next(logbook: ChainedLogbook, number: int) -> None:
    edited, next_segment = (path.name for path in logbook.segments[number - 1 : number + 1])
    logbook.rewrite(number, lambda lines: lines[0].update(fetched_at=_OTHER_TIME))
    reason = f"it was written after {edited}, but now follows {edited}"
    assert logbook.faults() == [f"raw/home/2025/{next_segment} is not what was written: {reason}."] * 2


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_edited_segment_in_a_chain_written_again_is_found_by_the_claim_made_from_it(
    logbook: ChainedLogbook, number: int
) -> None:
    logbook.rewrite(number, lambda lines: lines[0].update(fetched_at=_OTHER_TIME))
    logbook.chain_again()
    segment, claim = logbook.segments[number - 1].name, logbook.claim_folders[number - 1].name
    reason = f"it was made from segment 2025/{segment}, which is missing or was changed"
    assert logbook.faults() == [f"claims/home/{claim}/claim.json is not what was written: {reason}."] * 2


@pytest.mark.parametrize("number", [1, 2])
def test_a_lost_segment_is_found_at_the_next(logbook: ChainedLogbook, number: int) -> None:
    before = [None, *(path.name for path in logbook.segments)][number - 1]
    lost, next_segment = logbook.segments[number - 1 : number + 1]
    lost.unlink()
    reason = f"it was written after {lost.name}, but now follows {before}"
    assert logbook.faults() == [f"raw/home/2025/{next_segment.name} is not what was written: {reason}."] * 2


def test_a_lost_newest_segment_is_found_by_the_claim_made_from_it(logbook: ChainedLogbook) -> None:
    segment = logbook.segments[-1]
    segment.unlink()
    (fault, _) = logbook.faults()
    assert fault.endswith(f"it was made from segment 2025/{segment.name}, which is missing or was changed.")


def test_swapped_segments_are_found(logbook: ChainedLogbook) -> None:
    first, second, _ = logbook.segments
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert (
        logbook.faults() == [f"raw/home/2025/{first.name} is not what was written: it is the segment of run abc2."] * 2
    )


@pytest.mark.parametrize("damage", ["deleted", "changed", "cut short", "emptied", "replaced by a folder"])
def test_a_lost_or_changed_attachment_is_found(logbook: ChainedLogbook, damage: str) -> None:
    file = attachment_path(logbook.paths.journal, sha256(BILL).hexdigest())
    if damage in ("deleted", "replaced by a folder"):
        file.unlink()
    if damage == "replaced by a folder":
        file.mkdir()
    elif damage != "deleted":
        file.write_bytes({"changed": b"another", "cut short": BILL[:-1], "emptied": b""}[damage])
    reason = "it is not the file that entry 2 of the journal attached"
    fault = f"journal/attachments/{file.name} is not what was written: {reason}."
    assert logbook.faults() == [fault] * 2


def test_a_lost_folder_of_attachments_is_found(logbook: ChainedLogbook) -> None:
    shutil.rmtree(logbook.paths.journal / "attachments")
    assert all("it is not the file that entry 2 of the journal attached" in fault for fault in logbook.faults())


@pytest.mark.parametrize("kept", [2, 1])
def test_a_lost_end_of_the_journal_is_found_by_the_claims_made_from_it(logbook: ChainedLogbook, kept: int) -> None:
    path = logbook.paths.journal / FILE_NAME
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
    reason = f"it was made from journal entry {kept + 1}, which is missing or was changed"
    claim = logbook.claim_folders[kept].name
    assert logbook.faults() == [f"claims/home/{claim}/claim.json is not what was written: {reason}."] * 2


def test_an_incomplete_last_line_of_the_journal_is_found(logbook: ChainedLogbook) -> None:
    path = logbook.paths.journal / FILE_NAME
    path.write_bytes(path.read_bytes()[:-1])
    assert logbook.faults() == ["journal/journal.ndjson is not what was written: its last line is incomplete."] * 2


@pytest.mark.parametrize("number", [1, 2])
def test_a_lost_claim_is_found(logbook: ChainedLogbook, number: int) -> None:
    shutil.rmtree(logbook.claim_folders[number - 1])
    assert logbook.faults() == [f"Claim {number} is missing from claims/home."] * 2


def test_a_claim_under_another_name_is_found(logbook: ChainedLogbook) -> None:
    folder = logbook.claim_folders[1]
    folder.rename(folder.with_name("0002-2025-02"))
    reason = "it is claim 0002-corrections of account home"
    assert logbook.faults() == [f"claims/home/0002-2025-02 is not what was written: {reason}."] * 2


@pytest.mark.parametrize(
    ("name", "step"), [("tax_amount", "0.40"), ("amount_incl_tax", "2.00"), ("energy_kwh", "1.000")]
)
@pytest.mark.parametrize("number", [2, 3])
def test_a_forged_old_figure_of_a_correction_is_found(
    logbook: ChainedLogbook, number: int, name: str, step: str
) -> None:
    logbook.forge(number, lambda claim: _raise_old(claim, name, step))
    claim = logbook.claim_folders[number - 1].name
    reason = "line 1 does not start from the sum of the claims before it"
    assert logbook.faults() == [f"claims/home/{claim}/claim.json is not what was written: {reason}."] * 2


@pytest.mark.parametrize(
    ("number", "change", "reason"),
    [
        (1, lambda claim: claim["days"].pop(), "the days are not the sums of their lines"),
        (
            1,
            lambda claim: claim["totals"][0].update(average_price_incl_tax="1.000000"),
            "the average price in DKK is not the amount divided by the energy",
        ),
        (
            1,
            lambda claim: claim["completeness"].update(excluded=1),
            "the sessions claimed and those excluded do not add up to all sessions",
        ),
        (
            2,
            lambda claim: claim["lines"][0]["correction"]["old"].update(tax_amount="0.00"),
            "line 1 is not the difference between its old and its new figures",
        ),
        (
            2,
            lambda claim: claim["lines"][0].update(correction=None),
            "line 1 is not a correction, in a claim of corrections",
        ),
        (
            2,
            lambda claim: claim["totals"][0]["total"].update(tax_amount="0.00"),
            "the total in DKK is not the sum of its lines",
        ),
        (
            2,
            lambda claim: claim["sources"]["previous_claim"].update(name="0009-2025-01"),
            "it was not made after the claim that now precedes it",
        ),
        (3, lambda claim: claim.update(reverses=9), "the claim that it reverses does not exist"),
        (3, lambda claim: claim.update(reverses=2), "its lines are not those of claim 2 negated"),
        (
            3,
            lambda claim: claim["sources"]["journal"].update(sha256="0" * 64),
            "it was made from journal entry 3, which is missing or was changed",
        ),
    ],
)
def test_a_forged_claim_is_found(
    logbook: ChainedLogbook, number: int, change: Callable[[Json], object], reason: str
) -> None:
    logbook.forge(number, change)
    claim = logbook.claim_folders[number - 1].name
    assert logbook.faults() == [f"claims/home/{claim}/claim.json is not what was written: {reason}."] * 2


def test_a_segment_that_is_a_folder_is_found(logbook: ChainedLogbook) -> None:
    segment = logbook.segments[1]
    segment.unlink()
    segment.mkdir()
    assert logbook.faults() == [f"raw/home/2025/{segment.name} is a folder with the name of a segment."] * 2


@pytest.mark.parametrize("content", ["", "x"])
@pytest.mark.parametrize("name", ["claim.json", "manifest.json", "journal.ndjson"])
def test_a_file_of_a_chain_that_is_a_folder_is_found(logbook: ChainedLogbook, name: str, content: str) -> None:
    path = (logbook.paths.journal if name == FILE_NAME else logbook.claim_folders[1]) / name
    path.unlink()
    path.mkdir()
    if content:
        (path / content).touch()
    assert all(name in fault and ("regular file" in fault or "missing" in fault) for fault in logbook.faults())
