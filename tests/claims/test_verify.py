"""`verify` names what was edited, lost or swapped in raw/, journal/ and claims/, and changes nothing."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import re
import shutil
import socket
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
import rfc8785

from pipeline.claims import document
from pipeline.claims.check import check_claim
from pipeline.claims.folder import CLAIM, MANIFEST, Manifest
from pipeline.cli.context import Context
from pipeline.cli.main import run
from pipeline.errors import ClaimError, DatabaseError, RawStoreError, TamperingError
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.verify import verify
from pipeline.raw.lines import read_lines
from tests.scenarios.claimed_logbook import APRIL, FEBRUARY, MARCH, ClaimedLogbook, ServedSession, local

pytestmark = pytest.mark.system

_FLIPS_PER_FILE = 320


@pytest.fixture(scope="module")
def shared_logbook(tmp_path_factory: pytest.TempPathFactory) -> ClaimedLogbook:
    """Three segments, three journal entries, an attached file, and three claims. Tests copy it."""
    logbook = ClaimedLogbook.begin(tmp_path_factory.mktemp("shared") / "logbook")
    logbook.extract(
        ServedSession("1", local(date(2025, 3, 5)), note="æøå"),
        ServedSession("2", local(date(2025, 3, 6))),
        months=(FEBRUARY,),
    )
    logbook.decide("exclude", "2", reason="en gæst")
    logbook.attach("elregning.pdf", b"%PDF-1.7 bill")
    logbook.claim(MARCH)
    logbook.extract(ServedSession("1", local(date(2025, 3, 5)), amount="20.00"))
    logbook.corrections()
    logbook.decide("tag", "1", "ferie")
    logbook.claim(FEBRUARY)
    logbook.extract(ServedSession("3", local(date(2025, 4, 6))))
    logbook.update()
    return logbook


@pytest.fixture
def logbook(shared_logbook: ClaimedLogbook, tmp_path: Path) -> ClaimedLogbook:
    return shared_logbook.copied(tmp_path / "logbook")


def verify_fault(logbook: ClaimedLogbook) -> str:
    """The fault that `verify --full` reports."""
    before = contents(logbook)
    with pytest.raises(TamperingError) as caught:
        logbook.verify()
    assert contents(logbook) == before
    assert "nothing was changed" in caught.value.advice
    return str(caught.value).replace(str(logbook.root), "")


def contents(logbook: ClaimedLogbook) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(logbook.root.rglob("*")) if path.is_file()}


def sources(logbook: ClaimedLogbook) -> list[Path]:
    """Every file in raw/, journal/ and claims/."""
    folders = (logbook.paths.raw, logbook.paths.journal, logbook.paths.claims)
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def segments(logbook: ClaimedLogbook) -> list[Path]:
    return sorted(logbook.paths.raw.rglob("*.gz"))


def edit_time(segment: Path, place: int) -> None:
    """Change `fetched_at` of one line of a segment and no other byte of it, as valid gzip."""
    lines = gzip.decompress(segment.read_bytes()).splitlines(keepends=True)
    edited, count = re.subn(rb'^{"fetched_at":"[^"]+"', b'{"fetched_at":"2025-03-06T00:00:00.000000Z"', lines[place])
    assert count == 1
    lines[place] = edited
    segment.write_bytes(b"".join(map(gzip.compress, lines)))


def test_an_unchanged_logbook_is_verified(logbook: ClaimedLogbook) -> None:
    assert logbook.verify() == [
        "journal: 3 entries",
        "home: raw: 3 segments",
        "home: claims: 3",
        "home: claim 1: derived again from raw/",
        "home: claim 2: derived again from raw/",
        "home: claim 3: derived again from raw/",
    ]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_an_edited_fetched_at_is_found(logbook: ClaimedLogbook, index: int) -> None:
    segment = segments(logbook)[index]
    edit_time(segment, 0)
    reason = "its lines are not those that its run recorded"
    assert verify_fault(logbook).endswith(f"/{segment.name} is not what was written: {reason}.")


def test_an_edited_fetched_at_of_the_last_line_is_found(logbook: ClaimedLogbook) -> None:
    segment = segments(logbook)[-1]
    edit_time(segment, -1)
    reason = "the record of its run and the line that contains it have different times"
    assert verify_fault(logbook).endswith(f"/{segment.name} is not what was written: {reason}.")


@pytest.mark.parametrize("index", [0, 1])
def test_a_lost_segment_is_found_at_the_next(logbook: ClaimedLogbook, index: int) -> None:
    lost, following = segments(logbook)[index : index + 2]
    lost.unlink()
    reason = f"it was written after {lost.name}, but now follows"
    assert f"/{following.name} is not what was written: {reason} " in verify_fault(logbook)


def test_a_lost_newest_segment_is_found_by_the_database(logbook: ClaimedLogbook) -> None:
    lost = segments(logbook)[-1]
    lost.unlink()
    reason = "it is missing, but the database contains it"
    assert verify_fault(logbook).endswith(f"/{lost.name} is not what was written: {reason}.")


def test_a_newest_segment_that_was_written_again_is_found_by_the_database(logbook: ClaimedLogbook) -> None:
    newest = segments(logbook)[-1]
    *_, start, end = [position.bytes for _, position in read_lines(newest)]
    content = newest.read_bytes()
    newest.write_bytes(content[:start] + gzip.compress(gzip.decompress(content[start:end]), 1))
    reason = "it is not the file that the database was computed from"
    assert verify_fault(logbook).endswith(f"/{newest.name} is not what was written: {reason}.")


LOST_SEGMENT = "{0} is not what was written: it is missing, but the database"
LOST_CLAIM = "Claim {0} is missing from /claims/home, but the database"


@pytest.mark.parametrize(
    ("chain", "links", "fault"), [("raw", "segment", LOST_SEGMENT), ("claims", "claim", LOST_CLAIM)]
)
def test_a_rebuild_does_not_hide_what_was_lost_at_the_end_of_a_chain(
    logbook: ClaimedLogbook, chain: str, links: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither does a later rebuild, after more was lost."""
    whole = logbook.root.with_name("whole")
    shutil.copytree(logbook.root, whole)
    folder = logbook.paths.raw / "home"
    paths = segments(logbook) if chain == "raw" else [stored.folder for stored in logbook.stored]
    names = [path.relative_to(folder).as_posix() for path in paths] if chain == "raw" else ["1", "2", "3"]
    for kept in (2, 1, 0):
        paths[kept].unlink() if chain == "raw" else shutil.rmtree(paths[kept])
        assert run(["--home", str(logbook.root), "rebuild"], Context(logbook)) == 0
        lost = f"{chain}/home has lost {links}{'s' if kept < 2 else ''} {', '.join(names[kept:])}."
        advice = "If you can, restore it from a backup. Then run: ladebog "
        assert f"ladebog: note: {logbook.root}/{lost} {advice}" in capsys.readouterr().err
        assert fault.format(names[kept]) in verify_fault(logbook)
    shutil.copytree(whole / chain, logbook.root / chain, dirs_exist_ok=True)
    assert run(["--home", str(logbook.root), "rebuild"], Context(logbook)) == 0
    assert capsys.readouterr().err == ""
    assert len(logbook.verify(full=False)) == 3


