"""`ladebog export`: the marts as Parquet, as DuckDB and polars read them, and the folder that they are written to."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest

from pipeline.database import models
from pipeline.logbook.folder import Logbook
from tests.cli.refusal import refusal
from tests.scenarios.decided_logbook import TWO_CARS, DecidedLogbook
from tests.scenarios.demo_logbook import CHECKOUT, DemoLogbook
from tests.scenarios.written_logbook import ChargedSession

_MARTS = {model.name: model for model in (*models.schema(), *models.marts()) if "." not in model.name}
_KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from pipeline.logbook.folder import Logbook
from reports.export.marts import export_marts, exported_marts

def written(name, rows):
    if name == "months":
        os.kill(os.getpid(), signal.SIGKILL)

export_marts(Logbook(Path(sys.argv[1])), Path(sys.argv[2]), exported_marts([]), written)
"""
_KILLED_WHILE_RENAMING = """
import os, signal, sys
from pathlib import Path
from pipeline.logbook.folder import Logbook
from reports.export.marts import export_marts, exported_marts

def hook(event, arguments):
    if event == "os.rename" and str(arguments[1]) == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
export_marts(Logbook(Path(sys.argv[1])), Path(sys.argv[2]), exported_marts(["months"]), lambda name, rows: None)
"""


@pytest.fixture(scope="module")
def exported(shared_logbook: DemoLogbook, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All marts of a logbook; no test changes it."""
    folder = tmp_path_factory.mktemp("export") / "charging"
    outcome = shared_logbook.do("export", str(folder))
    assert outcome.err == ""
    assert outcome.out.splitlines()[-1] == str(folder)
    return folder


@pytest.fixture(scope="module")
def published(shared_logbook: DemoLogbook) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(shared_logbook.paths.database, read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def sorted_rows(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


@pytest.mark.parametrize("mart", sorted(_MARTS))
def test_duckdb_reads_the_names_types_and_rows_of_each_mart(
    exported: Path, published: duckdb.DuckDBPyConnection, mart: str
) -> None:
    with duckdb.connect() as reader:
        reader.execute("set timezone = 'UTC'")
        read = reader.read_parquet(f"{exported}/{mart}/**/*.parquet", hive_partitioning=True)
        own = [column for column in read.columns if not column.startswith("partition_")]
        read = read.select(*own)
        expected = published.table(mart)
        assert list(zip(read.columns, read.types, strict=True)) == list(
            zip(expected.columns, expected.types, strict=True)
        )
        assert sorted_rows(read.fetchall()) == sorted_rows(expected.fetchall())


@pytest.mark.parametrize("mart", sorted(_MARTS))
def test_polars_reads_the_names_types_and_rows_of_each_mart(
    exported: Path, published: duckdb.DuckDBPyConnection, mart: str
) -> None:
    read = polars.read_parquet(exported / mart)
    read = read.select(column for column in read.columns if not column.startswith("partition_"))
    expected = polars.DataFrame(published.table(mart))
    assert read.schema == expected.schema
    assert sorted_rows(read.rows()) == sorted_rows(expected.rows())


@pytest.mark.parametrize("mart", ["sessions", "months", "claims"])
def test_each_file_has_the_comments_of_its_mart(exported: Path, mart: str) -> None:
    model = _MARTS[mart]
    for file in (exported / mart).rglob("*.parquet"):
        comments = polars.read_parquet_metadata(file)
        assert comments["comment"] == f"{model.grain}: {model.purpose}"
        columns = {
            name.removeprefix("comment."): text for name, text in comments.items() if name.startswith("comment.")
        }
        assert columns == model.columns


@pytest.mark.system
def test_a_mart_is_divided_by_account_and_local_month(tmp_path: Path) -> None:
    """The second session stops at 00:30 on 1 April in Denmark. DuckDB takes the account's folder for a number."""
    sessions = {
        "2024": [ChargedSession(id="1", stopped="2025-03-05T12:00:00+00:00")],
        "hjem-ø": [
            ChargedSession(id="2", stopped="2025-03-31T22:30:00+00:00"),
            ChargedSession(id="3", stopped="2025-03-31T21:30:00+00:00"),
        ],
    }
    logbook = DecidedLogbook.with_sessions(tmp_path / "logbook", sessions, TWO_CARS)
    folder = tmp_path / "charging"
    marts = ("--mart", "sessions", "--mart", "months", "--mart", "bill_audit")
    assert logbook.ladebog("export", str(folder), *marts) == 0
    files = {str(file.relative_to(folder)) for file in folder.rglob("*.parquet")}
    months = [
        "=2024/partition_month=2025-03",
        "=hjem-%C3%B8/partition_month=2025-03",
        "=hjem-%C3%B8/partition_month=2025-04",
    ]
    assert files == {
        *(f"sessions/partition_account{month}/data_0.parquet" for month in months),
        *(f"months/partition_account{month}/data_0.parquet" for month in months),
        "bill_audit/partition_account=2024/data_0.parquet",
        "bill_audit/partition_account=hjem-%C3%B8/data_0.parquet",
    }
    expected = [("2024", "1", "2025-03"), ("hjem-ø", "2", "2025-04"), ("hjem-ø", "3", "2025-03")]
    columns = ("account", "session_id", "partition_month")
    read = duckdb.read_parquet(f"{folder}/sessions/**/*.parquet", hive_partitioning=True)
    assert read.select(*columns).order("session_id").fetchall() == expected
    assert polars.read_parquet(folder / "sessions").select(columns).sort("session_id").rows() == expected


def test_only_the_owner_can_read_an_export(exported: Path) -> None:
    paths = [exported, *exported.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o700, 0o600}
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}


