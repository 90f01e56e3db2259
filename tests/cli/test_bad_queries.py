"""Queries that are refused, and queries that fail."""

from pathlib import Path

import duckdb
import pytest

from pipeline.database.query import _TABLE_FUNCTIONS
from tests.cli.refusal import refusal
from tests.cli.test_sql_limits import run_on_a_terminal
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

_TABLE_IN_A_FILE = "A table can only be printed: name a file that ends in .csv, .json, .ndjson, .md, .parquet or .xlsx."
_UNKNOWN_FORMAT = (
    "Invalid value for '--format': 'xml' is not one of 'table', 'csv', 'json', 'ndjson', 'markdown', 'parquet', 'xlsx'."
)
_REFUSAL = (
    "A query must be one SELECT that reads only this database: no files, no network, no settings, no changes.",
    'For example: ladebog sql "select * from months"',
)


def assert_refused(outcome: Outcome) -> None:
    message, advice = refusal(outcome, 1)
    assert message.startswith(_REFUSAL[0])
    assert advice == _REFUSAL[1]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", " This one is empty."),
        (" ;\n", " This one is empty."),
        ("-- months", " This one has only a comment."),
        ("/* months */;", " This one has only a comment."),
        ("select 1; select 2", " These are 2 statements."),
        ("drop table months", " This statement is of the kind DROP."),
        ("explain select 1", " This statement is of the kind EXPLAIN."),
        ("from months join read_csv('x.csv') using (month)", " This one uses read_csv."),
        ("select current_setting('threads')", " This one uses current_setting."),
        ("from pg_settings", " This one uses pg_settings."),
        ("with mine as (delete from months returning *) from mine", " This one uses DELETE_QUERY."),
    ],
)
def test_a_refusal_says_what_was_refused(shared_logbook: DemoLogbook, query: str, reason: str) -> None:
    assert refusal(shared_logbook.run("sql", query), 1) == (_REFUSAL[0] + reason, _REFUSAL[1])


