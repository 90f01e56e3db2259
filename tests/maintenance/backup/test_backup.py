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
from tests.reports.claims.test_compare import adapt_manifest
from tests.scenarios.demo_logbook import CHECKOUT
from tests.scenarios.two_accounts import NOW, TwoAccounts

pytestmark = pytest.mark.system

_BACKUP_NAME = "ladebog-20250701T080000Z"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def expected_files(logbook: TwoAccounts) -> dict[str, bytes]:
    """The files that a backup must contain."""
    return {name: content for name, content in logbook.files().items() if not name.startswith("reports/")}


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def verify_checksums(folder: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


def test_a_backup_folder_is_named_by_its_time(logbook: TwoAccounts, disk: Path) -> None:
    files_before = expected_files(logbook)
    outcome = logbook.do("backup", str(disk))
    assert outcome.out.splitlines() == [
        str(disk / _BACKUP_NAME),
        f"{len(files_before)} files, {sum(map(len, files_before.values())) / 1e6:,.1f} MB, read back and verified.",
        "Not included: reports, state.",
        "Logins are never included: after restoring it on another machine, log in again there.",
    ]
    copied_files = files_in(disk / _BACKUP_NAME)
    checksums = copied_files.pop("SHA256SUMS")
    assert copied_files == files_before == expected_files(logbook)
    assert [line[66:] for line in checksums.decode().splitlines()] == sorted(files_before)
    verify_checksums(disk / _BACKUP_NAME)
    assert [path.name for path in disk.iterdir()] == [_BACKUP_NAME]
    for folder, _, files in os.walk(disk / _BACKUP_NAME):
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
        assert {stat.S_IMODE((Path(folder) / name).stat().st_mode) for name in files} <= {0o600}


def test_the_next_day_has_its_own_folder(logbook: TwoAccounts, disk: Path) -> None:
    logbook.do("backup", str(disk))
    logbook.do("session", "include", "work-2", "--reason", "x")
    logbook.do("backup", str(disk / "."), after=timedelta(days=1))
    assert sorted(path.name for path in disk.iterdir()) == [_BACKUP_NAME, "ladebog-20250702T080000Z"]
    assert files_in(disk / "ladebog-20250702T080000Z").items() >= expected_files(logbook).items()
    verify_checksums(disk / _BACKUP_NAME)


def test_a_zip_file_contains_the_same_folder(logbook: TwoAccounts, disk: Path) -> None:
    assert logbook.do("backup", str(disk / "copy.zip")).out.splitlines()[0] == str(disk / "copy.zip")
    assert [path.name for path in disk.iterdir()] == ["copy.zip"]
    assert stat.S_IMODE((disk / "copy.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile(disk / "copy.zip") as archive:
        assert archive.testzip() is None
        modes = {stat.S_IFMT(info.external_attr >> 16): info.external_attr >> 16 for info in archive.infolist()}
        assert modes == {stat.S_IFDIR: stat.S_IFDIR | 0o700, stat.S_IFREG: stat.S_IFREG | 0o600}
        archive.extractall(disk)
    copied_files = files_in(disk / "ladebog")
    verify_checksums(disk / "ladebog")
    del copied_files["SHA256SUMS"]
    assert copied_files == expected_files(logbook)


def test_a_zip_file_of_this_logbook_is_replaced(logbook: TwoAccounts, disk: Path) -> None:
    target = str(disk / "copy.zip")
    logbook.do("backup", target)
    first = (disk / "copy.zip").read_bytes()
    logbook.do("session", "include", "work-2", "--reason", "the journal grows")
    logbook.do("backup", target)
    assert (disk / "copy.zip").read_bytes() != first
    logbook.do("backup", target)
    assert [path.name for path in disk.iterdir()] == ["copy.zip"]


def test_files_left_by_a_crash_are_recovered_first(logbook: TwoAccounts, disk: Path) -> None:
    (segment, _) = finished_segments(logbook.paths.raw / "work")
    line_ends = [end.bytes for _, end in read_lines(segment)]
    part = segment.with_name("20300102T000000Z-dead.ndjson.gz.part")
    part.write_bytes(segment.read_bytes()[: line_ends[2] + 9])
    with (logbook.paths.journal / "journal.ndjson").open("ab") as file:
        file.write(b'{"entry":')
    logbook.do("backup", str(disk))
    names = files_in(disk / _BACKUP_NAME).keys()
    assert f"raw/work/2030/{part.name.removesuffix('.part')}" in names
    assert not any(name.endswith(".part") for name in names)
    verify_checksums(disk / _BACKUP_NAME)


@pytest.mark.parametrize("damage", ["a byte changed", "a segment lost", "its end lost", "an entry changed"])
def test_a_damaged_logbook_is_backed_up_as_such(logbook: TwoAccounts, disk: Path, damage: str) -> None:
    first, last = finished_segments(logbook.paths.raw / "work")
    journal = logbook.paths.journal / "journal.ndjson"
    if damage == "a byte changed":
        content = first.read_bytes()
        first.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
        message_start = f"{first} is damaged at line 1: "
    elif damage == "a segment lost":
        first.unlink()
        message_start = f"{last} is not what was written: it was written after {first.name}, but now follows None."
    elif damage == "its end lost":
        *_, (_, line_end), _ = read_lines(first)
        first.write_bytes(first.read_bytes()[: line_end.bytes])
        message_start = f"{first} is not what was written: its last line is not the record of its run."
    else:
        journal.write_bytes(journal.read_bytes().replace(b"guest", b"quest", 1))
        message_start = f"{journal} is damaged at entry 1: "
    outcome = logbook.run("backup", str(disk))
    assert outcome.code == 3
    message, advice = outcome.err.removeprefix("ladebog: ").split("\n  ", 1)
    assert message.startswith(f"This is a copy of a damaged logbook: {message_start}")
    assert advice.startswith("Restore the file from a backup; ")
    (copy,) = disk.iterdir()
    assert copy.name == f"{_BACKUP_NAME}-damaged"
    assert outcome.out.startswith(f"{copy}\n")
    assert "verified" not in outcome.out
    verify_checksums(copy)


@pytest.mark.parametrize("place", ["disk", "copy.zip"])
@pytest.mark.parametrize(
    "damage", ["a CSV", "a claim added", "a claim lost", "an entry lost", "a database", "a line of the settings"]
)
def test_what_verify_refuses_is_backed_up_as_damaged_and_not_restored(
    logbook: TwoAccounts, disk: Path, tmp_path: Path, place: str, damage: str
) -> None:
    claim = logbook.paths.claims / "work" / "0001-2025-06"
    journal = logbook.paths.journal / "journal.ndjson"
    if place == "copy.zip":
        logbook.do("backup", str(disk / place))
    if damage == "a CSV":
        (claim / "work-0001-2025-06.csv").write_bytes(b"account\n")
        adapt_manifest(claim)
    elif damage == "a claim added":
        shutil.copytree(claim, claim.with_name("0001-2025-06 (copy)"))
    elif damage == "a claim lost":
        shutil.rmtree(claim)
    elif damage == "an entry lost":
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    elif damage == "a database":
        logbook.paths.database.write_bytes(b"garbage")
    else:
        logbook.paths.settings.write_bytes(logbook.paths.settings.read_bytes() + b"\nnonsense")
    verified, outcome = (
        logbook.run("verify"),
        logbook.run("backup", str(disk / place) if place != "disk" else str(disk)),
    )
    assert (outcome.code, verified.code) == (verified.code, 1 if damage.startswith("a database") else verified.code)
    assert verified.code == (1 if damage in ("a database", "a line of the settings") else 3)
    (fault, *_) = verified.err.removeprefix("ladebog: ").splitlines()
    assert fault in outcome.err
    backup = Path(outcome.out.splitlines()[0])
    assert ("-damaged" in backup.name) == (damage != "a line of the settings")
    elsewhere = TwoAccounts(tmp_path / "elsewhere")
    restored = elsewhere.run("restore", str(backup))
    assert restored.code == verified.code
    assert elsewhere.home.exists() == (damage == "a line of the settings")


def test_a_backup_to_an_unsuitable_target_is_refused(
    logbook: TwoAccounts, shared_logbook: TwoAccounts, disk: Path
) -> None:
    def refusal_message(target: Path) -> str:
        files_before = sorted(disk.rglob("*"))
        message, _ = refusal(logbook.run("backup", str(target)), 1)
        assert sorted(disk.rglob("*")) == files_before
        return message

    (disk / "note.txt").write_text("mine", "utf-8")
    (disk / "note.zip").write_text("mine", "utf-8")
    (disk / "link").symlink_to(logbook.home)
    home = logbook.home.resolve()
    for target in (home, home / "raw", home / "copies", home / "x.zip", disk / "link", disk / "link" / "x.zip"):
        assert refusal_message(target) == f"{target.resolve()} is inside the logbook itself, {home}."
    assert refusal_message(shared_logbook.home / "x").endswith(
        f"is inside another logbook or backup, {shared_logbook.home}."
    )
    assert refusal_message(disk / "note.txt") == f"{disk / 'note.txt'} is a file."
    assert refusal_message(disk / "a" / "b") == f"There is no folder {disk / 'a'}."
    assert refusal_message(disk / "a" / "b.zip") == f"There is no folder {disk / 'a'}."
    for name in ("x.tar.gz", "x.TGZ", "x.7z"):
        assert refusal_message(disk / name) == f"{name} would be a folder: only a ZIP file can be written as one file."
    assert refusal_message(disk / "note.zip").startswith(f"{disk / 'note.zip'} exists already and cannot be replaced: ")
    assert (disk / "note.zip").read_text("utf-8") == "mine"
    logbook.do("backup", str(disk))
    assert refusal_message(disk / _BACKUP_NAME).endswith(f"is inside another logbook or backup, {disk / _BACKUP_NAME}.")
    assert f"No backup was written to {disk}: " in refusal_message(disk)  # there is a backup of the same second


@pytest.mark.parametrize(
    "missing_part", ["a segment", "an entry", "a claim", pytest.param("everything", marks=pytest.mark.system)]
)
def test_a_zip_file_with_more_than_the_logbook_is_not_replaced(
    logbook: TwoAccounts, disk: Path, missing_part: str
) -> None:
    target = disk / "copy.zip"
    logbook.do("session", "include", "work-2", "--reason", "x")
    logbook.do("backup", str(target))
    backup_before = target.read_bytes()
    _, last = finished_segments(logbook.paths.raw / "work")
    journal = logbook.paths.journal / "journal.ndjson"
    claim = logbook.paths.claims / "work" / "0001-2025-06" / "claim.json"
    if missing_part == "a segment":
        last.unlink()
        missing_file = last
    elif missing_part == "an entry":
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
        missing_file = journal
    elif missing_part == "a claim":
        shutil.rmtree(claim.parent)
        missing_file = claim
    else:
        for name in ("work", "kanarie"):
            logbook.do("account", "forget", name, "--yes-really", name)
        missing_file = claim
    logbook.paths.database.unlink()  # it would know what is missing
    shutil.rmtree(logbook.paths.state)
    outcome = logbook.run("backup", str(target))
    assert (outcome.code, outcome.out) == (1, "")
    assert f"{target} contains files that this logbook does not, so it is not replaced:\n" in outcome.err
    assert f"\n  {missing_file.relative_to(logbook.home)}\n" in outcome.err
    assert outcome.err.endswith("\n  Name another file, or move that one away\n")
    assert target.read_bytes() == backup_before
    assert [path.name for path in disk.iterdir()] == ["copy.zip"]


def test_links_are_refused_and_hidden_files_skipped(logbook: TwoAccounts, disk: Path) -> None:
    (logbook.paths.raw / ".DS_Store").write_text("x", "utf-8")
    (logbook.paths.claims / "work" / ".claim.json.77.new").write_text("x", "utf-8")
    logbook.do("backup", str(disk))
    assert not any("/." in name for name in files_in(disk / _BACKUP_NAME))
    (logbook.paths.claims / "work" / "link").symlink_to("/etc/passwd")
    message, advice = refusal(logbook.run("backup", str(disk), after=timedelta(days=1)), 1)
    assert message.startswith(f"{logbook.paths.claims / 'work' / 'link'} is not a regular file with a plain name")
    assert advice == "Move it out of the folder, or replace it with the file itself"
    assert [path.name for path in disk.iterdir()] == [_BACKUP_NAME]


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


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ladebog.toml", r"is not what was written:\n  ladebog\.toml: it is not what was backed up$"),
        ("SHA256SUMS", r"SHA256SUMS(: it is not what was written| of this backup cannot be used: line \d+ is not one)"),
        ("copy.zip", r"is not what was written:\n  .+: it (cannot be read|is not what was backed up)"),
    ],
    ids=["a file", "the list", "a ZIP file"],
)
def test_a_backup_on_a_disk_that_damages_files_is_reported(
    logbook: TwoAccounts, disk: Path, name: str, message: str
) -> None:
    target = disk / name if name == "copy.zip" else disk
    with pytest.raises(BackupError, match=message):
        make_backup(logbook.paths, target, NOW, FailingDisk(disk, name))
    assert list(disk.iterdir()) == []


def test_a_terminal_shows_a_progress_bar(logbook: TwoAccounts, disk: Path) -> None:
    controller, terminal = os.openpty()
    command = [sys.executable, "-m", "pipeline.cli.main", "--home", str(logbook.home), "backup", str(disk)]
    printed = b""
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(command, env=environment, stderr=terminal, stdout=subprocess.DEVNULL) as process:
        os.close(terminal)
        with contextlib.suppress(OSError):  # Linux raises it at the end
            while chunk := os.read(controller, 1 << 16):
                printed += chunk
    os.close(controller)
    assert process.returncode == 0
    assert any(step in printed for step in (b"checking the chains", b"copying", b"verifying"))
    assert b"MB" in printed
