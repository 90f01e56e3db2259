"""`ladebog sql`: where the query comes from, its parameters, its time zone, and what can be asked."""

import json
import re
from pathlib import Path

import openpyxl
import pytest

from pipeline.database import models
from pipeline.database.named_queries import named_queries
from tests.cli.conftest import CorrectedDemo
from tests.cli.refusal import refusal
from tests.cli.test_sql_limits import run_on_a_terminal
from tests.scenarios.demo_logbook import DemoLogbook

_ONE_OF_THESE = "Give one of these: a query, - to read it from standard input, --queries, --tables or --describe NAME."
_QUERY = "select count(*) as sessions from sessions where year(stopped_local) = $year"


def test_a_query_is_read_from_a_file_or_standard_input(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    typed = shared_logbook.do("sql", _QUERY, "--param", "year=2025").out
    assert int(typed.split()[-1]) > 0
    file = tmp_path / "my query.sql"
    file.write_bytes(b"\xef\xbb\xbf-- m\xc3\xa5neder\r\n" + _QUERY.encode() + b";\r\n")
    assert shared_logbook.do("sql", str(file), "--param", "year=2025").out == typed
    assert shared_logbook.run_process("sql", "-", "--param", "year=2025", stdin=_QUERY).out == typed


def test_a_query_may_end_like_the_name_of_a_file(shared_logbook: DemoLogbook) -> None:
    assert shared_logbook.do("sql", "select 1 as one -- like one.sql").out == "one  1\n"
    long_query = f"select '{'x' * 5000}' as text -- .sql"
    assert shared_logbook.do("sql", long_query).out == f"text  {'x' * 5000}\n"


def test_files_that_cannot_be_read_are_refused(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    missing = tmp_path / "missing.sql"
    assert refusal(shared_logbook.run("sql", str(missing)), 1) == (
        f"There is no file {missing}.",
        'Name another one, or type the query: ladebog sql "select ..."',
    )
    latin = tmp_path / "latin.sql"
    latin.write_bytes(b"select 1\n-- m\xe5ned")
    assert refusal(shared_logbook.run("sql", str(latin)), 1)[0] == f"{latin} is not UTF-8 (line 2)."


def test_a_query_of_a_file_has_the_same_limits(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    file = tmp_path / "copy.sql"
    file.write_text(f"copy months to '{tmp_path}/months.csv'", "utf-8")
    assert refusal(shared_logbook.run("sql", str(file)), 1)[0].startswith("A query must be one SELECT")
    file.write_text("from read_text($path)", "utf-8")
    assert refusal(shared_logbook.run("sql", str(file), "--param", f"path={file}"), 1)[0].startswith(
        "A query must be one SELECT"
    )
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("query", "value", "expected"),
    [
        ("select count(*) as n from sessions where session_id = $x", "713806", 1),
        ("select count(*) as n from months where month = $x", "2025-10-01", 1),
        ("select count(*) as n from sessions where energy_kwh > $x", "0.5", None),
        ("select length($x) as n", "it's; -- $y", 11),
        ("select $x as n", "a=b", "a=b"),
        ("select coalesce($x, 'null') as n", "", "null"),
        ("select cast(sum(sessions) * $x as integer) - sum(sessions) as n from months", "1", 0),
        ("select cast(10 * 1.5 - $x as varchar) as n", "-0.25", "15.25"),
        ("select $x + interval 1 month > '2025-03-30' as n", "2025-02-28", False),
        ("select $x || count(*) filter (false) as n from months", "007", "0070"),
        ("select cast(round(15.25, $x) as varchar) as n", "1", "15.3"),
        ("select cast($x as integer) + 1 as n", "41", 42),
    ],
)
def test_a_parameter_counts_as_the_type_that_is_needed(
    shared_logbook: DemoLogbook, query: str, value: str, expected: object
) -> None:
    out = shared_logbook.do("sql", query, "--param", f"x={value}", "--format", "json").out
    found = json.loads(out)[0]["n"]
    assert found == expected if expected is not None else found > 1


def test_a_value_whose_type_is_needed_and_unclear_is_answered_with_a_cast(shared_logbook: DemoLogbook) -> None:
    query = "select sum(energy_kwh) * $factor as n from months"
    for value in ("1,5", "1e3", "007", "2025-02-30"):
        assert shared_logbook.run("sql", query, "--param", f"factor={value}").err.endswith(
            "\n  State the type of the value that is text, for example: cast($factor as decimal(18, 6))\n"
        )


def test_a_copy_of_a_named_query_has_its_defaults(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    """Also after an edit: with a parameter that the head does not have, and without one that it has."""
    text = named_queries()["@biggest-sessions"].model.text
    file = tmp_path / "biggest.sql"
    file.write_text(text, "utf-8")
    for options in ([], ["--param", "year=2025", "--param", "rows=3"], ["--param", "account="]):
        assert shared_logbook.do("sql", str(file), *options) == shared_logbook.do("sql", "@biggest-sessions", *options)
    for options, message, advice in (
        (["account=hom"], "There is no account 'hom' in this logbook (accounts: demo).", None),
        (
            ["year=x"],
            f"The parameter year of {file} must be a whole number, not 'x'.",
            "The comments at the start of the query say what each means",
        ),
        (["rows="], f"The parameter rows of {file} must be a whole number above zero, not ''.", None),
        (["yaer=1"], "The query has no parameter $yaer (its parameters: $account, $rows, $year).", None),
    ):
        answer = shared_logbook.run("sql", str(file), *(word for option in options for word in ("--param", option)))
        found = refusal(answer, 2 if "account" in options[0] else 1)
        assert found[0] == message
        assert advice in (None, found[1])
    file.write_text(text.replace("coalesce(account = $account, true)", "energy_kwh > $least"), "utf-8")
    rows = json.loads(shared_logbook.do("sql", str(file), "--param", "least=20", "--format", "json").out)
    assert rows
    assert all(row["energy_kwh"] > 20 for row in rows)
    file.write_text("-- name: mine\n-- my months\n" + _QUERY, "utf-8")
    assert shared_logbook.do("sql", str(file), "--param", "year=2025").out.startswith("sessions")


def test_parameters_are_bound_in_files_too(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    for suffix in ("parquet", "xlsx", "csv"):
        path = tmp_path / f"rows.{suffix}"
        shared_logbook.do("sql", _QUERY, "--param", "year=2025", "-o", str(path))
        assert path.stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([_QUERY], 1, "The query has a parameter without a value: $year."),
        (
            [_QUERY, "--param", "year=2025", "--param", "car=Golf"],
            1,
            "The query has no parameter $car (its parameters: $year).",
        ),
        (["select 1", "--param", "year=2025"], 1, "The query has no parameter $year (its parameters: none)."),
        (
            [_QUERY, "--param", "2025"],
            2,
            "Invalid value for --param: '2025' is not NAME=VALUE, for example year=2025.",
        ),
        ([_QUERY, "--param", "year=1", "--param", "year=2"], 2, "Invalid value for --param: year is given twice."),
        (["@biggest"], 2, "There is no query @biggest. Did you mean '@biggest-sessions'?"),
        (
            ["@biggest-sessions", "--param", "rows=many"],
            1,
            "The parameter rows of @biggest-sessions must be a whole number above zero, not 'many'.",
        ),
        (
            ["@longest-gaps", "--param", "rows=-1"],
            1,
            "The parameter rows of @longest-gaps must be a whole number above zero, not '-1'.",
        ),
        (["@losses", "--param", "account=hom"], 2, "There is no account 'hom' in this logbook (accounts: demo)."),
        (["--tables", "-o", "x.csv"], 2, "Only the rows of a query are written to a file: leave out -o."),
        (["--queries", "--format", "xlsx"], 2, "An Excel workbook cannot be printed: name a file with -o FILE."),
        ([], 2, _ONE_OF_THESE),
        (["select 1", "--tables"], 2, _ONE_OF_THESE),
        (["--describe", "biggest-sessions"], 2, "biggest-sessions is not a table, but @biggest-sessions is a query."),
        (["--describe", "cost_per_car"], 2, "cost_per_car is not a table, but @cost-per-car is a query."),
        (["--describe", "session_fact"], 2, "There is no table session_fact. Did you mean 'sessions'?"),
        (["--describe", "session"], 2, "There is no table session. Did you mean 'sessions'?"),
        (["--describe", "@longest-gap"], 2, "There is no query @longest-gap. Did you mean '@longest-gaps'?"),
    ],
)
def test_wrong_questions_are_refused(
    shared_logbook: DemoLogbook, arguments: list[str], code: int, message: str
) -> None:
    assert refusal(shared_logbook.run("sql", *arguments), code)[0] == message


def test_a_named_query_is_answered_with_its_parameters(shared_logbook: DemoLogbook) -> None:
    arguments = ("sql", "@biggest-sessions", "--param", "rows=3", "--format", "json")
    rows = json.loads(shared_logbook.do(*arguments).out)
    assert [row["energy_kwh"] for row in rows] == sorted((row["energy_kwh"] for row in rows), reverse=True)
    assert len(rows) == 3
    assert shared_logbook.do(*arguments, "--param", "year=2024").out == "[]\n"


def test_a_table_that_a_named_query_cuts_says_how_many_rows_there_are(shared_logbook: DemoLogbook) -> None:
    total = shared_logbook.value("select count(*) as n from sessions")
    outcome = shared_logbook.do("sql", "@biggest-sessions")
    assert len(outcome.out.splitlines()) == 1 + 20
    assert outcome.err == f"ladebog: note: 20 of {total} rows are shown. To get all: --param rows={total}\n"
    assert shared_logbook.do("--quiet", "sql", "@biggest-sessions").err == ""
    every = shared_logbook.do("sql", "@biggest-sessions", "--param", f"rows={total}")
    assert (len(every.out.splitlines()), every.err) == (1 + total, "")
    assert shared_logbook.do("sql", "@biggest-sessions", "--format", "csv").err == ""


@pytest.mark.parametrize("comment", ["-- one\n", "--one\n", "--\n", "/* one\n */ -- two\n", "\n  -- one\n"])
def test_a_query_may_begin_with_a_comment(shared_logbook: DemoLogbook, tmp_path: Path, comment: str) -> None:
    query = f"{comment}select $x as one"
    file = tmp_path / "one.sql"
    file.write_text(query, "utf-8")
    for argument, stdin in ((query, ""), (str(file), "")):
        assert shared_logbook.do("sql", argument, "--param", "x=--1", stdin=stdin).out == "one  --1\n"


@pytest.mark.system
def test_a_query_from_standard_input_may_begin_with_a_comment(shared_logbook: DemoLogbook) -> None:
    assert shared_logbook.run_process("sql", "-", stdin="-- one\n/* two */ select 1 as one").out == "one  1\n"


@pytest.mark.system
def test_moments_are_in_the_zone_of_the_accounts(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    query = "select started_at, started_local, hour(started_at) as hour from sessions where session_id = '713806'"
    (row,) = json.loads(shared_logbook.do("sql", query, "--format", "json").out)
    assert row["started_at"].removesuffix("+01:00").removesuffix("+02:00") == row["started_local"]
    assert row["hour"] == int(row["started_local"][11:13])
    out = shared_logbook.do("sql", query).out
    assert out.splitlines()[0].startswith(f"started_at     {row['started_local'].replace('T', ' ')}+0")

    travelled = shared_logbook.copied(tmp_path / "travelled")
    travelled.do("account", "add", "away", "--url", "http://127.0.0.1:9", "--timezone", "Pacific/Apia")
    travelled.do("transform")
    outcome = travelled.do("sql", query, "--format", "json")
    assert json.loads(outcome.out)[0]["started_at"].endswith("Z")
    assert outcome.err == ("ladebog: note: the accounts have different time zones, so the query's times are in UTC\n")
    workbook = tmp_path / "rows.xlsx"
    travelled.do("sql", query, "-o", str(workbook))
    names, _ = openpyxl.load_workbook(workbook)["Rows"].iter_rows(values_only=True)
    assert names == ("started_at (UTC)", "started_local", "hour")
    assert "in UTC" in travelled.do("sql", "select [started_at] as moments from sessions limit 1").err
    assert travelled.do("sql", "select month, started_local from sessions, months limit 1").err == ""
    assert travelled.do("--quiet", "sql", query).err == ""


def test_the_present_time_of_a_demo_is_that_of_its_logbook(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    logbook = shared_logbook.copied(tmp_path / "past")
    with logbook.paths.settings.open("a", encoding="utf-8") as settings:
        settings.write("\n[demo]\nnow = 2025-10-25T22:30:00Z\n")  # half past midnight of the next day in Denmark
    names = "now(), current_timestamp, localtimestamp, current_localtimestamp(), today(), current_date"
    query = f"select list_transform([{names}], lambda one: strftime(one::timestamp, '%d %H:%M')) as times"
    (row,) = json.loads(logbook.do("sql", query, "--format", "json").out)
    assert row["times"] == [*["26 00:30"] * 4, *["26 00:00"] * 2]
    times = "select left(current_time::text, 5) as one, left(localtime::text, 5) as other"
    assert json.loads(logbook.do("sql", times, "--format", "json").out) == [{"one": "00:30", "other": "00:30"}]


def test_all_tables_are_listed_with_their_rows(shared_logbook: DemoLogbook) -> None:
    lines = shared_logbook.do("sql", "--tables").out.splitlines()
    listed = {line.split()[0]: int(line.split()[-1]) for line in lines[1 : lines.index("")]}
    assert set(listed) == {table.name for table in (*models.schema(), *models.marts()) if "." not in table.name}
    count = json.loads(shared_logbook.do("sql", "select count(*) as n from power_samples", "--format", "json").out)
    assert listed["power_samples"] == count[0]["n"] > 0


@pytest.mark.system
@pytest.mark.parametrize("name", [table.name for table in (*models.schema(), *models.transformed(), *models.seeds())])
def test_each_table_is_described_with_an_example_that_is_answered(shared_logbook: DemoLogbook, name: str) -> None:
    out = shared_logbook.do("sql", "--describe", name).out
    table = next(one for one in (*models.schema(), *models.transformed(), *models.seeds()) if one.name == name)
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[3 : 3 + len(table.columns)]] == list(table.columns)
    assert all(meaning in out for meaning in table.columns.values())
    assert ("group sums by currency" in out) is ("currency" in table.columns)
    example = lines[-1].partition('ladebog sql "')[2].removesuffix('"')
    shared_logbook.do("sql", example, "--format", "csv")


def test_each_named_query_is_listed_and_described(shared_logbook: DemoLogbook) -> None:
    listed = shared_logbook.do("sql", "--queries").out
    for query in named_queries().values():
        assert f"\n{query.name} " in listed
        assert query.model.purpose in listed
        description = shared_logbook.do("sql", "--describe", query.name).out
        for text in (*query.model.columns.values(), *(parameter.meaning for parameter in query.parameters)):
            assert text in description
        assert query.model.statement in description
        assert query.model.notes in description


def test_the_lists_are_printed_in_each_format(shared_logbook: DemoLogbook) -> None:
    tables = json.loads(shared_logbook.do("sql", "--tables", "--format", "json").out)
    assert {row["table"] for row in tables} == {table.name for table in models.published()}
    assert {type(row["rows"]) for row in tables} == {int}
    queries = shared_logbook.do("sql", "--queries", "--format", "csv").out.splitlines()
    assert [line.partition(",")[0] for line in queries] == ["query", *named_queries()]
    columns = shared_logbook.do("sql", "--describe", "months", "--format", "ndjson").out.splitlines()
    assert [json.loads(line)["column"] for line in columns] == list(models.tables()["months"].columns)
    parts = json.loads(shared_logbook.do("sql", "--describe", "@losses", "--format", "json").out)
    assert parts[2] == {
        "part": "parameter",
        "name": "rows",
        "type": "count",
        "default": "20",
        "meaning": "how many sessions, those with the largest difference first",
    }
    assert shared_logbook.do("sql", "--describe", "months", "--format", "markdown").out.startswith("| column | type |")


def test_the_lists_need_no_logbook_where_they_ask_nothing_of_it(tmp_path: Path) -> None:
    elsewhere = DemoLogbook(tmp_path / "nowhere")
    assert "@biggest-sessions" in elsewhere.do("sql", "--queries").out
    assert refusal(elsewhere.run("sql", "--tables"), 1)[0]


@pytest.mark.system
def test_a_dumb_terminal_has_all_columns_in_lines_that_are_as_long_as_in_a_pipe(shared_logbook: DemoLogbook) -> None:
    for arguments in (("sql", "from sessions limit 3"), ("sql", "--describe", "months"), ("months",), ("check",)):
        printed, _ = run_on_a_terminal(shared_logbook, *arguments, COLUMNS="40", TERM="dumb")
        assert printed == shared_logbook.do(*arguments).out
    _, error = run_on_a_terminal(shared_logbook, "sql", "", COLUMNS="40", TERM="dumb", code=1)
    assert len(error.splitlines()) == 2


@pytest.mark.system
def test_a_narrow_terminal_shows_the_ids_and_names_the_columns_that_are_missing(shared_logbook: DemoLogbook) -> None:
    printed, _ = run_on_a_terminal(shared_logbook, "sql", "from sessions", COLUMNS="80")
    assert max(map(len, printed.splitlines())) <= 80
    assert "713806" in printed
    assert "Not shown, for lack of room: account (demo), kind" in printed.replace("\n", " ")
    wide, _ = run_on_a_terminal(shared_logbook, "sql", "from sessions", "--wide", COLUMNS="80")
    assert "Not shown" not in wide
    assert "curve_sha256" in wide.splitlines()[0]


@pytest.mark.system
def test_a_narrow_terminal_never_leaves_out_which_of_several_currencies_an_amount_has(
    shared_logbook: DemoLogbook,
) -> None:
    query = "select s.* replace (c.currency as currency) from sessions as s, (values ('DKK'), {}) as c(currency)"
    several, _ = run_on_a_terminal(shared_logbook, "sql", query.format("('EUR')"), COLUMNS="80")
    assert {"DKK", "EUR"} <= set(several.split())
    one, _ = run_on_a_terminal(shared_logbook, "sql", query.format("('DKK')"), COLUMNS="80")
    assert "currency (DKK)" in one


@pytest.mark.system
def test_a_narrow_terminal_shows_what_an_operator_changed(corrected_demo: CorrectedDemo) -> None:
    logbook = DemoLogbook(corrected_demo.home.parent)
    answer = ["session_id", "changed", "energy_kwh_before", "energy_kwh", "amount_before", "amount_incl_tax"]
    for columns, names in (("80", answer), ("100", [*answer, "amount_difference"])):
        printed, _ = run_on_a_terminal(logbook, "sql", "@revisions", COLUMNS=columns)
        _, _, missing = printed.partition("Not shown, for lack of room: ")
        assert "fetched_at" in missing
        assert not set(names) & set(re.findall(r"\w+", missing))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("@price-decomposition", ["month", "price_incl_tax", "spot_per_kwh", "tax_per_kwh", "unexplained_per_kwh"]),
        ("@by-charge-point", ["charge_point", "energy_kwh", "amount_incl_tax", "average_price_incl_tax"]),
    ],
)
def test_a_narrow_terminal_shows_the_columns_that_answer(
    shared_logbook: DemoLogbook, query: str, names: list[str]
) -> None:
    printed, _ = run_on_a_terminal(shared_logbook, "sql", query, COLUMNS="80")
    _, _, missing = printed.partition("Not shown, for lack of room: ")
    assert not [name for name in names if name in missing.replace("\n", " ")]


@pytest.mark.system
def test_a_wide_table_that_does_not_fit_is_printed_in_the_users_pager(shared_logbook: DemoLogbook) -> None:
    pager = {"PAGER": "sed s/^/paged:/", "COLUMNS": "80"}
    wide, _ = run_on_a_terminal(shared_logbook, "sql", "from sessions", "--wide", with_all_streams=True, **pager)
    assert all(line.startswith("paged:") for line in wide.splitlines())
    assert "curve_sha256" in wide.splitlines()[0]
    for arguments in (["from sessions"], ["select session_id from sessions", "--wide"]):
        fitting, _ = run_on_a_terminal(shared_logbook, "sql", *arguments, with_all_streams=True, **pager)
        assert "paged:" not in fitting


def test_a_wide_table_is_not_paged_without_a_keyboard_or_in_a_pipe(shared_logbook: DemoLogbook) -> None:
    pager = {"PAGER": "sed s/^/paged:/", "COLUMNS": "80"}
    printed, _ = run_on_a_terminal(shared_logbook, "sql", "from sessions", "--wide", **pager)
    assert "paged:" not in printed
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAGER", "sed s/^/paged:/")
        assert "paged:" not in shared_logbook.do("sql", "from sessions", "--wide").out