def test_an_export_replaces_an_earlier_one_as_a_whole(logbook: DemoLogbook, tmp_path: Path) -> None:
    folder = tmp_path / "charging"
    logbook.do("export", str(folder))
    outcome = logbook.do("export", str(folder), "--mart", "months", "--mart", "sessions", "--mart", "months")
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["months", "sessions", str(folder)]
    assert sorted(path.name for path in folder.iterdir()) == ["_ladebog_export.json", "months", "sessions"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_empty_folder_is_filled(logbook: DemoLogbook, tmp_path: Path) -> None:
    (tmp_path / "charging").mkdir()
    logbook.do("--quiet", "export", str(tmp_path / "charging"), "--mart", "months")
    assert (tmp_path / "charging" / "months").is_dir()


def test_a_folder_with_other_files_is_refused_and_stays_as_it_is(logbook: DemoLogbook, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    (folder / "sessions").mkdir(parents=True)
    (folder / "sessions" / "thesis.parquet").write_text("mine", "utf-8")
    outcome = logbook.run("export", str(folder))
    assert refusal(outcome, 1) == (
        f"{folder} has files in it and is not an export of Ladebog's.",
        "Name a new or empty folder to export to",
    )
    assert (folder / "sessions" / "thesis.parquet").read_text("utf-8") == "mine"


@pytest.mark.parametrize("added", ["note.txt", "sessions/note.txt", "plots/a.parquet"])
def test_an_export_with_files_of_the_users_own_is_refused(logbook: DemoLogbook, tmp_path: Path, added: str) -> None:
    folder = tmp_path / "charging"
    logbook.do("export", str(folder), "--mart", "sessions")
    (folder / added).parent.mkdir(exist_ok=True)
    (folder / added).write_text("mine", "utf-8")
    message, _ = refusal(logbook.run("export", str(folder)), 1)
    assert "is not part of the export" in message
    assert (folder / added).read_text("utf-8") == "mine"


def test_what_the_logbook_stores_is_never_written_to(logbook: DemoLogbook) -> None:
    for place in (logbook.paths.raw, logbook.paths.raw / "new", logbook.paths.state):
        assert logbook.run("export", str(place)).code == 2
    message, _ = refusal(logbook.run("export", str(logbook.home)), 1)
    assert "is not an export" in message


def test_a_mart_that_does_not_exist_is_answered_with_a_similar_one(logbook: DemoLogbook, tmp_path: Path) -> None:
    outcome = logbook.run("export", str(tmp_path / "charging"), "--mart", "session")
    assert refusal(outcome, 2) == (
        "There is no mart session. Did you mean 'sessions'?",
        'List them with: ladebog sql "show tables"',
    )
    assert not (tmp_path / "charging").exists()


@pytest.mark.parametrize("script", [_KILLED_WHILE_WRITING, _KILLED_WHILE_RENAMING], ids=["writing", "renaming"])
@pytest.mark.parametrize("earlier", [False, True], ids=["new", "earlier"])
def test_an_export_that_was_killed_never_looks_whole(
    logbook: DemoLogbook, tmp_path: Path, script: str, earlier: bool
) -> None:
    folder = tmp_path / "charging"
    if earlier:
        logbook.do("export", str(folder), "--mart", "sessions")
    assert killed(script, logbook.paths, folder)
    if folder.exists():
        assert earlier
        assert sorted(path.name for path in folder.iterdir()) == ["_ladebog_export.json", "sessions"]
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".charging.")] != []
    logbook.do("export", str(folder), "--mart", "months")
    assert sorted(path.name for path in folder.iterdir()) == ["_ladebog_export.json", "months"]
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".charging.")] == []


def killed(script: str, logbook: Logbook, folder: Path) -> bool:
    """Whether the process that ran the script was killed."""
    process = subprocess.run(
        [sys.executable, "-c", script, str(logbook.root), str(folder)],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        timeout=120,
        check=False,
    )
    return process.returncode == -9