def test_a_claim_that_takes_the_number_of_a_lost_one_is_found(logbook: ClaimedLogbook) -> None:
    known = logbook.paths.database.read_bytes()
    shutil.rmtree(logbook.stored[-1].folder)
    logbook.paths.database.unlink()
    shutil.rmtree(logbook.paths.state)
    logbook.claim(APRIL)
    assert logbook.stored[-1].claim.number == 3
    logbook.paths.database.write_bytes(known)
    assert "Claim 3 in /claims/home is not the one that the database contains" in verify_fault(logbook)


def test_a_claim_does_not_take_the_number_of_a_lost_one(logbook: ClaimedLogbook) -> None:
    shutil.rmtree(logbook.stored[-1].folder)
    assert run(["--home", str(logbook.root), "rebuild"], Context(logbook)) == 0
    [(finding_id,)] = logbook.rows("select finding_id from check_results where rule = 'lost_claim'")
    assert LOST_CLAIM.format(3) in verify_fault(logbook)
    logbook.claim(APRIL, accepted={finding_id: "never handed in"})
    assert [stored.claim.number for stored in logbook.stored] == [1, 2, 4]
    assert run(["--home", str(logbook.root), "rebuild"], Context(logbook)) == 0
    assert "home: claims: 3" in logbook.verify()
    shutil.rmtree(logbook.stored[1].folder)
    assert verify_fault(logbook).startswith("Claim 2 is missing")


