"""The workbook, read back with openpyxl: values, types, formats and how it prints."""

import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from reports.excel.text import CUT
from reports.month.report import Report
from reports.month.workbook import write_workbook
from tests.scenarios.written_logbook import WrittenLogbook


def write_and_open(report: Report, folder: Path) -> Any:
    write_workbook(report, folder / "report.xlsx")
    return openpyxl.load_workbook(folder / "report.xlsx")


def row_of(sheet: Any, label: str) -> list[Any]:
    """The values in the row of the first cell that contains `label`, to the right of it, without empty cells."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == label:
                values = [other.value for other in row[cell.column :]]
                return [value for value in values if value is not None]
    raise AssertionError(f"{label!r} is not on the sheet")


def texts(sheet: Any) -> list[str]:
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def is_number(cell: Any) -> bool:
    return isinstance(cell.value, int | float)


def columns(sheet: Any) -> dict[str, int]:
    return {str(cell.value).replace("\n", " "): cell.column for cell in sheet[1]}


def report_with_note(report: Report, note: str) -> Report:
    return replace(report, sessions=({**report.sessions[0], "note": note}, *report.sessions[1:]))


def test_the_summary_states_account_period_and_state(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    sheet = write_and_open(report_logbook.report("2025-03"), tmp_path)["Summary"]
    assert texts(sheet)[:2] == ["Charging report", "March 2025"]
    assert row_of(sheet, "Account") == ["home"]
    assert row_of(sheet, "Period") == ["2025-03-01 to 2025-03-31"]
    assert row_of(sheet, "Time zone") == ["Europe/Copenhagen"]
    assert row_of(sheet, "Attribution") == ["Each session counts in full in the month in which it stopped."]
    assert row_of(sheet, "State") == ["Closed: listed after its end, with the details of every session"]
    assert row_of(sheet, "Generated") == ["2025-07-01 10:00"]
    assert texts(sheet)[-1] == "Nothing is known to be missing."


def test_the_summary_has_the_months_figures(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    sheet = write_and_open(report_logbook.report("2025-03"), tmp_path)["Summary"]
    assert row_of(sheet, "Sessions") == [2]
    assert row_of(sheet, "Energy") == [32.342, "kWh"]
    assert row_of(sheet, "Gross, incl. Moms") == [71.34, "DKK"]
    assert row_of(sheet, "of which Moms") == [14.27, "DKK"]
    assert row_of(sheet, "Net, excl. Moms") == [57.07, "DKK"]
    assert row_of(sheet, "Average price, incl. Moms") == [2.205801, "DKK per kWh"]
    assert row_of(sheet, "Largest session") == [21.469, "kWh, 51.74 DKK, on 2025-03-05, session 1"]
    formats = {row[1].value: row[2].number_format for row in sheet.iter_rows(min_row=12, max_row=18)}
    assert formats == {
        "Sessions": "#,##0",
        "Energy": "#,##0.000",
        "Gross, incl. Moms": "#,##0.00",
        "of which Moms": "#,##0.00",
        "Net, excl. Moms": "#,##0.00",
        "Average price, incl. Moms": "#,##0.0000",
        "Largest session": "#,##0.000",
    }


def test_currencies_are_separate_and_an_unknown_tax_is_shown_as_unknown(
    report_logbook: WrittenLogbook, tmp_path: Path
) -> None:
    sheet = write_and_open(report_logbook.report("2025-04"), tmp_path)["Summary"]
    all_texts = texts(sheet)
    assert [text for text in all_texts if text.startswith("Figures")] == ["Figures, DKK", "Figures, EUR"]
    euro = all_texts[all_texts.index("Figures, EUR") :]
    assert euro[euro.index("of which Moms") + 1] == euro[euro.index("Net, excl. Moms") + 1] == "unknown"
    assert all_texts[all_texts.index("Known gaps") + 1] == "None besides the findings below."
    assert len(sheet._charts) == 2


def test_the_chart_covers_all_days_of_the_month(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    workbook = write_and_open(report_logbook.report("2025-03"), tmp_path)
    assert workbook.sheetnames == ["Summary", "Sessions", "Days"]
    days = list(workbook["Days"].values)
    assert days[0] == ("Day", "Sessions", "Energy (kWh)", "DKK, incl. Moms")
    assert len(days) == 32
    assert days[5] == (datetime(2025, 3, 5), 1, 21.469, 51.74)  # noqa: DTZ001 (a spreadsheet's times are naive)
    assert days[6][1:] == (0, 0, 0)
    (chart,) = workbook["Summary"]._charts
    line = chart._charts[1]
    assert chart.series[0].val.numRef.f == "'Days'!$C$2:$C$32"
    assert line.series[0].val.numRef.f == "'Days'!$D$2:$D$32"
    assert line.y_axis.crosses == "max"


def test_a_year_lists_all_its_months(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    workbook = write_and_open(report_logbook.report("2025"), tmp_path)
    assert workbook.sheetnames == ["Summary", "Sessions"]
    rows = [row[1:] for row in workbook["Summary"].values]
    first = next(index for index, row in enumerate(rows) if row[0] == "Month") + 1
    assert [row[0].month for row in rows[first : first + 12]] == list(range(1, 13))
    assert rows[first + 2][1:] == (2, 32.342, 71.34, 14.27, 57.07, 2.205801, "closed")
    assert rows[first + 3][1:4] == (2, 5, 12.5)  # of April, what was billed in DKK
    assert rows[first + 1][1:] == (0, 0, 0, 0, 0, None, "not closed")
    assert rows[first + 4][1:] == (None, None, None, None, None, None, "not closed"), "nothing is known of it"
    assert rows[first + 12][:7] == ("Total", 4, 37.342, 83.84, 16.77, 67.07, 2.245193)
    assert len(workbook["Summary"]._charts) == 2
    assert workbook["Summary"]._charts[0].series[0].val.numRef.f == f"'Summary'!$D${first + 1}:$D${first + 12}"


def test_the_days_of_a_month_that_is_not_closed_end_with_its_last_session(
    report_logbook: WrittenLogbook, tmp_path: Path
) -> None:
    days = list(write_and_open(report_logbook.report("2024-03"), tmp_path)["Days"].values)
    assert [row[:4] for row in days[4:10]] == [
        (datetime(2024, 3, day), *figures)  # noqa: DTZ001 (a spreadsheet's times are naive)
        for day, figures in zip(
            range(4, 10), [(0, 0, 0), (1, 10, 25), (0, 0, 0), (1, 10, 25), *[(None,) * 3] * 2], strict=True
        )
    ]


def test_a_chart_has_a_title_and_a_text_for_those_who_cannot_see_it(
    report_logbook: WrittenLogbook, tmp_path: Path
) -> None:
    workbook = write_and_open(report_logbook.report("2025-04"), tmp_path)
    assert workbook.properties.language == "en"
    with zipfile.ZipFile(tmp_path / "report.xlsx") as members:
        drawing = etree.fromstring(members.read("xl/drawings/drawing1.xml"))
    assert [properties.get("descr") for properties in drawing.iter("{*}cNvPr")] == [
        f"Energy in kWh as columns and cost in {currency} as a line, for each day of April 2025. "
        "The figures are on the sheet Days, rows 2 to 31."
        for currency in ("DKK", "EUR")
    ]
    titles = [chart.title.tx.rich.p[0].r[0].t for chart in workbook["Summary"]._charts]
    assert titles == ["Energy and cost per day, April 2025"] * 2


@pytest.mark.parametrize(("year", "month", "money"), [("2025", 3, "#,##0.00"), ("2023", 3, "#,##0")])
def test_the_figures_of_a_years_months_and_of_its_total_have_their_formats(
    report_logbook: WrittenLogbook, tmp_path: Path, year: str, month: int, money: str
) -> None:
    sheet = write_and_open(report_logbook.report(year), tmp_path)["Summary"]
    headings = next(row for row in sheet.iter_rows() if row[1].value == "Month")
    for offset in (month, 13):
        cells = [sheet.cell(headings[0].row + offset, column) for column in range(3, 9)]
        expected = ["#,##0", "#,##0.000", money, money, money, "#,##0.0000"]
        formats = [(cell.number_format, style) for cell, style in zip(cells, expected, strict=True) if is_number(cell)]
        assert [style for style, _ in formats] == [style for _, style in formats]
        assert is_number(cells[-1])


def test_sessions_are_rows_of_typed_cells(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    sheet = write_and_open(report_logbook.report("2025-03"), tmp_path)["Sessions"]
    column = columns(sheet)
    row = {heading: sheet.cell(3, column_number) for heading, column_number in column.items()}
    assert {heading: cell.value for heading, cell in row.items()} == {
        "Started (Europe/Copenhagen)": datetime(2025, 3, 29, 23, 10),  # noqa: DTZ001 (a spreadsheet's times are naive)
        "Stopped (Europe/Copenhagen)": datetime(2025, 3, 30, 16, 33, 51),  # noqa: DTZ001
        "Session": "2",
        "Kind": "private",
        "Charge point": "Hjemme",
        "EVSE": "2317",
        "Car": None,
        "Connected (h:m:s)": timedelta(seconds=59_031),
        "Of which idle": timedelta(seconds=600),
        "Energy (kWh)": 10.873,
        "Gross, incl. Moms": 19.6,
        "Moms rate": 0.25,
        "Of which Moms": 3.92,
        "Net, excl. Moms": 15.68,
        "Currency": "DKK",
        "Note": '=HYPERLINK("x")',
        "Average (kW)": 5.5,
        "Peak (kW)": 11.04,
        "Power samples": 984,
        "Revision": 1,
        "Payment": "paid",
        "Stop reason": "evDisconnected",
    }
    assert row["Energy (kWh)"].number_format == "#,##0.000"
    assert row["Gross, incl. Moms"].number_format == "#,##0.00"
    assert row["Moms rate"].number_format == "0%"
    assert row["Stopped (Europe/Copenhagen)"].number_format == "yyyy-mm-dd hh:mm"


def test_totals_per_currency_are_values_below_the_sessions(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    sheet = write_and_open(report_logbook.report("2025-04"), tmp_path)["Sessions"]
    column = columns(sheet)
    names = ("Energy (kWh)", "Gross, incl. Moms", "Of which Moms", "Net, excl. Moms", "Currency")
    totals = [[sheet.cell(row, column[name]).value for name in names] for row in (5, 6)]
    assert totals == [[5, 12.5, 2.5, 10, "DKK"], [30, 18.3, "unknown", "unknown", "EUR"]]
    assert [sheet.cell(row, 1).value for row in (5, 6)] == ["Total DKK, 2 sessions", "Total EUR, 1 session"]
    assert sheet.cell(4, column["Of which Moms"]).value == sheet.cell(4, column["Moms rate"]).value == "unknown"
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_amounts_have_the_decimals_of_their_currency(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    sheet = write_and_open(report_logbook.report("2023-03"), tmp_path)["Sessions"]
    gross = sheet.cell(2, columns(sheet)["Gross, incl. Moms"])
    assert (gross.value, gross.number_format) == (1200, "#,##0")


@pytest.mark.parametrize("note", ['=HYPERLINK("x")', "+1", "-1", "@SUM(1)", "=", "#N/A", "1", "TRUE", "2025-03-01"])
def test_text_is_never_a_formula_an_error_or_a_number(
    report_logbook: WrittenLogbook, tmp_path: Path, note: str
) -> None:
    sheet = write_and_open(report_with_note(report_logbook.report("2025-03"), note), tmp_path)["Sessions"]
    cell = sheet.cell(2, columns(sheet)["Note"])
    assert cell.value == note
    assert bool(cell.quotePrefix) == (note[0] in "=+-@")
    with zipfile.ZipFile(tmp_path / "report.xlsx") as archive:
        stored = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>" not in stored
    assert 't="e"' not in stored


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("æøå 🚗", "æøå 🚗"),
        ("two\r\nlines", "two\nlines"),
        ("bell \x07", "bell ␇"),
        ("lone \ud83d", "lone \ufffd"),
        (" spaces ", " spaces "),
        ("", None),
    ],
)
def test_unusual_characters_are_shown(
    report_logbook: WrittenLogbook, tmp_path: Path, text: str, expected: str | None
) -> None:
    sheet = write_and_open(report_with_note(report_logbook.report("2025-03"), text), tmp_path)["Sessions"]
    assert sheet.cell(2, columns(sheet)["Note"]).value == expected


def test_a_note_of_40_000_characters_is_cut_and_its_row_stays_low(
    report_logbook: WrittenLogbook, tmp_path: Path
) -> None:
    sheet = write_and_open(report_with_note(report_logbook.report("2025-03"), "x " * 20_000), tmp_path)["Sessions"]
    note = sheet.cell(2, columns(sheet)["Note"]).value
    assert (len(note), note.endswith(CUT)) == (32_767, True)
    assert sheet.row_dimensions[2].height < 60


def test_a_note_of_the_report_is_never_a_formula(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    report = replace(report_logbook.report("2025-03"), notes=("=1\x07" + "y" * 60_000,))
    sheet = write_and_open(report, tmp_path)["Summary"]
    (cell,) = (cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=1"))
    assert (cell.data_type, cell.value[:4], cell.value[-7:]) == ("s", "=1␇y", CUT)
    assert sheet.row_dimensions[cell.row].height <= 409


def test_the_sessions_sheet_has_the_headings_on_each_printed_page(
    report_logbook: WrittenLogbook, tmp_path: Path
) -> None:
    workbook = write_and_open(report_logbook.report("2025-03"), tmp_path)
    sheet = workbook["Sessions"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:V3"  # without the totals
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area == "'Sessions'!$A$1:$P$4"
    setup = sheet.page_setup
    assert (setup.orientation, int(setup.paperSize), setup.fitToWidth, setup.fitToHeight) == ("landscape", 9, 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.right.text == "Page &P of &N"
    assert not workbook["Summary"].sheet_view.showGridLines


def test_the_workbook_of_a_period_without_sessions_states_that(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    workbook = write_and_open(report_logbook.report("2020-01"), tmp_path)
    assert workbook.sheetnames == ["Summary", "Sessions"]
    assert "No session stopped in January 2020." in texts(workbook["Summary"])
    assert row_of(workbook["Summary"], "State") == ["Not closed, see below"]
    assert workbook["Sessions"]["A2"].value == "No session stopped in January 2020."


def test_the_same_report_gives_the_same_bytes(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for path in paths:
        write_workbook(report_logbook.report("2025-04"), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[0]) as archive:
        assert {member.date_time for member in archive.infolist()} == {(2025, 7, 1, 8, 0, 0)}
    properties = openpyxl.load_workbook(paths[0]).properties
    assert properties.creator == "Ladebog"
    assert properties.created == properties.modified == datetime(2025, 7, 1, 8, 0)  # noqa: DTZ001 (UTC by definition)
