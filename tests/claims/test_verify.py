"""What was edited, lost or swapped under raw/, journal/ and claims/ is named; nothing is changed by looking."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785

from pipeline.claims import document
from pipeline.claims.check import check_claim
from pipeline.claims.folder import CLAIM, MANIFEST, Manifest
from pipeline.errors import TamperingError
from tests.scenarios.claimed_logbook import FEBRUARY, MARCH, ClaimedLogbook, Told, local

pytestmark = pytest.mark.system

_FLIPS = 3_000


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> ClaimedLogbook:
    """Three segments, three entries of the journal, an attached file, and three claims. To be copied."""
    logbook = ClaimedLogbook.begin(tmp_path_factory.mktemp("whole") / "logbook")
    logbook.tell(Told("1", local(date(2025, 3, 5)), note="æøå"), Told("2", local(date(2025, 3, 6))), months=(FEBRUARY,))
    logbook.decide("exclude", "2", reason="en gæst")
    logbook.attach("elregning.pdf", b"%PDF-1.7 bill")
    logbook.claim(MARCH)
    logbook.tell(Told("1", local(date(2025, 3, 5)), amount="20.00"))
    logbook.corrections()
    logbook.decide("tag", "1", "ferie")
    logbook.claim(FEBRUARY)
    logbook.tell(Told("3", local(date(2025, 4, 6))))
    logbook.update()
    return logbook


@pytest.fixture
def logbook(whole: ClaimedLogbook, tmp_path: Path) -> ClaimedLogbook:
    shutil.copytree(whole.root, tmp_path / "logbook")
    return ClaimedLogbook(tmp_path / "logbook")


def named(logbook: ClaimedLogbook) -> str:
    """What `verify --full` says is off."""
    before = contents(logbook)
    with pytest.raises(TamperingError) as caught:
        logbook.verify()
    assert contents(logbook) == before
    assert "nothing was changed" in caught.value.advice
    return str(caught.value).replace(str(logbook.root), "")


def contents(logbook: ClaimedLogbook) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(logbook.root.rglob("*")) if path.is_file()}


def truths(logbook: ClaimedLogbook) -> list[Path]:
    """Every file under raw/, journal/ and claims/."""
    folders = (logbook.paths.raw, logbook.paths.journal, logbook.paths.claims)
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def segments(logbook: ClaimedLogbook) -> list[Path]:
    return sorted(logbook.paths.raw.rglob("*.gz"))


def rewrite(segment: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Write a segment anew as valid gzip, its lines changed by somebody who knows the format."""
    lines = [json.loads(line) for line in gzip.decompress(segment.read_bytes()).splitlines()]
    change(lines)
    segment.write_bytes(b"".join(gzip.compress(json.dumps(line).encode() + b"\n") for line in lines))