def test_swapped_segments_are_found(logbook: ClaimedLogbook) -> None:
    first, second, _ = segments(logbook)
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert f"/{first.name} is not what was written: it is the segment of run " in verify_fault(logbook)


def test_a_lost_end_of_the_journal_is_found(logbook: ClaimedLogbook) -> None:
    path = logbook.paths.journal / "journal.ndjson"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert verify_fault(logbook).startswith("/journal/journal.ndjson is not what was written: it ends with entry 2")


def test_an_attached_file_changed_before_the_claim_is_found(logbook: ClaimedLogbook) -> None:
    (stored,) = (logbook.paths.journal / "attachments").iterdir()
    stored.write_bytes(b"%PDF-1.7 another")
    assert "it is not the file that entry 2 of the journal attached" in verify_fault(logbook)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_lost_claim_is_found(logbook: ClaimedLogbook, number: int) -> None:
    shutil.rmtree(logbook.stored[number - 1].folder)
    assert f"Claim {number} " in verify_fault(logbook)


@pytest.mark.parametrize("lost", ["claims/home", "claims", "raw/home", "raw"])
def test_the_loss_of_a_whole_folder_is_noticed_before_anything_new_is_made(logbook: ClaimedLogbook, lost: str) -> None:
    shutil.rmtree(logbook.root / lost)
    with pytest.raises(RawStoreError if lost.startswith("raw") else ClaimError):
        logbook.claim(APRIL)
    assert not (logbook.paths.claims / "home" / "0001-2025-04").exists()
    assert verify_fault(logbook)


def test_the_loss_of_everything_of_an_account_is_found(logbook: ClaimedLogbook) -> None:
    for folder in (logbook.paths.raw, logbook.paths.claims):
        shutil.rmtree(folder / "home")
    assert "it is missing, but the database contains it" in verify_fault(logbook)


@pytest.mark.parametrize("name", ["raw", "journal", "claims"])
def test_a_pipe_in_the_place_of_a_folder_is_named(logbook: ClaimedLogbook, name: str) -> None:
    shutil.rmtree(logbook.root / name)
    os.mkfifo(logbook.root / name)
    assert verify_fault(logbook) == f"/{name} is not what was written: it is not a folder."


def test_an_added_file_is_found(logbook: ClaimedLogbook) -> None:
    (logbook.stored[0].folder / "better.pdf").write_bytes(b"%PDF")
    assert verify_fault(logbook).endswith(
        "/0001-2025-03/better.pdf is not what was written: it is not a file of this claim."
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("claims/note.txt", "it is not the folder of an account"),
        ("claims/home/note.txt", "it is not the folder of a claim"),
        ("claims/home/0004-2025-04", "it is not the folder of a claim"),
        ("claims/empty/", "it is an empty folder, and not that of an account"),
        ("claims/home/empty/", "it is not the folder of a claim"),
        ("claims/home/0001-2025-03/empty/", "it is not a regular file"),
        ("claims/home/0001-2025-03/attachments/empty/", "it is not a regular file"),
        ("claims/home/0004-2025-04/", "it is missing"),
    ],
)
def test_what_does_not_belong_to_a_claim_is_named(logbook: ClaimedLogbook, name: str, why: str) -> None:
    path = logbook.root / name
    if name.endswith("/"):
        path.mkdir()
    else:
        path.write_text("x", "utf-8")
    found = verify_fault(logbook)
    assert found.startswith(f"/{name.removesuffix('/')}")
    assert why in found


@pytest.mark.parametrize(
    "name",
    [
        "claims/home",
        "claims/home/0001-2025-03",
        "claims/home/0001-2025-03/attachments",
        "claims/home/0001-2025-03/claim.json",
        "claims/home/0001-2025-03/manifest.json",
        "journal/journal.ndjson",
        "journal/attachments",
        "raw/home",
        "raw/home/2025",
    ],
)
def test_a_link_to_the_same_content_is_named(logbook: ClaimedLogbook, tmp_path: Path, name: str) -> None:
    path = logbook.root / name
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    assert verify_fault(logbook).startswith(f"/{name} ")


