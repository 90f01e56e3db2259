"""`ladebog sql`: the same rows as a table, CSV, JSON, Markdown, Parquet and a workbook."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars
import pytest

from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.demo import expected_marts
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

_DIFFICULT_VALUES = """
    select
        cast(12345678901234567890.123456789012345678 as decimal(38, 18)) as exact,
        cast(0.10 as decimal(18, 2)) as ten_oere,
        cast(-7 as integer) as whole,
        date '2025-03-30' as day,
        timestamptz '2025-03-30 14:36:38+02:00' as moment,
        'æ "quoted", 🚗' || chr(10) || 'second line' as note,
        null as nothing,
        true as flag,
        ['a', 'b'] as names
"""
_MONTHS = "select month, sessions, energy_kwh, amount_incl_tax from months order by month"


def test_rows_are_printed_as_a_table(shared_logbook: DemoLogbook) -> None:
    query = "select session_id, energy_kwh, note from sessions order by stopped_at desc limit 2"
    assert shared_logbook.do("sql", query) == Outcome(
        0,
        "session_id  energy_kwh  note\n721595          63.086  -\n719613          47.169  -\n",
        "",
    )


def test_rows_are_printed_as_csv(shared_logbook: DemoLogbook) -> None:
    rows = list(csv.reader(io.StringIO(shared_logbook.do("sql", _DIFFICULT_VALUES, "--format", "csv").out)))
    assert rows == [
        ["exact", "ten_oere", "whole", "day", "moment", "note", "nothing", "flag", "names"],
        [
            "12345678901234567890.123456789012345678",
            "0.10",
            "-7",
            "2025-03-30",
            "2025-03-30T14:36:38+02:00",
            'æ "quoted", 🚗\nsecond line',
            "",
            "True",
            '["a","b"]',
        ],
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("{'day': date '2025-03-30', 'kwh': 1.50}", '{"day":"2025-03-30","kwh":1.50}'),
        ("[{'note': 'æ \"quoted\"'}, null]", r'[{"note":"æ \"quoted\""},null]'),
        ("map {1.5: 2}", '{"1.5":2}'),
        ("map {true: [1, null]}", '{"true":[1,null]}'),
        ("array_value(1, 2)", "[1,2]"),
        ("cast([] as integer[])", "[]"),
    ],
)
def test_structs_maps_and_lists_are_json_in_each_format(shared_logbook: DemoLogbook, value: str, cell: str) -> None:
    query = f"select {value} as value"
    rows = list(csv.reader(io.StringIO(shared_logbook.do("sql", query, "--format", "csv").out)))
    assert rows == [["value"], [cell]]
    (row,) = json.loads(shared_logbook.do("sql", query, "--format", "json").out, parse_float=Decimal)
    assert row["value"] == json.loads(cell, parse_float=Decimal)
    assert shared_logbook.do("sql", query).out == f"value  {cell}\n"


@pytest.mark.parametrize(
    ("value", "shown", "in_json"),
    [
        ("cast(0 as decimal(18, 9))", "0.000000000", "0.000000000"),
        ("cast(0.0000001 as decimal(38, 18))", "0.000000100000000000", "0.000000100000000000"),
        ("[cast(0 as decimal(18, 9))]", "[0.000000000]", "[0.000000000]"),
        ("map {cast(0 as decimal(18, 9)): 1}", '{"0.000000000":1}', '{"0.000000000":1}'),
        ("1 / 0", "Infinity", '"Infinity"'),
        ("-1 / 0", "-Infinity", '"-Infinity"'),
        ("[cast('nan' as double)]", '["NaN"]', '["NaN"]'),
    ],
)
def test_numbers_have_no_exponent_and_what_is_no_number_has_a_name(
    shared_logbook: DemoLogbook, value: str, shown: str, in_json: str
) -> None:
    query = f"select {value} as value"
    assert shared_logbook.do("sql", query).out == f"value  {shown}\n"
    rows = list(csv.reader(io.StringIO(shared_logbook.do("sql", query, "--format", "csv").out)))
    assert rows == [["value"], [shown]]
    assert shared_logbook.do("sql", query, "--format", "ndjson").out == f'{{"value":{in_json}}}\n'
    assert shared_logbook.do("sql", query, "--format", "markdown").out.endswith(f"| {shown} |\n")


def test_csv_has_bytes_and_intervals_as_json_does(shared_logbook: DemoLogbook) -> None:
    query = "select 'ab'::blob as bytes, interval '1 day 2 hours' as interval"
    assert shared_logbook.do("sql", query, "--format", "csv").out == "bytes,interval\nYWI=,P1DT7200S\n"
    (row,) = json.loads(shared_logbook.do("sql", query, "--format", "json").out)
    assert row == {"bytes": "YWI=", "interval": "P1DT7200S"}


def test_json_has_numbers_exact_to_the_last_digit(shared_logbook: DemoLogbook) -> None:
    out = shared_logbook.do("sql", _DIFFICULT_VALUES, "--format", "json").out
    assert json.loads(out, parse_float=Decimal) == [
        {
            "exact": Decimal("12345678901234567890.123456789012345678"),
            "ten_oere": Decimal("0.10"),
            "whole": -7,
            "day": "2025-03-30",
            "moment": "2025-03-30T14:36:38+02:00",
            "note": 'æ "quoted", 🚗\nsecond line',
            "nothing": None,
            "flag": True,
            "names": ["a", "b"],
        }
    ]


def test_a_query_without_rows_prints_the_column_names(shared_logbook: DemoLogbook) -> None:
    query = "select 1 as one where false"
    assert shared_logbook.do("sql", query, "--format", "json").out == "[]\n"
    assert shared_logbook.do("sql", query, "--format", "csv").out == "one\n"
    assert shared_logbook.do("sql", query).out == "one\n(no rows)\n"


def test_each_format_has_the_figures_of_the_operator(
    shared_logbook: DemoLogbook, operator: DemoServer, tmp_path: Path
) -> None:
    names = ("month", "sessions", "energy_kwh", "amount_incl_tax")
    months = [{name: row[name] for name in names} for row in expected_marts.months(operator.tenant)]
    # The first listed month is incomplete: sessions that stopped in it may have begun before it.
    expected = [row for row in months if row["month"] > date(2025, 9, 1)]

    for suffix in ("csv", "json", "parquet"):
        path = tmp_path / f"months.{suffix}"
        assert shared_logbook.do("sql", _MONTHS, "-o", str(path)).out == f"Wrote {path}.\n"
        assert path.stat().st_mode & 0o777 == 0o600
    rows = json.loads((tmp_path / "months.json").read_text("utf-8"), parse_float=Decimal)
    assert expected == [row | {"month": date.fromisoformat(row["month"])} for row in rows][1:]
    assert expected == polars.read_parquet(tmp_path / "months.parquet").to_dicts()[1:]
    text = (tmp_path / "months.csv").read_text("utf-8")
    assert text == shared_logbook.do("sql", _MONTHS, "--format", "csv").out
    assert [[row[0], row[1], Decimal(row[2]), Decimal(row[3])] for row in csv.reader(text.splitlines()[2:])] == [
        [str(row["month"]), str(row["sessions"]), row["energy_kwh"], row["amount_incl_tax"]] for row in expected
    ]


def test_parquet_keeps_types(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    path = tmp_path / "values.parquet"
    shared_logbook.do("-q", "sql", _DIFFICULT_VALUES, "-o", str(path))
    (row,) = polars.read_parquet(path).to_dicts()
    assert row == {
        "exact": Decimal("12345678901234567890.123456789012345678"),
        "ten_oere": Decimal("0.10"),
        "whole": -7,
        "day": date(2025, 3, 30),
        "moment": datetime(2025, 3, 30, 12, 36, 38, tzinfo=UTC),
        "note": 'æ "quoted", 🚗\nsecond line',
        "nothing": None,
        "flag": True,
        "names": ["a", "b"],
    }


def test_ndjson_has_an_object_per_line(shared_logbook: DemoLogbook) -> None:
    query = "select * from (values (1, 'a'), (2, null)) as t(one, two)"
    assert shared_logbook.do("sql", query, "--format", "ndjson").out == '{"one":1,"two":"a"}\n{"one":2,"two":null}\n'
    assert shared_logbook.do("sql", "select 1 where false", "--format", "ndjson").out == ""


def test_markdown_has_texts_that_stay_in_their_cells(shared_logbook: DemoLogbook) -> None:
    query = "select 1.50 as kwh, 'a|b' || chr(10) || '*<b>_' as note, null as nothing"
    assert shared_logbook.do("sql", query, "--format", "markdown").out == (
        "| kwh | note | nothing |\n| ---: | --- | --- |\n| 1.50 | a\\|b<br>\\*\\<b>\\_ |  |\n"
    )
    assert shared_logbook.do("sql", "select 1 as a_b where false", "--format", "markdown").out == (
        "| a\\_b |\n| --- |\n"
    )


def test_a_workbook_has_numbers_days_and_wall_times_and_no_formulas(
    shared_logbook: DemoLogbook, tmp_path: Path
) -> None:
    path = tmp_path / "rows.xlsx"
    query = (
        "select *, '=1+1' as formula, '+45' as phone, 'nan'::double as not_a_number, date '0001-01-01' as early "  # noqa: S608
        f"from ({_DIFFICULT_VALUES})"
    )
    shared_logbook.do("sql", query, "-o", str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    sheet = openpyxl.load_workbook(path)["Rows"]
    names, cells = sheet.iter_rows()
    row = {name.value: cell for name, cell in zip(names, cells, strict=True)}
    assert {name: cell.value for name, cell in row.items()} == {
        "exact": "12345678901234567890.123456789012345678",
        "ten_oere": 0.1,
        "whole": -7,
        "day": datetime(2025, 3, 30),  # noqa: DTZ001 (a sheet has no zones)
        "moment": datetime(2025, 3, 30, 14, 36, 38),  # noqa: DTZ001
        "note": 'æ "quoted", 🚗\nsecond line',
        "nothing": None,
        "flag": True,
        "names": '["a","b"]',
        "formula": "=1+1",
        "phone": "+45",
        "not_a_number": "NaN",
        "early": "0001-01-01",
    }
    assert {row["formula"].data_type, row["phone"].data_type} == {"s"}
    assert {name: row[name].number_format for name in ("ten_oere", "whole", "day", "moment")} == {
        "ten_oere": "#,##0.00",
        "whole": "0",
        "day": "yyyy-mm-dd",
        "moment": 'yyyy-mm-dd hh:mm:ss "+02:00"',
    }
    assert [name.value for name in names if name.alignment.horizontal == "right"] == [
        *("exact", "ten_oere", "whole", "day", "moment", "not_a_number", "early"),
    ]
    assert {name for name, cell in row.items() if cell.alignment.horizontal == "right"} == {
        *("exact", "not_a_number", "early"),  # texts of such columns; Excel itself puts numbers and times on the right
    }
    assert all(name.font.bold for name in names)


def test_a_workbook_shows_which_of_the_two_hours_of_an_autumn_night_a_moment_is_in(
    shared_logbook: DemoLogbook, tmp_path: Path
) -> None:
    path = tmp_path / "rows.xlsx"
    query = """
        select moment, timezone('Europe/Copenhagen', moment) as local
        from (values (timestamptz '2025-10-26 00:10:00Z'), (timestamptz '2025-10-26 01:10:00Z')) as times(moment)
        order by moment
    """
    shared_logbook.do("sql", query, "-o", str(path))
    names, *rows = openpyxl.load_workbook(path)["Rows"].iter_rows()
    assert [name.value for name in names] == ["moment", "local"]
    assert {cell.value for row in rows for cell in row} == {datetime(2025, 10, 26, 2, 10)}  # noqa: DTZ001
    assert [[cell.number_format for cell in row] for row in rows] == [
        [f'yyyy-mm-dd hh:mm:ss "{offset}"', "yyyy-mm-dd hh:mm:ss"] for offset in ("+02:00", "+01:00")
    ]


def test_a_workbook_is_printed_in_landscape_with_the_names_on_each_page(
    shared_logbook: DemoLogbook, tmp_path: Path
) -> None:
    path = tmp_path / "rows.xlsx"
    shared_logbook.do("sql", "from sessions", "-o", str(path))
    sheet = openpyxl.load_workbook(path)["Rows"]
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.page_setup.orientation) == ("A2", "$1:$1", "landscape")
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    assert {8 <= sheet.column_dimensions[letter].width <= 60 for letter in "ABCDEF"} == {True}


@pytest.mark.system
def test_more_rows_than_a_sheet_holds_are_refused(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    message, advice = refusal(
        shared_logbook.run("sql", "from range(1048576)", "-o", str(tmp_path / "rows.xlsx"), "--timeout", "300"), 1
    )
    assert message == "A sheet of Excel can hold 1,048,575 rows, and there are more."
    assert advice == "Ask for less, or use --format csv"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["md", "jsonl", "MD"])
def test_a_file_is_written_in_the_format_that_it_is_named_after(
    shared_logbook: DemoLogbook, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"rows.{suffix}"
    shared_logbook.do("sql", "select 1 as one", "-o", str(path))
    assert path.read_text("utf-8") == {"md": "| one |\n| ---: |\n| 1 |\n", "jsonl": '{"one":1}\n'}[suffix.lower()]


def test_a_single_row_is_printed_as_a_record(shared_logbook: DemoLogbook) -> None:
    assert shared_logbook.do("sql", "select 1.50 as kwh, null as note, 'x' as longer_name").out == (
        "kwh          1.50\nnote         -\nlonger_name  x\n"
    )


def test_the_format_option_takes_precedence_over_the_name_of_the_file(
    shared_logbook: DemoLogbook, tmp_path: Path
) -> None:
    path = tmp_path / "rows.txt"
    assert shared_logbook.do("-q", "sql", "select 1 as one", "--format", "csv", "-o", str(path)).out == ""
    assert path.read_bytes() == b"one\n1\n"


def test_show_tables_lists_the_marts(shared_logbook: DemoLogbook) -> None:
    tables = json.loads(shared_logbook.do("sql", "show tables", "--format", "json").out)
    assert {"sessions", "charging_periods", "power_samples", "days", "months", "documents", "runs"} <= {
        row["name"] for row in tables
    }


def test_two_columns_of_one_name_are_refused(shared_logbook: DemoLogbook) -> None:
    message, advice = refusal(shared_logbook.run("sql", "select 1 as a, 2 as a, 3 as b", "--format", "json"), 1)
    assert message == "Several columns are called a."
    assert advice == "Give each its own name: select ... as NAME"
