"""A backup contains every file of the logbook, and can be checked without Ladebog."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import BackupError
from pipeline.maintenance.backup.make import make_backup
from pipeline.raw.lines import read_lines
from pipeline.raw.segments import finished_segments
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import CHECKOUT
from tests.scenarios.two_accounts import NOW, TwoAccounts

_STAMPED = "ladebog-20250701T080000Z"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def expected_files(logbook: TwoAccounts) -> dict[str, bytes]:
    """The files that a backup must contain."""
    return {name: content for name, content in logbook.files().items() if not name.startswith("reports/")}


def in_folder(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_sums(folder: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


def test_a_folder_is_named_by_its_time(logbook: TwoAccounts, disk: Path) -> None:
    before = expected_files(logbook)
    outcome = logbook.do("backup", str(disk))
    assert outcome.out.splitlines() == [
        str(disk / _STAMPED),
        f"{len(before)} files, {sum(map(len, before.values())) / 1e6:,.1f} MB, read back and verified.",
        "Not included: reports, state.",
        "Logins are never included: on another machine, log in again after ladebog restore.",
    ]
    copied = in_folder(disk / _STAMPED)
    sums = copied.pop("SHA256SUMS")
    assert copied == before == expected_files(logbook)
    assert [line[66:] for line in sums.decode().splitlines()] == sorted(before)
    check_sums(disk / _STAMPED)
    assert [path.name for path in disk.iterdir()] == [_STAMPED]
    for folder, _, files in os.walk(disk / _STAMPED):
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
        assert {stat.S_IMODE((Path(folder) / name).stat().st_mode) for name in files} <= {0o600}


def test_the_next_day_has_its_own_folder(logbook: TwoAccounts, disk: Path) -> None:
    logbook.do("backup", str(disk))
    logbook.do("session", "include", "work-2", "--reason", "x")
    logbook.do("backup", str(disk / "."), after=timedelta(days=1))
    assert sorted(path.name for path in disk.iterdir()) == [_STAMPED, "ladebog-20250702T080000Z"]
    assert in_folder(disk / "ladebog-20250702T080000Z").items() >= expected_files(logbook).items()
    check_sums(disk / _STAMPED)


def test_a_zip_file_contains_the_same_folder(logbook: TwoAccounts, disk: Path) -> None:
    assert logbook.do("backup", str(disk / "copy.zip")).out.splitlines()[0] == str(disk / "copy.zip")
    assert [path.name for path in disk.iterdir()] == ["copy.zip"]
    assert stat.S_IMODE((disk / "copy.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile(disk / "copy.zip") as archive:
        assert archive.testzip() is None
        modes = {stat.S_IFMT(info.external_attr >> 16): info.external_attr >> 16 for info in archive.infolist()}
        assert modes == {stat.S_IFDIR: stat.S_IFDIR | 0o700, stat.S_IFREG: stat.S_IFREG | 0o600}
        archive.extractall(disk)
    copied = in_folder(disk / "ladebog")
    check_sums(disk / "ladebog")
    del copied["SHA256SUMS"]
    assert copied == expected_files(logbook)


def test_a_zip_file_of_this_logbook_is_replaced(logbook: TwoAccounts, disk: Path) -> None:
    place = str(disk / "copy.zip")
    logbook.do("backup", place)
    first = (disk / "copy.zip").read_bytes()
    logbook.do("session", "include", "work-2", "--reason", "the journal grows")
    (logbook.paths.claims / "work" / "0002-2025-07.json").write_text("{}", "utf-8")
    logbook.do("backup", place)
    assert (disk / "copy.zip").read_bytes() != first
    logbook.do("backup", place)
    assert [path.name for path in disk.iterdir()] == ["copy.zip"]


def test_files_left_by_a_crash_are_recovered_first(logbook: TwoAccounts, disk: Path) -> None:
    (segment, _) = finished_segments(logbook.paths.raw / "work")
    line_ends = [end.bytes for _, end in read_lines(segment)]
    part = segment.with_name("20300102T000000Z-dead.ndjson.gz.part")
    part.write_bytes(segment.read_bytes()[: line_ends[2] + 9])
    with (logbook.paths.journal / "journal.ndjson").open("ab") as file:
        file.write(b'{"entry":')
    logbook.do("backup", str(disk))
    names = in_folder(disk / _STAMPED).keys()
    assert f"raw/work/2030/{part.name.removesuffix('.part')}" in names
    assert not any(name.endswith(".part") for name in names)
    check_sums(disk / _STAMPED)


@pytest.mark.parametrize("what", ["a byte changed", "a segment lost", "its end lost", "an entry changed"])
def test_a_damaged_logbook_is_not_backed_up(logbook: TwoAccounts, disk: Path, what: str) -> None:
    first, last = finished_segments(logbook.paths.raw / "work")
    journal = logbook.paths.journal / "journal.ndjson"
    if what == "a byte changed":
        content = first.read_bytes()
        first.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
        damaged = f"{first} is damaged at line 1: "
    elif what == "a segment lost":
        first.unlink()
        damaged = f"{last} is not what was written: it was written after {first.name}, but now follows None."
    elif what == "its end lost":
        *_, (_, before), _ = read_lines(first)
        first.write_bytes(first.read_bytes()[: before.bytes])
        damaged = f"{first} is not what was written: its last line is not the record of its run."
    else:
        journal.write_bytes(journal.read_bytes().replace(b"guest", b"quest", 1))
        damaged = f"{journal} is damaged at entry 1: "
    message, advice = refusal(logbook.run("backup", str(disk)), 3)
    assert message.startswith(damaged)
    assert advice.startswith("Restore the file from a backup; ")
    assert list(disk.iterdir()) == []


def test_a_backup_to_an_unsuitable_place_is_refused(
    logbook: TwoAccounts, shared_logbook: TwoAccounts, disk: Path
) -> None:
    def refused(place: Path) -> str:
        before = sorted(disk.rglob("*"))
        message, _ = refusal(logbook.run("backup", str(place)), 1)
        assert sorted(disk.rglob("*")) == before
        return message

    (disk / "note.txt").write_text("mine", "utf-8")
    (disk / "note.zip").write_text("mine", "utf-8")
    (disk / "link").symlink_to(logbook.home)
    home = logbook.home.resolve()
    for place in (home, home / "raw", home / "copies", home / "x.zip", disk / "link", disk / "link" / "x.zip"):
        assert refused(place) == f"{place.resolve()} is inside the logbook itself, {home}."
    assert refused(shared_logbook.home / "x").endswith(f"is inside another logbook or backup, {shared_logbook.home}.")
    assert refused(disk / "note.txt") == f"{disk / 'note.txt'} is a file."
    assert refused(disk / "a" / "b") == f"There is no folder {disk / 'a'}."
    assert refused(disk / "a" / "b.zip") == f"There is no folder {disk / 'a'}."
    assert refused(disk / "note.zip").startswith(f"{disk / 'note.zip'} exists already and cannot be replaced: ")
    assert (disk / "note.zip").read_text("utf-8") == "mine"
    logbook.do("backup", str(disk))
    assert refused(disk / _STAMPED).endswith(f"is inside another logbook or backup, {disk / _STAMPED}.")
    assert f"No backup was written to {disk}: " in refused(disk)  # there is a backup of the same second


@pytest.mark.parametrize(
    "lost", ["a segment", "an entry", "a claim", pytest.param("everything", marks=pytest.mark.system)]
)
def test_a_zip_file_with_more_than_the_logbook_is_not_replaced(logbook: TwoAccounts, disk: Path, lost: str) -> None:
    place = disk / "copy.zip"
    logbook.do("session", "include", "work-2", "--reason", "x")
    logbook.do("backup", str(place))
    before = place.read_bytes()
    _, last = finished_segments(logbook.paths.raw / "work")
    journal = logbook.paths.journal / "journal.ndjson"
    claim = logbook.paths.claims / "work" / "0001-2025-06" / "claim.json"
    if lost == "a segment":
        last.unlink()
        named = last
    elif lost == "an entry":
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
        named = journal
    elif lost == "a claim":
        shutil.rmtree(claim.parent)
        named = claim
    else:
        for name in ("work", "kanarie"):
            logbook.do("account", "forget", name, "--yes-really", name)
        named = claim
    outcome = logbook.run("backup", str(place))
    assert (outcome.code, outcome.out) == (1, "")
    assert f"{place} contains files that this logbook does not, so it is not replaced:\n" in outcome.err
    assert f"\n  {named.relative_to(logbook.home)}\n" in outcome.err
    assert outcome.err.endswith("\n  Name another file, or move that one away\n")
    assert place.read_bytes() == before
    assert [path.name for path in disk.iterdir()] == ["copy.zip"]


def test_links_are_refused_and_hidden_files_skipped(logbook: TwoAccounts, disk: Path) -> None:
    (logbook.paths.raw / ".DS_Store").write_text("x", "utf-8")
    (logbook.paths.claims / "work" / ".claim.json.77.new").write_text("x", "utf-8")
    logbook.do("backup", str(disk))
    assert not any("/." in name for name in in_folder(disk / _STAMPED))
    (logbook.paths.claims / "work" / "link").symlink_to("/etc/passwd")
    message, advice = refusal(logbook.run("backup", str(disk), after=timedelta(days=1)), 1)
    assert message.startswith(f"{logbook.paths.claims / 'work' / 'link'} is not a regular file with a plain name")
    assert advice == "Move it out of the folder, or replace it with the file itself"
    assert [path.name for path in disk.iterdir()] == [_STAMPED]


def test_a_backup_is_refused_while_another_run_writes(logbook: TwoAccounts, disk: Path) -> None:
    with logbook.paths.lock():
        message, _ = refusal(logbook.run("backup", str(disk)), 75)
    assert message.startswith(f"Another run is writing to {logbook.home}")
    assert list(disk.iterdir()) == []


def test_a_backup_of_a_folder_without_a_logbook_is_refused(disk: Path) -> None:
    message, _ = refusal(TwoAccounts(disk).run("backup", str(disk)), 1)
    assert message.endswith("is not a logbook: it has no ladebog.toml.")


@dataclass(frozen=True)
class FailingDisk:
    """A disk that flips a bit of a file after everything was written."""

    disk: Path
    name: str

    def step(self, name: str, size: int) -> None:
        if name == "verifying":
            (new,) = self.disk.glob(".ladebog-*.new")
            path = new / self.name if new.is_dir() else new
            content = path.read_bytes()
            middle = len(content) // 2
            path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])

    def advance(self, size: int) -> None:
        """Do nothing."""


@pytest.mark.parametrize("name", ["ladebog.toml", "SHA256SUMS", "copy.zip"])
def test_a_backup_on_a_disk_that_damages_files_is_reported(logbook: TwoAccounts, disk: Path, name: str) -> None:
    place = disk / name if name == "copy.zip" else disk
    with pytest.raises(BackupError, match=r"is not what was written|cannot be used"):
        make_backup(logbook.paths, place, NOW, FailingDisk(disk, name))
    assert list(disk.iterdir()) == []


def test_a_progress_bar_on_a_terminal(logbook: TwoAccounts, disk: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "pipeline.cli.main", "--home", str(logbook.home), "backup", str(disk)]
    shown = b""
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(command, env=environment, stderr=theirs, stdout=subprocess.DEVNULL) as process:
        os.close(theirs)
        with contextlib.suppress(OSError):  # Linux raises it at the end
            while chunk := os.read(ours, 1 << 16):
                shown += chunk
    os.close(ours)
    assert process.returncode == 0
    assert any(step in shown for step in (b"checking the chains", b"copying", b"verifying"))
    assert b"MB" in shown
