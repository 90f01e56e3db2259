"""What a system makes by itself in a logbook, and files that nobody reads, change nothing and are named."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from pipeline.maintenance.backup.make import make_backup
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.verify import verify
from tests.scenarios.chained_logbook import ChainedLogbook
from tests.scenarios.claimed_logbook import ClaimedLogbook, ServedSession, local
from tests.scenarios.small_archive import NOON

_FILES = [".DS_Store", "Thumbs.db", "desktop.ini", "Desktop.ini"]
_FOLDERS = ["@eaDir", "lost+found", "$RECYCLE.BIN"]


@pytest.fixture(scope="module")
def shared_logbook(tmp_path_factory: pytest.TempPathFactory) -> ChainedLogbook:
    logbook = ChainedLogbook.begin(tmp_path_factory.mktemp("chained") / "logbook")
    logbook.paths.settings.touch()
    return logbook


@pytest.fixture
def logbook(shared_logbook: ChainedLogbook, tmp_path: Path) -> ChainedLogbook:
    return shared_logbook.copied(tmp_path / "logbook")


def make_system_files(folder: Path) -> None:
    for name in _FILES:
        (folder / name).write_text("x", "utf-8")
    for name in _FOLDERS:
        (folder / name).mkdir()
        (folder / name / "x").write_text("x", "utf-8")


@pytest.mark.parametrize(
    "folder",
    [
        *("raw", "raw/home", "raw/home/2025", "journal", "journal/attachments", "claims", "claims/home"),
        *("claims/home/0001-2025-03", "claims/home/0001-2025-03/attachments"),
    ],
)
def test_what_systems_make_is_named_at_every_level(logbook: ChainedLogbook, tmp_path: Path, folder: str) -> None:
    before = list(verify(logbook.paths, RecordedLinks(), full=False))
    make_system_files(logbook.paths.root / folder)
    lines = list(verify(logbook.paths, RecordedLinks(), full=False))
    named = [line for line in lines if "not read, as " in line]
    assert [line for line in lines if line not in named] == before
    for name in (*_FILES, *_FOLDERS):
        assert any(name in line for line in named), name
    (tmp_path / "backups").mkdir()
    backup = make_backup(logbook.paths, tmp_path / "backups", NOON, logbook)
    assert backup.damage is None
    assert "damaged" not in backup.path.name
    if not folder.startswith("claims/home/0001"):
        assert {f"{folder}/Thumbs.db", f"{folder}/@eaDir"} <= set(backup.left_out)


@pytest.mark.system
def test_what_is_beside_the_accounts_changes_nothing(tmp_path: Path) -> None:
    logbook = ClaimedLogbook.begin(tmp_path / "logbook")
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))))
    logbook.update()
    logbook.paths.claims.mkdir(exist_ok=True)
    for folder in (logbook.paths.raw, logbook.paths.claims):
        make_system_files(folder)
        (folder / ".hidden").write_text("x", "utf-8")
    (logbook.paths.raw / "notes.txt").write_text("x", "utf-8")
    logbook.update()
    assert logbook.rows("select count(*) from sessions") == [(1,)]
    assert "raw: not read, as it is hidden or not the folder of an account: notes.txt" in logbook.verify()


@pytest.mark.parametrize("name", [b"\xff\xfe", b"line\nbreak", b"bell\a"])
@pytest.mark.parametrize("folder", ["raw", "raw/home/2025", "journal", "claims/home/0001-2025-03"])
def test_a_file_whose_name_cannot_be_written_everywhere_is_left_out_of_a_backup(
    logbook: ChainedLogbook, tmp_path: Path, folder: str, name: bytes
) -> None:
    path = os.fsencode(logbook.paths.root / folder) + b"/" + name
    Path(os.fsdecode(path)).write_text("x", "utf-8")
    (tmp_path / "backups").mkdir()
    backup = make_backup(logbook.paths, tmp_path / "backups", NOON, logbook)
    assert f"{folder}/{os.fsdecode(name)}" in backup.left_out
    is_in_claim = folder.startswith("claims")
    assert (backup.damage is not None) == is_in_claim
    assert backup.path.name.endswith("-damaged") == is_in_claim
