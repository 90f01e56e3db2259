"""The heads of the files under sql/ are complete, and the database has the tables and columns that they describe."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec
import pytest

import sql
from pipeline.database import models
from pipeline.transform import lineage
from tests.scenarios.small_archive import SmallArchive, small_archive

FOLDERS = ("facts", "seeds", "staging", "intermediate", "marts", "checks")
SQL = Path(sql.__file__).parent
MODELS = {
    file.relative_to(SQL): models.parse(file.read_text("utf-8"))
    for folder in FOLDERS
    for file in sorted((SQL / folder).rglob("*.sql"))
}
QUERIES = {
    file.stem: models.parse(file.read_text("utf-8")) for file in sorted((SQL / "queries" / "internal").glob("*.sql"))
}

HEAD = """\
-- name: days
-- grain: one day
-- purpose: energy per day
-- key: account, day
-- columns:
--   account      text, the logbook's account
--   day
--   energy_kwh   kWh, of all sessions
--                that stopped on it
-- A note on the rule,
-- in two lines.
select 1
-- a comment
"""


def test_every_file_under_sql_is_a_model() -> None:
    assert len(MODELS) > 0
    assert len(MODELS) == len({*models.schema(), *models.seeds(), *models.transformed()} - {models.findings()})


def test_a_model_has_the_name_of_its_file() -> None:
    assert {path: path.stem for path in MODELS} == {
        path: model.name.rpartition(".")[2] for path, model in MODELS.items()
    }


def test_a_models_schema_is_the_name_of_its_folder() -> None:
    for folder in ("seeds", "staging", "intermediate", "checks"):
        named = {model.name.partition(".")[0] for path, model in MODELS.items() if path.parts[0] == folder}
        assert named == {folder}
    assert not [model.name for model in models.marts() if "." in model.name]
    assert {"session", "whole", "never"} >= {model.refresh for model in models.marts()}
    assert {("whole", ())} == {(model.refresh, model.key) for model in models.schema()}
    assert {("whole", ())} == {(model.refresh, model.key) for model in models.seeds()}
    assert {(refresh, ()) for refresh in ("never", "whole")} == {
        (model.refresh, model.key) for model in models.staging()
    }
    assert {(refresh, ()) for refresh in ("never", "session", "whole")} == {
        (model.refresh, model.key) for model in models.intermediate()
    }


def test_every_mart_has_a_key_among_its_columns() -> None:
    for model in models.marts():
        assert model.key, model.name
        assert set(model.key) <= set(model.columns), model.name
        assert model.key in (("finding_id",), ("account", *model.key[1:])), model.name


@pytest.fixture(scope="module")
def transformed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallArchive]:
    """An archive without sessions, transformed; no test changes it."""
    with small_archive(tmp_path_factory.mktemp("models") / "logbook") as archive:
        yield archive.transform()


def test_each_table_has_the_columns_of_its_head(transformed: SmallArchive) -> None:
    assert {model.name: list(model.columns) for model in MODELS.values()} == {
        model.name: [column for column, *_ in transformed.rows(f"describe {model.name}")] for model in MODELS.values()
    }


def test_every_table_view_and_column_has_a_comment(transformed: SmallArchive) -> None:
    commented = """
        select if(schema_name = 'main', '', schema_name || '.') || {name}, comment from {catalogue}()
        where not internal and database_name = current_database()
    """
    tables = transformed.rows(commented.format(name="table_name", catalogue="duckdb_tables"))
    views = transformed.rows(commented.format(name="view_name", catalogue="duckdb_views"))
    described = [*MODELS.values(), models.findings()]
    assert {model.name: f"{model.grain}: {model.purpose}" for model in described} == dict(tables + views)
    columns = transformed.rows(commented.format(name="table_name || '.' || column_name", catalogue="duckdb_columns"))
    assert {
        f"{model.name}.{column}": meaning for model in described for column, meaning in model.columns.items()
    } == dict(columns)


def test_seeds_contain_the_rows_of_their_files_each_with_a_source(transformed: SmallArchive) -> None:
    for seed in models.seeds():
        rows = transformed.rows(f"select columns(*)::varchar from {seed.name}")  # noqa: S608
        stored = [list(row) for row in rows]
        assert [_normal(row) for row in stored] == [_normal(row) for row in models.seed_rows(seed)]
        assert transformed.rows(f"select 1 from {seed.name} where trim(source) = ''") == []  # noqa: S608


def test_a_seed_whose_columns_are_not_the_tables_is_refused() -> None:
    seed, *_ = models.seeds()
    with pytest.raises(ValueError, match=f"the columns of {seed.rule}.csv are not those of {seed.name}"):
        models.seed_rows(msgspec.structs.replace(seed, columns={"country": "text"}))


def test_marts_have_no_floating_point_columns_only_structs_of_text_and_only_wall_times_have_no_zone(
    transformed: SmallArchive,
) -> None:
    disallowed_columns = r"""
        select table_name || '.' || column_name from duckdb_columns()
        where not internal and schema_name = 'main' and (
            data_type in ('DOUBLE', 'FLOAT')
            or data_type like '%STRUCT%'
            and not regexp_full_match(data_type, 'STRUCT[(]("?[a-z]+"? VARCHAR(, )?)+[)]\[\]')
            or (data_type = 'TIMESTAMP') <> ends_with(column_name, '_local')
        )
    """
    assert transformed.rows(disallowed_columns) == []


def test_a_head_is_parsed() -> None:
    model = models.parse(HEAD)
    assert (
        model.name,
        model.grain,
        model.purpose,
        model.key,
        model.refresh,
        model.text,
    ) == ("days", "one day", "energy per day", ("account", "day"), "whole", HEAD)
    assert model.columns == {
        "account": "text, the logbook's account",
        "day": "day",
        "energy_kwh": "kWh, of all sessions that stopped on it",
    }
    assert (model.notes, model.statement) == ("A note on the rule, in two lines.", "select 1\n-- a comment\n")
    assert not model.is_view


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("-- name: days\n", "the head lacks name"),
        ("-- grain: one day\n", "the head lacks grain"),
        ("-- purpose: energy per day\n", "the head lacks purpose"),
        (HEAD[HEAD.index("--   account") : HEAD.index("select")], "the head lists no columns"),
    ],
)
def test_a_head_that_lacks_something_is_refused(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        models.parse(HEAD.replace(line, ""))


def test_a_head_with_an_unknown_line_is_refused() -> None:
    with pytest.raises(ValueError, match="is not understood: -- owner: me"):
        models.parse(HEAD.replace("-- key", "-- owner: me\n-- key"))


def test_an_apostrophe_in_a_comment_is_doubled() -> None:
    assert models.quoted("the driver's own") == "'the driver''s own'"


def test_each_model_comes_after_those_that_it_reads() -> None:
    names = [model.name for model in lineage.ordered_models()]
    transformed = [model.name for path, model in MODELS.items() if path.parts[0] not in ("facts", "seeds")]
    assert sorted(names) == sorted([*transformed, models.FINDINGS])
    pairs = [
        ("sessions", "intermediate.day_totals"),
        ("intermediate.day_totals", "days"),
        ("intermediate.day_totals", "days_split"),
        ("intermediate.month_totals", "month_states"),
        ("power_samples", "intermediate.energy_steps"),
        ("intermediate.period_energy", "charging_periods"),
        ("staging.sessions", "sessions"),
    ]
    assert [(earlier, later) for earlier, later in pairs if names.index(earlier) > names.index(later)] == []


def test_every_query_has_a_head_and_the_name_of_its_file() -> None:
    assert QUERIES
    assert {name: query.name for name, query in QUERIES.items()} == {name: name for name in QUERIES}
    assert {name: query.text for name, query in QUERIES.items()} == {name: models.query(name) for name in QUERIES}


def test_every_query_is_run_by_a_program() -> None:
    root = SQL.parent
    sources = [
        file.read_text("utf-8") for package in ("pipeline", "reports") for file in (root / package).rglob("*.py")
    ]
    named = {name for source in sources for name in re.findall(r"models\.query\([\"'](\w+)[\"']\)", source)}
    assert named == set(QUERIES)


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_the_head_of_a_query_lists_its_parameters_and_columns(transformed: SmallArchive, query: models.Model) -> None:
    (statement,) = duckdb.extract_statements(query.text)
    assert set(query.parameters) == statement.named_parameters
    connection = transformed.connection
    connection.execute("create or replace temp table arrivals as from documents limit 0")
    connection.execute(
        "create or replace temp table drafted_lines as "
        "select stopped_at, currency, energy_kwh, amount_incl_tax, tax_amount, "
        "true as is_correction from sessions limit 0"
    )
    connection.execute(query.text, dict.fromkeys(query.parameters))
    assert list(query.columns) == [column for column, *_ in connection.description]


def _normal(row: list[str | None]) -> list[str | None]:
    """A row of texts with its decimals written one way."""
    return [value and re.sub(r"^(\d+\.\d*?)0+$", r"\1", value) for value in row]