@pytest.mark.parametrize(
    "query",
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
        "checkpoint;",
        "begin",
        "use facts",
        "select 1 -- one\n; /* and */ select 2",
        "/* select */ copy months to '{folder}/months.csv'",
        "with everything as (from months) insert into months from everything",
        "prepare one as select 1",
        "execute one",
        "explain analyze copy months to '{folder}/months.csv'",
        "explain select 1",
        "pragma enable_profiling",
        "pragma profiling_output = '{folder}/profile'",
        "pragma memory_limit = '100GB'",
        "set variable x = 1",
        "call enable_logging()",
        "vacuum",
        "create secret s (type http, bearer_token 'x')",
        "comment on table months is 'mine'",
        "create or replace macro f() as 1",
        "import database '{folder}'",
        "detach ladebog",
        "update extensions",
        "call pragma_version()",
        "pragma table_info('months')",
        "PRAGMA show_tables;",
        "pragma database_size",
        "pragma storage_info(months)",
        "pragma storage_info('sessions')",
        *(f"pragma {name}" for name in ("functions", "show_databases", "show_tables_expanded", "version")),
        "pragma version; select 1",
        "pragma extension_versions",
        "pragma table_info(read_text('{folder}/x'))",
        "pragma import_database('{folder}')",
        "pragma copy_database('ladebog', 'other')",
        "with copied as (copy months to '{folder}/months.csv') select 1",
        "with outer_one as (with copied as (copy months to '{folder}/x') select 1) from outer_one",
        "with copied as (copy (select 1) to '{database}') select 1",
        "with mine as (insert into months from months returning *) from mine",
        "with mine as (update months set sessions = 0 returning *) from mine",
        "with mine as (delete from months returning *) from mine",
    ],
)
def test_statements_other_than_one_select_are_refused(shared_logbook: DemoLogbook, tmp_path: Path, query: str) -> None:
    before = shared_logbook.paths.database.read_bytes()
    statement = query.format(folder=tmp_path, database=shared_logbook.paths.database)
    assert_refused(shared_logbook.run("sql", statement))
    assert list(tmp_path.iterdir()) == []
    assert before == shared_logbook.paths.database.read_bytes()


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_text('{file}')",
        "select * from read_csv('{file}')",
        "from '{file}'",
        "select * from glob('{folder}/*')",
        "select * from read_blob('{file}')",
        "from query('select * from read_text(''{file}'')')",
        "select * from parquet_metadata('{file}')",
        "from query('from query(''from read_text({file})'')')",
        "from json_execute_serialized_sql(json_serialize_sql('from read_text(''{file}'')'))",
        "with mine as materialized (from '{file}') from mine",
        "select (select count(*) from \"READ_TEXT\"('{file}'))",
        "from months, lateral (from system.main.read_csv('{file}'))",
        "select * from months where exists (from read_json_objects('{file}'))",
        "from months positional join sniff_csv('{file}')",
        "describe from read_csv('{file}')",
        "summarize from '{file}'",
        "from query_table(['{file}'])",
        "from read_duckdb('{file}')",
        "from 'https://127.0.0.1:9/letter.parquet'",
        "from read_csv('https://127.0.0.1:9/letter.csv')",
        "from enable_logging()",
        "from enable_logging(storage = 'file', storage_path = '{folder}/logs')",
        "from truncate_duckdb_logs()",
        "from force_checkpoint()",
        "from duckdb_secrets()",
        "from which_secret('{file}', 'http')",
        "from duckdb_extensions()",
        "from duckdb_settings()",
        "from histogram_values('pg_settings', name || '=' || setting, technique := 'sample', bin_count := 1000)",
        "from histogram('pragma_database_list', file)",
        "from histogram(months, sessions)",
        "with mine as (from \"Histogram_Values\"('pg_settings', setting)) from mine",
        "select (select any_value(bin) from system.main.histogram('pg_settings', setting))",
        "from query_table('pg_settings')",
        "from query('from pg_settings')",
        "from pragma_storage_info('months')",
        "select * from months, lateral (from pragma_table_info('pg_settings'))",
        "from pragma_show('pragma_database_list')",
        "from duckdb_databases()",
        "from duckdb_databases",
        "select current_setting('temp_directory')",
        "select system.main.Current_Setting('home_directory')",
        "select 'secret_directory'.current_setting()",
        "select list_transform(['threads'], lambda name: current_setting(name))",
        "from pg_settings",
        'from "PG_SETTINGS"',
        "from system.pg_catalog.pg_settings",
        "select (select any_value(setting) from pg_catalog.pg_settings)",
        "summarize pg_settings",
        "from summary((from pg_settings))",
        "with mine as (from pg_settings) from mine",
        "from pragma_database_list",
        "pragma database_list",
        "from duckdb_logs",
        "from pg_prepared_statements",
        "from arrow_scan(1, 1, 1)",
        "from python_map_function(1)",
        "copy (from read_text('{file}')) to '{folder}/copy.csv'",
        "from read_single_csv_file('{file}')",
        "from read_single_json_file('{file}')",
        "from read_single_parquet_file('{file}')",
        "from parquet_page_index('{file}')",
        "from read_text('{database}')",
        "from read_csv('{database}')",
        "select json_serialize_plan('from read_csv(''{database}'')')",
        "select Json_Serialize_Plan('from enable_logging()')",
        "select write_log('x')",
        "from duckdb_logs()",
        "from duckdb_logs_parsed('HTTP')",
        "from duckdb_profiling_settings()",
        "from duckdb_extension_repositories()",
        "from duckdb_secret_type_parameters()",
        "from duckdb_external_file_cache()",
        "from duckdb_temporary_files()",
        "from duckdb_variables()",
        "from register_external_resource('a', 'b')",
        "from register_external_resource_type('a')",
        "from create_external_resource('a', 'b')",
        "from destroy_external_resource('a')",
        "from deregister_external_resource('a')",
        "from add_grammar_extension('a')",
        "from remove_grammar_extension('a')",
        "from checkpoint()",
        "from enable_profiling()",
        "from python_arrow_scan(1, 1, 1)",
    ],
)
def test_queries_cannot_read_files(shared_logbook: DemoLogbook, tmp_path: Path, query: str) -> None:
    file = tmp_path / "letter.csv"
    file.write_text("dear\nreader\n", "utf-8")
    outcome = shared_logbook.run(
        "sql", query.format(file=file, folder=tmp_path, database=shared_logbook.paths.database)
    )
    assert_refused(outcome)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("selec 1", 'Parser Error: syntax error at or near "selec"'),
        ("select * from nowhere", "Catalog Error: Table with name nowhere does not exist!"),
        ("select nothing from months", 'Binder Error: Referenced column "nothing" not found in FROM clause!'),
        ("select getenv('HOME')", "Catalog Error: Scalar Function with name getenv does not exist!"),
        ("from outcome", "Catalog Error: Table with name outcome does not exist!"),
        ("select 'x'::int", "Conversion Error: Could not convert string 'x' to INT32"),
    ],
)
def test_invalid_sql_is_refused_with_the_fault_that_duckdb_reports(
    shared_logbook: DemoLogbook, query: str, fault: str
) -> None:
    outcome = shared_logbook.run("sql", query)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith(f"ladebog: The database cannot answer this query: {fault}")
    assert outcome.err.splitlines()[-1].startswith("  ")
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        (
            "select sum(energy_kw) from sessions",
            [
                'Binder Error: Referenced column "energy_kw" not found in FROM clause!',
                "  select sum(energy_kw) from sessions",
                "             ^^^^^^^^^",
                "  Did you mean 'energy_kwh'? See its columns with: ladebog sql --describe sessions",
            ],
        ),
        (
            "select note from months",
            [
                'Binder Error: Referenced column "note" not found in FROM clause!',
                "  select note from months",
                "         ^^^^",
                "  note is a column of sessions. See its columns with: ladebog sql --describe months",
            ],
        ),
        (
            "from facts.session_fact",
            [
                "Catalog Error: Table with name session_fact does not exist!",
                "  from facts.session_fact",
                "       ^^^^^^^^^^^^^^^^^^",
                "  Did you mean 'sessions'? See the tables with: ladebog sql --tables",
            ],
        ),
        (
            "select 1 +\n  year(month) = = 2 from months",
            [
                'Parser Error: syntax error at or near "="',
                "  LINE 2:   year(month) = = 2 from months",
                "                          ^",
                "  Correct the query, then run it again",
            ],
        ),
        (
            "select m.nothing from months m",
            [
                'Binder Error: Values list "m" does not have a column named "nothing"',
                "  select m.nothing from months m",
                "         ^^^^^^^^^",
                "  See its columns with: ladebog sql --describe months",
            ],
        ),
        (
            "select session_id + 1 from sessions",
            [
                "Binder Error: No function matches the given name and argument types '+(VARCHAR, INTEGER_LITERAL)'.",
                "  select session_id + 1 from sessions",
                "                    ^",
                "  See its columns with: ladebog sql --describe sessions",
            ],
        ),
        (
            "select average(energy_kwh) from months",
            [
                "Catalog Error: Scalar Function with name average does not exist!",
                "  select average(energy_kwh) from months",
                "         ^^^^^^^^^^^^^^^^^^^",
                '  See the functions with: ladebog sql "select distinct function_name from duckdb_functions()"',
            ],
        ),
        (
            "select energy_kwh % 0 from months",
            [
                "Invalid Input Error: Division by zero in expression (energy_kwh % 0.000).",
                "  Correct the query, then run it again",
            ],
        ),
    ],
)
def test_a_fault_is_shown_with_its_place_and_the_nearest_name(
    shared_logbook: DemoLogbook, query: str, lines: list[str]
) -> None:
    outcome = shared_logbook.run("sql", query)
    first, *rest = lines
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.splitlines() == [f"ladebog: The database cannot answer this query: {first}", *rest]


