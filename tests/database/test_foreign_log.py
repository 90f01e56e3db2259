"""Changes that another program left next to the published database reach neither readers nor the next database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.database.connection import open_published
from pipeline.errors import DatabaseError
from tests.scenarios.demo_archive import DemoArchive, new_demo_archive

_CHANGE_AND_DIE = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("pragma disable_checkpoint_on_shutdown")
connection.execute("update facts.settings set closed_after_hours = 99")
os._exit(9)
"""
_CLOSED_AFTER = "select closed_after_hours from facts.settings"
_LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> DemoArchive:
    """A published archive without sessions. Tests copy it."""
    made = new_demo_archive(tmp_path_factory.mktemp("published") / "logbook")
    made.update()
    return made


@pytest.fixture
def archive(published: DemoArchive, tmp_path: Path) -> DemoArchive:
    return published.copied_to(tmp_path / "logbook")


def log(archive: DemoArchive, ending: str = ".wal") -> Path:
    return archive.logbook.database.with_name(f"ladebog.duckdb{ending}")


def refusal(archive: DemoArchive) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught, open_published(archive.logbook):
        pass
    return caught.value


def change_and_die(archive: DemoArchive) -> None:
    """Change the published database in a process that is killed."""
    command = [sys.executable, "-c", _CHANGE_AND_DIE, str(archive.logbook.database)]
    assert subprocess.run(command, check=False).returncode == 9
    assert log(archive).stat().st_size


@pytest.mark.system
@pytest.mark.parametrize("command", ["update", "rebuild"])
def test_a_change_of_a_killed_program_is_refused_and_not_published(archive: DemoArchive, command: str) -> None:
    change_and_die(archive)
    error = refusal(archive)
    assert str(error) == (
        f"Another program opened {archive.logbook.database} to write, and left ladebog.duckdb.wal next to it."
    )
    assert error.advice == "Close that program, then publish the database again with: ladebog transform"
    getattr(archive, command)()
    assert not log(archive).exists()
    with open_published(archive.logbook) as connection:
        assert connection.execute(_CLOSED_AFTER).fetchall() == [(24,)]


@pytest.mark.parametrize("ending", _LOGS)
def test_each_kind_of_log_is_refused_and_removed(archive: DemoArchive, ending: str) -> None:
    log(archive, ending).write_bytes(b"")
    assert f"left ladebog.duckdb{ending} next to it" in str(refusal(archive))
    archive.update()
    assert not log(archive, ending).exists()
    with open_published(archive.logbook) as connection:
        assert connection.execute(_CLOSED_AFTER).fetchall() == [(24,)]


def test_a_pipe_or_a_dangling_link_in_the_place_of_the_log_hangs_nothing(archive: DemoArchive, tmp_path: Path) -> None:
    for put in (os.mkfifo, lambda path: path.symlink_to(tmp_path / "nowhere"), os.mkdir):
        put(log(archive))
        assert "ladebog.duckdb.wal" in str(refusal(archive))
        archive.update()
        assert not os.path.lexists(log(archive))


@pytest.mark.system
def test_the_logs_of_a_killed_writer_are_removed_by_a_rebuild(archive: DemoArchive) -> None:
    writer = archive.logbook.writer_database
    logs = [writer.with_name(f"{writer.name}{ending}") for ending in _LOGS]
    for path in logs:
        path.write_bytes(b"of another database")
    archive.rebuild()
    assert not any(path.exists() for path in logs)
