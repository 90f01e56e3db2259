"""Which files are opened as a database, and what readers see while a new one is published."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipeline.database.connection import SCHEMA_VERSION, open_published, open_writer, publish
from pipeline.errors import DatabaseError, LogbookError
from pipeline.transform.update import open_updated
from tests.scenarios.demo_archive import DemoArchive, new_demo_archive


@pytest.fixture(scope="module")
def published_empty(tmp_path_factory: pytest.TempPathFactory) -> DemoArchive:
    archive = new_demo_archive(tmp_path_factory.mktemp("empty") / "logbook")
    archive.update()
    return archive


@pytest.fixture
def empty(published_empty: DemoArchive, tmp_path: Path) -> DemoArchive:
    """A published archive without sessions."""
    return published_empty.copied_to(tmp_path / "logbook")


def count_runs_as_writer(archive: DemoArchive) -> list[tuple[object, ...]]:
    with open_writer(archive.logbook) as connection:
        return connection.execute("select count(*) from runs").fetchall()


def count_runs_as_reader(archive: DemoArchive) -> list[tuple[object, ...]]:
    with open_published(archive.logbook) as connection:
        return connection.execute("select count(*) from runs").fetchall()


def writer_database(archive: DemoArchive) -> Path:
    return archive.logbook.writer_database


def published_database(archive: DemoArchive) -> Path:
    return archive.logbook.database


def set_schema(path: Path, version: int) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("update facts.settings set schema_version = ?, ladebog_version = '9.9'", [version])


def replace_by_another(path: Path) -> None:
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table my_own as select 42 as answer")


def delete_settings(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from facts.settings")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "another database": replace_by_another,
    "text": lambda path: path.write_text("this is not a database"),
    "random bytes": lambda path: path.write_bytes(bytes(range(256)) * 64),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:5_000]),
    "cut in its header": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "no schema version": delete_settings,
}

COUNT_RUNS = """
import sys, duckdb
print(duckdb.connect(sys.argv[1], read_only=True).execute("select count(*) from runs").fetchall())
"""

BOTH_DATABASES = pytest.mark.parametrize(
    ("file", "open_database"),
    [(writer_database, count_runs_as_writer), (published_database, count_runs_as_reader)],
    ids=["writer", "published"],
)


@BOTH_DATABASES
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_is_not_a_database_of_ladebog_is_refused_and_unchanged(
    empty: DemoArchive,
    damage: str,
    file: Callable[[DemoArchive], Path],
    open_database: Callable[[DemoArchive], object],
) -> None:
    DAMAGE[damage](file(empty))
    before = file(empty).read_bytes()
    with pytest.raises(DatabaseError) as caught:
        open_database(empty)
    assert str(file(empty)) in str(caught.value)
    assert "ladebog rebuild" in caught.value.advice
    assert before == file(empty).read_bytes()


@pytest.mark.system
def test_a_rebuild_replaces_damaged_databases(empty: DemoArchive) -> None:
    before = empty.tables()
    DAMAGE["another database"](writer_database(empty))
    DAMAGE["random bytes"](published_database(empty))
    assert before == empty.rebuild()


@BOTH_DATABASES
def test_a_newer_schema_is_refused(
    empty: DemoArchive, file: Callable[[DemoArchive], Path], open_database: Callable[[DemoArchive], object]
) -> None:
    set_schema(file(empty), SCHEMA_VERSION + 1)
    with pytest.raises(DatabaseError, match=r"is from a newer Ladebog \(9\.9, schema \d+; this one knows") as caught:
        open_database(empty)
    assert "ladebog rebuild" in caught.value.advice


@pytest.mark.system
def test_an_older_schema_is_rebuilt_automatically(demo: DemoArchive) -> None:
    before = demo.tables()
    with duckdb.connect(str(writer_database(demo))) as connection:
        connection.execute("drop table documents")
    set_schema(writer_database(demo), SCHEMA_VERSION - 1)
    assert before == demo.update()
    with duckdb.connect(str(writer_database(demo)), read_only=True) as connection:
        found = connection.execute("select schema_version from facts.settings").fetchall()
    assert found == [(SCHEMA_VERSION,)]


def test_reading_before_the_first_publication_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LogbookError, match="has no database yet"):
        count_runs_as_reader(new_demo_archive(tmp_path / "logbook"))


def test_a_reader_still_sees_the_old_rows_after_a_new_database_is_published(empty: DemoArchive) -> None:
    inode = published_database(empty).stat().st_ino
    with open_published(empty.logbook) as reader:
        assert reader.execute("select run_id from runs").fetchall() == []
        with open_updated(empty.logbook, empty.settings, empty.clock) as connection:
            connection.execute(
                "insert into runs values ('demo', 'a', 'extract', '0', 'complete', null, true, '', now(), now())"
            )
        publish(empty.logbook)
        assert reader.execute("select run_id from runs").fetchall() == []
        assert inode != published_database(empty).stat().st_ino
        other_process = [sys.executable, "-c", COUNT_RUNS, str(published_database(empty))]
        assert subprocess.run(other_process, check=True, capture_output=True, text=True).stdout == "[(1,)]\n"
    assert {"ladebog.duckdb", "ladebog.toml", "raw", "state"} == {path.name for path in empty.logbook.root.iterdir()}


def test_a_reader_cannot_change_the_database_or_open_another_file(empty: DemoArchive, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with open_published(empty.logbook) as reader:
        for statement in (
            "insert into runs select * from runs",
            "create table mine as select 1",
            f"from '{secret}'",
            f"copy runs to '{tmp_path / 'out.csv'}'",
            f"attach '{tmp_path / 'other.duckdb'}'",
            "set enable_external_access = true",
            "install httpfs",
        ):
            with pytest.raises(duckdb.Error):
                reader.execute(statement)


def test_databases_are_for_their_owner_only(empty: DemoArchive) -> None:
    assert [path.stat().st_mode & 0o777 for path in (writer_database(empty), published_database(empty))] == [
        0o600,
        0o600,
    ]
    assert empty.logbook.state.stat().st_mode & 0o777 == 0o700


def test_connections_use_utc(empty: DemoArchive) -> None:
    for open_database in (open_writer, open_published):
        with open_database(empty.logbook) as connection:
            assert connection.execute("select current_setting('timezone')").fetchall() == [("UTC",)]


def test_two_readers_in_one_process_see_the_same_rows(empty: DemoArchive) -> None:
    with open_published(empty.logbook) as one, open_published(empty.logbook) as other:
        query = "select count(*) from sessions"
        assert one.execute(query).fetchall() == other.execute(query).fetchall()


def test_a_database_of_many_small_tables_has_small_blocks(empty: DemoArchive) -> None:
    for path in (writer_database(empty), published_database(empty)):
        with duckdb.connect(str(path), read_only=True) as connection:
            assert connection.execute("select block_size from pragma_database_size()").fetchall() == [(65_536,)]