@pytest.mark.parametrize(
    "query",
    [
        "from months where month = '2025-03'",
        "from months where month in ('2025-03')",
        "from months where month > 2025",
        "from months where month like '2025%'",
        "from sessions where started_local > '2025-03'",
    ],
)
def test_a_month_that_is_compared_as_text_is_answered_with_how_dates_are_written(
    shared_logbook: DemoLogbook, query: str
) -> None:
    outcome = shared_logbook.run("sql", query)
    assert outcome.code == 1
    assert outcome.err.splitlines()[-1] == (
        "  Write a date like '2025-03-01', also that of a month; for a year: year(month) = 2025"
    )
    shared_logbook.do("sql", "from months where month = '2025-03-01' or year(month) = 2025")


@pytest.mark.system
def test_an_error_is_wrapped_between_words_on_a_terminal(shared_logbook: DemoLogbook) -> None:
    for arguments, code in ((["sql", "from months where month = '2025-03'"], 1), (["session", "show", "1"], 2)):
        printed, _ = run_on_a_terminal(shared_logbook, *arguments, with_all_streams=True, code=code, COLUMNS="60")
        assert max(map(len, printed.splitlines())) <= 60
        assert " ".join(printed.split()) == " ".join(shared_logbook.run(*arguments).err.split())


