"""On a full disk, nothing that looks like a backup or a logbook is left."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.source.credentials.store import FILE_VARIABLE
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import CHECKOUT, Outcome
from tests.scenarios.two_accounts import TwoAccounts, places_of

pytestmark = pytest.mark.system

_RUN_WITH_LIMIT = """
import resource, sys
from pipeline.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
main(sys.argv[2:])
"""


def run_with_limit(size: int, logbook: TwoAccounts, *arguments: str) -> Outcome:
    """Run a command in a process that cannot write files larger than `size` bytes."""
    command = [sys.executable, "-c", _RUN_WITH_LIMIT, str(size), "--home", str(logbook.home), *arguments]
    environment = os.environ | {FILE_VARIABLE: str(logbook.credentials)}
    process = subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    return Outcome(process.returncode, process.stdout, process.stderr)


@pytest.mark.parametrize("thousandths", [0, 1, 500, 999])
@pytest.mark.parametrize("kind", ["a folder", "a ZIP file"])
def test_a_backup_without_enough_space_is_refused(
    logbook: TwoAccounts, tmp_path: Path, thousandths: int, kind: str
) -> None:
    logbook.do("backup", str(tmp_path / "complete.zip"))
    complete = tmp_path / "complete.zip" if kind == "a ZIP file" else logbook.paths.database
    disk = tmp_path / "disk"
    disk.mkdir()
    target = disk / "copy.zip" if kind == "a ZIP file" else disk
    before = logbook.files()
    outcome = run_with_limit(20 + complete.stat().st_size * thousandths // 1000, logbook, "backup", str(target))
    message, advice = refusal(outcome, 1)
    assert message.startswith(f"No backup was written to {disk}: File too large")
    assert advice == "Fix that or choose another place, then run the same command again"
    assert list(disk.iterdir()) == []
    assert before == logbook.files()


def test_a_zip_file_is_not_replaced_if_there_is_no_space_for_the_next(logbook: TwoAccounts, tmp_path: Path) -> None:
    target = tmp_path / "copy.zip"
    logbook.do("backup", str(target))
    before = target.read_bytes()
    refusal(run_with_limit(10_000, logbook, "backup", str(target)), 1)
    assert target.read_bytes() == before


@pytest.mark.parametrize("size", [50, 500_000])
def test_a_restore_without_enough_space_is_refused(logbook: TwoAccounts, tmp_path: Path, size: int) -> None:
    logbook.do("backup", str(tmp_path / "copy.zip"))
    other = TwoAccounts(tmp_path / "other")
    message, advice = refusal(run_with_limit(size, other, "restore", str(tmp_path / "copy.zip")), 1)
    assert message.startswith("File too large")
    assert advice == "Make room on the disk, then run the same command again; nothing is lost"
    assert list(other.folder.iterdir()) == []


def test_erasing_an_account_without_enough_space_can_be_repeated(logbook: TwoAccounts) -> None:
    """Erasing stops if there is no space for the database; the same command finishes later."""
    command = ("account", "forget", "kanarie", "--yes-really", "kanarie")
    outcome = run_with_limit(100_000, logbook, *command)
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    assert "kanarie" in logbook.paths.settings.read_text("utf-8")
    logbook.do(*command)
    assert places_of("kanarie", logbook.folder) == []
