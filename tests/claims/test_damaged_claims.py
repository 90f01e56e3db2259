"""A claim that was edited, or is missing between others, ends all claiming of its account, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from pipeline.claims import document
from pipeline.claims.folder import CLAIM, MANIFEST, Manifest, read_claim
from pipeline.errors import ClaimError
from tests.scenarios.claimed_logbook import APRIL, ClaimedLogbook, ServedSession, local

_FINDING = "select detail from check_results where rule = 'damaged_claims'"
_THIRD = ServedSession("3", local(date(2025, 4, 5)))


@pytest.fixture
def logbook(two_claims: ClaimedLogbook, tmp_path: Path) -> ClaimedLogbook:
    return two_claims.copied(tmp_path / "logbook")


def edit(folder: Path) -> None:
    """Make the claim's first line 10.00 dearer, as by hand."""
    claim = document.decode((folder / CLAIM).read_bytes())
    line = msgspec.structs.replace(claim.lines[0], amount_incl_tax=claim.lines[0].amount_incl_tax + 10)
    edited = msgspec.structs.replace(claim, lines=(line, *claim.lines[1:]))
    (folder / CLAIM).write_bytes(document.encode(edited))


def edit_with_manifest(folder: Path) -> None:
    """The same, with the manifest adapted to it."""
    edit(folder)
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    content = (folder / CLAIM).read_bytes()
    changed = tuple(
        msgspec.structs.replace(file, sha256=sha256(content).hexdigest(), size=len(content))
        if file.name == CLAIM
        else file
        for file in manifest.files
    )
    (folder / MANIFEST).write_bytes(document.encode(msgspec.structs.replace(manifest, files=changed)))


@pytest.mark.system
@pytest.mark.parametrize(
    ("damage", "number", "message"),
    [
        (edit, 1, "0001-2025-02/claim.json was changed after it was made"),
        (edit, 2, "0002-2025-03/claim.json was changed after it was made"),
        (edit_with_manifest, 1, "0001-2025-02 was changed after the next claim was made"),
        (edit_with_manifest, 2, "Claim 2 of account home was lost or changed"),
        (shutil.rmtree, 1, "has no claim 1"),
        (lambda folder: (folder / MANIFEST).write_bytes(b"{}"), 2, "manifest.json is not one that Ladebog writes"),
    ],
    ids=["edited", "newest edited", "edited with manifest", "newest edited with manifest", "missing", "no manifest"],
)
def test_a_damaged_claim_ends_claiming_and_nothing_else(
    logbook: ClaimedLogbook, damage: Callable[[Path], object], number: int, message: str
) -> None:
    before = logbook.rows("select * from claim_lines order by all")
    damage(logbook.stored[number - 1].folder)
    logbook.extract(_THIRD, months=(APRIL,))
    logbook.update()
    assert logbook.rows("select count(*) from sessions") == [(3,)]
    assert logbook.rows("select * from claim_lines order by all") == before
    [(detail,)] = logbook.rows(_FINDING)
    assert message in detail
    for claim in (lambda: logbook.claim(APRIL), logbook.corrections, lambda: logbook.reverse(2)):
        with pytest.raises(ClaimError, match=message):
            claim()


@pytest.mark.system
def test_an_edited_claim_is_refused_after_a_rebuild_too(logbook: ClaimedLogbook) -> None:
    edit(logbook.stored[0].folder)
    logbook.rebuild()
    assert len(logbook.rows(_FINDING)) == 1
    with pytest.raises(ClaimError, match="was changed after it was made"):
        logbook.claim(APRIL)


@pytest.mark.system
def test_a_claim_that_was_put_back_is_no_finding(logbook: ClaimedLogbook) -> None:
    folder = logbook.stored[0].folder
    kept = folder.rename(logbook.root.parent / folder.name)
    logbook.update()
    assert len(logbook.rows(_FINDING)) == 1
    kept.rename(folder)
    logbook.update()
    assert logbook.rows(_FINDING) == []


def test_an_edited_claim_is_not_shown(logbook: ClaimedLogbook) -> None:
    folder = logbook.stored[1].folder
    assert read_claim(folder).claim.number == 2
    edit(folder)
    with pytest.raises(ClaimError, match=r"claim\.json was changed after it was made"):
        read_claim(folder)