@pytest.mark.parametrize(
    ("word", "message", "advice"),
    [
        ("losses", "losses is not a query, but @losses is.", "Run it with: ladebog sql @losses"),
        (
            "biggest_sessions",
            "biggest_sessions is not a query, but @biggest-sessions is.",
            "Run it with: ladebog sql @biggest-sessions",
        ),
        (
            "staging.sessions",
            "staging.sessions is a table, and not a query.",
            'Its rows: ladebog sql "from staging.sessions"; its columns: ladebog sql --describe staging.sessions',
        ),
        (
            "loses",
            "loses is not a query. Did you mean '@losses'?",
            "List the queries with: ladebog sql --queries; the tables with: ladebog sql --tables",
        ),
    ],
)
def test_a_word_is_answered_with_the_query_or_table_of_that_name(
    shared_logbook: DemoLogbook, word: str, message: str, advice: str
) -> None:
    assert refusal(shared_logbook.run("sql", word), 1) == (message, advice)


@pytest.mark.parametrize(
    "query",
    [
        "show tables",
        "describe sessions",
        "summarize months",
        "values (1)",
        "table months",
        "select unnest([1, 2])",
        "from range(3)",
        "from duckdb_columns() limit 1",
        "from information_schema.tables",
        "from pg_catalog.pg_tables",
        "from duckdb_views",
        "select current_database(), current_schema(), version()",
        "with settings as (select 1 as one) from settings",
        "from months union all from months",
        "select 'from read_text(''x'')' as text -- a comment",
        "select 1; -- ;",
        "with recursive n as (select 1 as i union all select i + 1 from n where i < 3) from n",
        "from months pivot (sum(sessions) for currency in ('DKK'))",
        "select first_of_month(date '2025-03-30')",
    ],
)
def test_selects_of_every_kind_are_answered(shared_logbook: DemoLogbook, query: str) -> None:
    shared_logbook.do("sql", query)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--format", "parquet"], "Parquet cannot be printed: name a file with -o FILE."),
        (["--format", "xlsx", "-o", "/dev/stdout"], "An Excel workbook cannot be printed: name a file with -o FILE."),
        (["-o", "x.txt"], _TABLE_IN_A_FILE),
        (["--format", "xml"], _UNKNOWN_FORMAT),
    ],
)
def test_invalid_formats_are_refused(shared_logbook: DemoLogbook, options: list[str], expected: str) -> None:
    message, advice = refusal(shared_logbook.run("sql", "select 1", *options), 2)
    assert expected == message
    assert advice == "See its help with: ladebog sql --help"


@pytest.mark.system
def test_no_query_that_describes_the_database_prints_where_it_is(shared_logbook: DemoLogbook) -> None:
    found = shared_logbook.do(
        "sql", "select schema_name || '.' || view_name as name from duckdb_views() where internal"
    )
    views = found.out.split()[2:]
    assert "pg_catalog.pg_settings" in views
    assert shared_logbook.run("sql", "from pg_catalog.pg_settings").code == 1
    for query in [*(f"from {view}" for view in views), "show databases"]:
        outcome = shared_logbook.run("sql", query, "--format", "csv")
        assert str(shared_logbook.home) not in outcome.out + outcome.err, query


@pytest.mark.parametrize("query", ["selec 1", "select 'x'::int", "select * from range(3) where error('x') is null"])
def test_a_failed_query_leaves_an_existing_file_unchanged(
    shared_logbook: DemoLogbook, tmp_path: Path, query: str
) -> None:
    file = tmp_path / "kept.csv"
    file.write_text("as it was", "utf-8")
    assert shared_logbook.run("sql", query, "-o", str(file)).code == 1
    assert file.read_text("utf-8") == "as it was"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "arguments",
    [
        ["sql", "select \udcff"],
        ["explain", "\udcff"],
        ["session", "tag", "1", "\udce6\udcf8"],
        ["\udc80"],
        ["--home", "\udcff", "status"],
        ["import", "\udcff.har"],
    ],
    ids=["sql", "explain", "tag", "command", "home", "file"],
)
def test_an_argument_that_is_not_utf_8_is_refused(tmp_path: Path, arguments: list[str]) -> None:
    outcome = DemoLogbook(tmp_path / "logbook").run(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert " is not UTF-8. " in outcome.err
    assert "unexpected" not in outcome.err


def test_no_table_function_that_is_allowed_reads_a_table_by_its_name() -> None:
    """A table function or macro with such a parameter, or one that calls another, would read what nothing checked."""
    query = """
        select distinct function_name from duckdb_functions()
        where function_type in ('table', 'table_macro') and list_contains($allowed, function_name)
            and (
                list_has_any(parameters, ['table_name', 'source', 'query', 'sql', 'file', 'path', 'input_table'])
                or macro_definition like '%query%'
            )
            and function_name not in ('json_each', 'json_tree')  -- their path is one inside the JSON
    """
    with duckdb.connect() as connection:
        assert connection.execute(query, {"allowed": _TABLE_FUNCTIONS}).fetchall() == []