def test_what_was_not_touched_holds(logbook: ClaimedLogbook) -> None:
    assert logbook.verify() == [
        "journal: 3 entries",
        "home: raw: 3 segments",
        "home: claims: 3",
        "home: claim 1: derived again from raw/",
        "home: claim 2: derived again from raw/",
        "home: claim 3: derived again from raw/",
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_edited_time_of_fetching(logbook: ClaimedLogbook, place: int) -> None:
    segment = segments(logbook)[place]
    rewrite(segment, lambda lines: lines[0].update(fetched_at="2025-03-06T00:00:00.000000Z"))
    assert segment.name in named(logbook)


def test_an_edited_time_of_the_last_line(logbook: ClaimedLogbook) -> None:
    segment = segments(logbook)[-1]
    rewrite(segment, lambda lines: lines[-1].update(fetched_at="2025-03-06T00:00:00.000000Z"))
    assert segment.name in named(logbook)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_lost_segment(logbook: ClaimedLogbook, place: int) -> None:
    segments(logbook)[place].unlink()
    assert "is not what was written" in named(logbook)


def test_swapped_segments(logbook: ClaimedLogbook) -> None:
    first, second, _ = segments(logbook)
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert first.name in named(logbook)


def test_a_lost_end_of_the_journal(logbook: ClaimedLogbook) -> None:
    path = logbook.paths.journal / "journal.ndjson"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert named(logbook).startswith("/journal/journal.ndjson is not what was written: it ends with entry 2")


def test_an_attached_file_that_was_changed_before_it_is_claimed(logbook: ClaimedLogbook) -> None:
    (kept,) = (logbook.paths.journal / "attachments").iterdir()
    kept.write_bytes(b"%PDF-1.7 another")
    assert "it is not the file that entry 2 of the journal attached" in named(logbook)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_lost_claim(logbook: ClaimedLogbook, number: int) -> None:
    shutil.rmtree(logbook.filed[number - 1].folder)
    assert f"Claim {number} " in named(logbook)


def test_a_file_that_was_put_in(logbook: ClaimedLogbook) -> None:
    (logbook.filed[0].folder / "better.pdf").write_bytes(b"%PDF")
    assert named(logbook).endswith("/0001-2025-03/better.pdf is not what was written: it is not a file of this claim.")


def dearer(claim: dict[str, Any]) -> None:
    """The only line costs one krone more, and so does all that follows from it."""
    claim["lines"][0].update(amount_incl_tax="26.00", tax_amount="5.20")
    for part in ("sessions", "total"):
        claim["totals"][0][part].update(amount_incl_tax="26.00", tax_amount="5.20")
    claim["totals"][0]["average_price_incl_tax"] = "2.600000"
    claim["days"][0]["amount_incl_tax"] = "26.00"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda claim: claim["lines"][0].update(amount_incl_tax="26.00"), "the total in DKK is not the sum"),
        (lambda claim: claim["lines"][0].update(energy_kwh="10.001"), "the total in DKK is not the sum of its lines"),
        (lambda claim: claim["days"][0].update(sessions=2), "the days are not the sums of their lines"),
        (lambda claim: claim["lines"][0].update(document_sha256="0" * 64), "raw/ gives other figures for session 1"),
        (dearer, "line 1 does not start from the sum of the claims before it"),
        (lambda claim: claim["sources"]["raw"].update(sha256="0" * 64), "it was made from segment "),
        (lambda claim: claim["sources"]["journal"].update(sha256="0" * 64), "it was made from journal entry 2, "),
        (lambda claim: claim["attachments"][0].update(sha256="0" * 64), "its attachments are not the files in "),
    ],
)
def test_a_claim_forged_by_somebody_who_mends_what_is_behind_it(
    logbook: ClaimedLogbook, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    forge(logbook, change)
    for path in (logbook.paths.database, logbook.paths.writer_database):
        path.unlink()
    logbook.update()
    assert why in named(logbook)


def test_a_forged_claim_that_nothing_else_follows_from_is_derived_again(logbook: ClaimedLogbook) -> None:
    for found in logbook.filed[1:]:
        shutil.rmtree(found.folder)
    forge(logbook, dearer)
    for path in (logbook.paths.database, logbook.paths.writer_database):
        path.unlink()
    logbook.update()
    assert logbook.check()[-1] == "home: claims: 1"
    assert "raw/ gives other figures for session 1 of 2025-03" in named(logbook)


def forge(logbook: ClaimedLogbook, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the first claim, and mend every hash behind it."""
    previous: str | None = None
    for place, found in enumerate(logbook.filed):
        path = found.folder / CLAIM
        claim = json.loads(path.read_bytes())
        if place == 0:
            change(claim)
        elif previous is not None:
            claim["sources"]["previous_claim"]["sha256"] = previous
        path.write_bytes(rfc8785.dumps(claim))
        manifest = json.loads((found.folder / MANIFEST).read_bytes())
        manifest["previous_sha256"] = previous
        for file in manifest["files"]:
            content = (found.folder / file["name"]).read_bytes()
            file.update(sha256=sha256(content).hexdigest(), size=len(content))
        data = rfc8785.dumps(manifest)
        (found.folder / MANIFEST).write_bytes(data)
        previous = sha256(data).hexdigest()


def test_a_copied_claim_is_checked_alone(logbook: ClaimedLogbook, tmp_path: Path) -> None:
    copy = tmp_path / "from the employer"
    shutil.copytree(logbook.filed[0].folder, copy)
    assert check_claim(copy).claim == logbook.claims[0]
    (copy / "voucher.txt").write_text("claim 1: 1000000 DKK\n", "utf-8")
    with pytest.raises(TamperingError, match="its SHA-256 is not the one in the manifest"):
        check_claim(copy)


def test_a_manifest_says_only_what_it_says(logbook: ClaimedLogbook) -> None:
    path = logbook.filed[-1].folder / MANIFEST
    manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    path.write_bytes(document.encode(manifest) + b"\n")
    assert "its bytes are not those of its content" in named(logbook)


def test_any_byte_that_is_edited_is_named(logbook: ClaimedLogbook) -> None:
    draw = random.Random(4)  # noqa: S311 (draws places)
    files = truths(logbook)
    flipped = 0
    for path, place, bit in flips(files, draw):
        whole_file = path.read_bytes()
        edited = bytearray(whole_file)
        edited[place] ^= bit
        path.write_bytes(edited)
        with pytest.raises(TamperingError) as caught:
            list(logbook.check())
        assert str(caught.value), (path, place, bit)
        path.write_bytes(whole_file)
        flipped += 1
    assert flipped >= _FLIPS
    assert len(logbook.verify()) == 6


def flips(files: list[Path], draw: random.Random) -> Iterator[tuple[Path, int, int]]:
    """Places in files and the bit to turn there: each file's first and last bytes, and many others."""
    for path in files:
        size = path.stat().st_size
        places = {0, size - 1, *(draw.randrange(size) for _ in range(_FLIPS // len(files)))}
        yield from ((path, place, 1 << draw.randrange(8)) for place in sorted(places))
    for _ in range(_FLIPS):
        path = draw.choice(files)
        yield path, draw.randrange(path.stat().st_size), 1 << draw.randrange(8)