_FOLDERS = [
    *("raw", "raw/home", "raw/home/2025", "journal", "journal/attachments", "claims", "claims/home"),
    *("claims/home/0001-2025-03", "claims/home/0001-2025-03/attachments"),
]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/etc/passwd")], ids=["pipe", "link"])
@pytest.mark.parametrize("name", [".x", ".DS_Store", "x"])
def test_links_and_pipes_are_refused_whatever_their_names(
    logbook: ClaimedLogbook, name: str, make: Callable[[Path], object]
) -> None:
    for folder in _FOLDERS:
        path = logbook.root / folder / name
        make(path)
        assert verify_fault(logbook).startswith(f"/{folder}/{name} is not what was written: it is a ")
        path.unlink()


def test_ordinary_files_that_are_not_read_are_named(logbook: ClaimedLogbook) -> None:
    unchanged = logbook.verify()
    for name in ("raw/.d", "journal/d"):
        (logbook.root / name).mkdir()
    for name in (
        *("raw/x", "raw/.x", "raw/home/2025/.x", "raw/home/x", "journal/x", "journal/.x", "journal/attachments/x"),
        *("claims/.DS_Store", "claims/home/0001-2025-03/.DS_Store", "claims/home/0001-2025-03/attachments/Thumbs.db"),
    ):
        (logbook.root / name).write_text("x", "utf-8")
    named = [
        "raw: not read, as it is hidden or not the folder of an account: x",
        "raw: not read, as it is hidden or not the folder of an account: .x",
        "raw: not read, as it is hidden or not the folder of an account: .d",
        "raw: not read, as it is hidden or not the folder of an account: home/2025/.x",
        "home: raw: not read, as it is not a segment: x",
        "journal: not read, as it is not of the journal: x",
        "journal: not read, as it is not of the journal: .x",
        "journal: not read, as it is not of the journal: d",
        "journal: not read, as it is not of the journal: attachments/x",
        "claims: not read, as its name begins with a dot: .DS_Store",
        "home: claim 1: not read, as the system made it: .DS_Store",
        "home: claim 1: not read, as the system made it: attachments/Thumbs.db",
    ]
    assert sorted(logbook.verify()) == sorted([*unchanged, *named])


@pytest.mark.parametrize("name", [".DS_Store", "attachments/Thumbs.db"])
def test_a_claim_in_which_the_system_made_a_file_is_exported_without_it(
    logbook: ClaimedLogbook, tmp_path: Path, name: str
) -> None:
    folder = logbook.stored[0].folder
    (folder / name).write_text("x", "utf-8")
    assert check_claim(folder).system_files == [name]
    assert run(["--home", str(logbook.root), "claim", "export", "1", "--output", str(tmp_path)], Context(logbook)) == 0
    with zipfile.ZipFile(tmp_path / "home-0001-2025-03.zip") as members:
        assert not [member for member in members.namelist() if member.endswith(name)]
        assert name.encode() not in members.read("home-0001-2025-03/SHA256SUMS")


def put_in_place(path: Path, what: str, sockets: list[socket.socket]) -> None:
    path.unlink(missing_ok=True)
    if what == "pipe":
        os.mkfifo(path)
    else:
        sockets.append(socket.socket(socket.AF_UNIX))
        with contextlib.chdir(path.parent):  # a socket's path may have 107 bytes
            sockets[-1].bind(path.name)


