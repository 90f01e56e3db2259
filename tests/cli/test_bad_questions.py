"""Questions that the database cannot or must not answer."""

from pathlib import Path

import pytest

from tests.cli.refusal import said
from tests.way.demo_logbook import DemoLogbook


@pytest.mark.parametrize(
    "question",
    [
        "",
        ";",
        "select 1; select 2",
        "select 1; drop table months",
        "insert into months select * from months",
        "update months set sessions = 0",
        "delete from months",
        "drop table months",
        "create temp table mine as select 1",
        "attach '{folder}/other.duckdb' as other",
        "copy months to '{folder}/months.csv'",
        "copy (select 1) to '/dev/stdout'",
        "export database '{folder}/export'",
        "set threads = 1",
        "set enable_external_access = true",
        "reset lock_configuration",
        "install httpfs",
        "load httpfs",
        "checkpoint",
        "begin",
        "use facts",
    ],
)
def test_anything_but_one_select(kept: DemoLogbook, tmp_path: Path, question: str) -> None:
    message, advice = said(kept.run("sql", question.format(folder=tmp_path)), 1)
    assert message == "Only one statement can be asked, and it must be a SELECT: the database is read-only."
    assert advice == "Ask one SELECT, for example: ladebog sql \"select * from months where attribution = 'stop'\""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "question",
    [
        "select * from read_text('{file}')",
        "select * from read_csv('{file}')",
        "from '{file}'",
        "select * from glob('{folder}/*')",
        "select * from read_blob('{file}')",
        "from query('select * from read_text(''{file}'')')",
        "select * from parquet_metadata('{file}')",
    ],
)
def test_files_are_out_of_reach(kept: DemoLogbook, tmp_path: Path, question: str) -> None:
    file = tmp_path / "letter.csv"
    file.write_text("dear\nreader\n", "utf-8")
    outcome = kept.run("sql", question.format(file=file, folder=tmp_path))
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("ladebog: DuckDB says: ")
    assert outcome.err.endswith('\n  See the tables with: ladebog sql "show tables"\n')
    assert "reader" not in outcome.err


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ("selec 1", 'Parser Error: syntax error at or near "selec"'),
        ("select * from nowhere", "Catalog Error: Table with name nowhere does not exist!"),
        ("select nothing from months", 'Binder Error: Referenced column "nothing" not found in FROM clause!'),
        ("select 'x'::int", "Conversion Error: Could not convert string 'x' to INT32"),
    ],
)
def test_what_duckdb_does_not_understand(kept: DemoLogbook, question: str, fault: str) -> None:
    outcome = kept.run("sql", question)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith(f"ladebog: DuckDB says: {fault}")
    assert outcome.err.endswith('\n  See the tables with: ladebog sql "show tables"\n')
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--format", "parquet"], "Parquet is not for a terminal: name a file with -o FILE."),
        (["-o", "x.txt"], "A table is for the terminal: name a file that ends in .csv, .json or .parquet."),
        (["--format", "xml"], "Invalid value for '--format': 'xml' is not one of 'table', 'csv', 'json', 'parquet'."),
    ],
)
def test_formats_that_will_not_do(kept: DemoLogbook, options: list[str], expected: str) -> None:
    message, advice = said(kept.run("sql", "select 1", *options), 2)
    assert expected == message
    assert advice == "Try 'ladebog sql --help' for help."


@pytest.mark.parametrize("question", ["selec 1", "select 'x'::int", "select * from range(3) where error('x') is null"])
def test_a_file_that_is_there_stays_as_it_was(kept: DemoLogbook, tmp_path: Path, question: str) -> None:
    file = tmp_path / "kept.csv"
    file.write_text("as it was", "utf-8")
    assert kept.run("sql", question, "-o", str(file)).code == 1
    assert file.read_text("utf-8") == "as it was"
    assert list(tmp_path.iterdir()) == [file]
