"""Backup, restore and forget may be killed at any moment: what exists is complete, and the same command finishes."""

import random
import subprocess
import time
import zipfile
from collections.abc import Iterator, Sized
from pathlib import Path

import pytest

from tests.scenarios.two_accounts import CANARY, Processes, TwoAccounts, create_leftover_files, places_of, tables

pytestmark = pytest.mark.system

_KILLS = 8
_KILLED_ERASURES = 5  # each erasure builds the database again
_MAX_ATTEMPTS = 100


def measure(processes: Processes, logbook: TwoAccounts, *arguments: str) -> float:
    """The duration of a command that is not killed, in seconds."""
    processes.run(logbook, "--version")  # start the process from which the others are forked
    started = time.monotonic()
    assert processes.run(logbook, *arguments) == (0, "")
    return time.monotonic() - started


def attempts(hits: Sized, kills: int = _KILLS) -> Iterator[int]:
    """Numbers of the attempts to kill a command; more of them if none hit it, as its duration varies."""
    for number in range(_MAX_ATTEMPTS):
        if number >= kills and hits:
            return
        yield number
    pytest.fail("No kill hit the running command")


def verify_checksums(folder: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


def test_a_killed_backup_to_a_folder_leaves_no_incomplete_backup(
    processes: Processes, logbook: TwoAccounts, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    duration = measure(processes, logbook, "backup", str(tmp_path))
    draw, hits = random.Random(3), list[Path]()  # noqa: S311 (draws times)
    for _ in attempts(hits):
        code, errors = processes.run(logbook, "backup", str(disk), kill_after=duration * draw.random())
        assert code in (0, -9) or "already" in errors or "not empty" in errors, errors  # two in one second
        backups = sorted(disk.iterdir()) if disk.exists() else []
        incomplete = [path for path in backups if path.name.startswith(".")]
        hits += incomplete
        assert len(incomplete) <= 1
        for path in backups:
            if path not in incomplete:
                verify_checksums(path)
    time.sleep(1)  # its name has the time in seconds
    assert processes.run(logbook, "backup", str(disk)) == (0, "")
    assert [path.name for path in disk.iterdir() if path.name.startswith(".")] == []
    verify_checksums(max(disk.iterdir()))


def test_a_killed_backup_leaves_the_old_or_the_new_zip_file(
    processes: Processes, logbook: TwoAccounts, tmp_path: Path
) -> None:
    target = tmp_path / "disk" / "copy.zip"
    target.parent.mkdir()
    duration = measure(processes, logbook, "backup", str(target))
    draw = random.Random(4)  # noqa: S311 (draws times)
    hits = []
    for _ in attempts(hits):
        code, errors = processes.run(logbook, "backup", str(target), kill_after=duration * draw.random())
        hits += [code] if code else []
        assert code in (0, -9), errors
        with zipfile.ZipFile(target) as archive:
            assert archive.testzip() is None
            assert "ladebog/SHA256SUMS" in archive.namelist()
    assert processes.run(logbook, "backup", str(target)) == (0, "")
    assert list(target.parent.iterdir()) == [target]


def test_a_killed_restore_can_be_repeated(processes: Processes, logbook: TwoAccounts, tmp_path: Path) -> None:
    backup, other = tmp_path / "copy.zip", TwoAccounts(tmp_path / "other")
    logbook.do("backup", str(backup))
    first = TwoAccounts(tmp_path / "first")
    first.folder.mkdir()
    other.folder.mkdir()
    duration = measure(processes, first, "restore", str(backup))
    draw, hits = random.Random(5), list[int]()  # noqa: S311 (draws times)
    for _ in attempts(hits):
        code, errors = processes.run(other, "restore", str(backup), kill_after=duration * draw.random())
        assert code in (0, -9), errors
        hits += [code] if code else []
        if other.home.exists():
            assert other.files() == first.files()
            for path in sorted(other.home.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            other.home.rmdir()
    assert processes.run(other, "restore", str(backup)) == (0, "")
    assert other.files() == first.files()
    assert {path.name for path in other.folder.iterdir()} == {"home", "errors.txt"}


def test_a_killed_erasure_of_an_account_can_be_repeated(
    processes: Processes, shared_logbook: TwoAccounts, tmp_path: Path
) -> None:
    command = ("account", "forget", CANARY, "--yes-really", CANARY)
    before = tables(shared_logbook.paths.database, "work")
    duration = measure(processes, shared_logbook.copied(tmp_path / "measured"), *command)
    draw = random.Random(6)  # noqa: S311 (draws times)
    hits = []
    for number in attempts(hits, _KILLED_ERASURES):
        logbook = shared_logbook.copied(tmp_path / f"killed-{number}")
        create_leftover_files(logbook)
        for _ in range(1 + number % 3):
            code, errors = processes.run(logbook, *command, kill_after=duration * draw.random())
            # 2: the killed command had finished, so the account does not exist.
            assert code in (0, -9, 2), errors
        if 0 < len(places_of(CANARY, logbook.home)) < len(places_of(CANARY, shared_logbook.home)):
            hits.append(number)
        code, errors = processes.run(logbook, *command)
        assert code == 0 or (code == 2 and "There is no account" in errors), errors
        (logbook.folder / "errors.txt").unlink()
        logged_by_refusal = {"home/logs/ladebog.log"} if code == 2 else set()
        assert set(places_of(CANARY, logbook.folder)) <= logged_by_refusal
        assert tables(logbook.paths.database, "work") == before