@pytest.mark.parametrize("what", ["pipe", "socket"])
@pytest.mark.parametrize(
    "name",
    [
        "claims/pipe",
        "claims/home/0004-2025-04",
        "claims/home/0003-2025-02/claim.json",
        "claims/home/0003-2025-02/manifest.json",
        "claims/home/0001-2025-03/attachments/elregning.pdf",
        "journal/journal.ndjson",
        "journal/attachments/pipe",
        "raw/pipe",
        "raw/home/2025/20260101T000000Z-a.ndjson.gz",
        "raw/home/2025/20260101T000000Z-a.ndjson.gz.part",
    ],
)
def test_a_pipe_or_a_socket_is_named_and_hangs_no_command(
    logbook: ClaimedLogbook, name: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sockets: list[socket.socket] = []
    path = logbook.root / name
    put_in_place(path, what, sockets)
    found = verify_fault(logbook)
    assert found.startswith(f"/{name} ")
    assert f"it is a {what}" in found
    for command in (["transform"], ["rebuild"], ["verify"], ["claim", "list"], ["backup", str(logbook.root.parent)]):
        code = run(["--home", str(logbook.root), *command], Context(logbook))
        errors = capsys.readouterr().err
        assert "unexpected" not in errors
        assert code in (0, 1, 3)
        assert code == 0 or path.name in errors or path.parent.name in errors
    for opened in sockets:
        opened.close()


def delete_rows(logbook: ClaimedLogbook) -> None:
    with duckdb.connect(str(logbook.paths.database)) as connection:
        connection.execute("delete from facts.claims where number = 3")
        connection.execute("delete from facts.journal_entries where entry = 3")


def drop_table(logbook: ClaimedLogbook) -> None:
    with duckdb.connect(str(logbook.paths.database)) as connection:
        connection.execute("drop table facts.claims")


_DAMAGE: dict[str, Callable[[ClaimedLogbook], object]] = {
    "an empty log": lambda logbook: logbook.paths.database.with_name("ladebog.duckdb.wal").touch(),
    "a log": lambda logbook: logbook.paths.database.with_name("ladebog.duckdb.wal").write_bytes(b"x" * 100),
    "garbage": lambda logbook: logbook.paths.database.write_bytes(b"garbage"),
    "empty": lambda logbook: logbook.paths.database.write_bytes(b""),
    "a folder": lambda logbook: (logbook.paths.database.unlink(), logbook.paths.database.mkdir()),
    "a table dropped": drop_table,
}
_LOSS: dict[str, Callable[[ClaimedLogbook], object]] = {
    "no database": lambda logbook: logbook.paths.database.unlink(),
    "rows deleted": delete_rows,
}


@pytest.mark.parametrize("part", ["a claim", "an entry", "a segment"])
@pytest.mark.parametrize("damage", {**_DAMAGE, **_LOSS})
def test_a_lost_end_is_found_by_the_other_database(logbook: ClaimedLogbook, damage: str, part: str) -> None:
    {**_DAMAGE, **_LOSS}[damage](logbook)
    journal = logbook.paths.journal / "journal.ndjson"
    if part == "a claim":
        shutil.rmtree(logbook.stored[-1].folder)
    elif part == "an entry":
        shutil.rmtree(logbook.stored[-1].folder)
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    else:
        segments(logbook)[-1].unlink()
    assert "the database contains" in verify_fault(logbook)


@pytest.mark.parametrize("damage", _DAMAGE)
def test_a_database_that_cannot_be_compared_is_reported_when_nothing_else_is_wrong(
    logbook: ClaimedLogbook, damage: str
) -> None:
    _DAMAGE[damage](logbook)
    with pytest.raises(DatabaseError, match="The ends of the chains cannot be compared: "):
        logbook.verify(full=False)


def test_a_changed_database_in_state_is_reported(logbook: ClaimedLogbook) -> None:
    with duckdb.connect(str(logbook.paths.writer_database)) as connection:
        connection.execute("delete from facts.claims where number = 3")
    with pytest.raises(DatabaseError, match="was changed since Ladebog closed it"):
        logbook.verify(full=False)


def test_state_may_be_deleted(logbook: ClaimedLogbook) -> None:
    shutil.rmtree(logbook.paths.state)
    assert logbook.verify(full=False)[0] == "journal: 3 entries"


@pytest.mark.parametrize("change", ["listed twice", "in another order"])
def test_a_manifest_lists_each_file_once_and_in_order(logbook: ClaimedLogbook, change: str) -> None:
    path = logbook.stored[-1].folder / MANIFEST
    manifest = json.loads(path.read_bytes())
    files = manifest["files"]
    manifest["files"] = files[::-1] if change == "in another order" else [files[0], *files]
    path.write_bytes(rfc8785.dumps(manifest))
    with pytest.raises(TamperingError, match="it does not list each file once and in order"):
        check_claim(path.parent)


def raise_the_amount(claim: dict[str, Any]) -> None:
    """Add one krone to the only line, and to everything computed from it."""
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
        (raise_the_amount, "line 1 does not start from the sum of the claims before it"),
        (lambda claim: claim["sources"]["raw"].update(sha256="0" * 64), "it was made from segment "),
        (lambda claim: claim["sources"]["journal"].update(sha256="0" * 64), "it was made from journal entry 2, "),
        (lambda claim: claim["attachments"][0].update(sha256="0" * 64), "its attachments are not the files in "),
    ],
)
def test_a_forged_claim_with_all_later_hashes_recomputed_is_found(
    logbook: ClaimedLogbook, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    forge(logbook, change)
    logbook.rebuild()
    assert why in verify_fault(logbook)


def test_a_forged_last_claim_is_found_by_deriving_it_again(logbook: ClaimedLogbook) -> None:
    for stored in logbook.stored[1:]:
        shutil.rmtree(stored.folder)
    forge(logbook, raise_the_amount)
    logbook.rebuild()
    assert logbook.verify(full=False)[-1] == "home: claims: 1"
    assert "raw/ gives other figures for session 1 of 2025-03" in verify_fault(logbook)


def forge(logbook: ClaimedLogbook, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the first claim, and recompute all hashes that depend on it."""
    previous: str | None = None
    for index, stored in enumerate(logbook.stored):
        path = stored.folder / CLAIM
        claim = json.loads(path.read_bytes())
        if index == 0:
            change(claim)
        elif previous is not None:
            claim["sources"]["previous_claim"]["sha256"] = previous
        path.write_bytes(rfc8785.dumps(claim))
        manifest = json.loads((stored.folder / MANIFEST).read_bytes())
        manifest["previous_sha256"] = previous
        for file in manifest["files"]:
            content = (stored.folder / file["name"]).read_bytes()
            file.update(sha256=sha256(content).hexdigest(), size=len(content))
        data = rfc8785.dumps(manifest)
        (stored.folder / MANIFEST).write_bytes(data)
        previous = sha256(data).hexdigest()


def test_a_copy_of_one_claim_can_be_checked(logbook: ClaimedLogbook, tmp_path: Path) -> None:
    copy = tmp_path / "from the employer"
    shutil.copytree(logbook.stored[0].folder, copy)
    assert check_claim(copy).claim == logbook.claims[0]
    (copy / "voucher.txt").write_text("claim 1: 1000000 DKK\n", "utf-8")
    with pytest.raises(TamperingError, match="its SHA-256 is not the one in the manifest"):
        check_claim(copy)


def test_a_manifest_in_another_encoding_is_refused(logbook: ClaimedLogbook) -> None:
    path = logbook.stored[-1].folder / MANIFEST
    manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    path.write_bytes(document.encode(manifest) + b"\n")
    assert "its bytes are not those of its content" in verify_fault(logbook)


def test_any_changed_bit_is_found(logbook: ClaimedLogbook) -> None:
    draw = random.Random(4)  # noqa: S311 (draws positions)
    files, published = sources(logbook), RecordedLinks.read(logbook.paths)
    flipped = 0
    for path, position, bit in flips(files, draw):
        whole_file = path.read_bytes()
        edited = bytearray(whole_file)
        edited[position] ^= bit
        path.write_bytes(edited)
        with pytest.raises(TamperingError) as caught:
            list(verify(logbook.paths, published, full=False))
        assert str(caught.value), (path, position, bit)
        path.write_bytes(whole_file)
        flipped += 1
    assert flipped >= 3_000
    assert len(logbook.verify(full=False)) == 3


def flips(files: list[Path], draw: random.Random) -> Iterator[tuple[Path, int, int]]:
    """Positions in files and the bit to flip there: each file's first and last byte, and others in it."""
    for path in files:
        size = path.stat().st_size
        positions = {0, size - 1, *draw.sample(range(size), min(size, _FLIPS_PER_FILE))}
        yield from ((path, position, 1 << draw.randrange(8)) for position in sorted(positions))
