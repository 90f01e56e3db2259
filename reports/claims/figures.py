"""The figures, ids and dates in a claim's CSV and workbook, compared with those that its claim.json gives.

The columns of the lines are found by their headings, so that each value is compared in its own line, also where another
version of Ladebog had fewer columns. Fixed texts, which a version may word differently, are not compared.
"""

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path

import msgspec
from openpyxl.utils import quote_sheetname

from pipeline.claims.document import Claim, ClaimLine
from pipeline.claims.folder import CLAIM
from reports.claims import danish, english
from reports.claims.ambiguity import AmbiguousFileError
from reports.claims.csv import COLUMNS, danish_csv, machine_csv
from reports.claims.words import Words
from reports.claims.workbook.columns import columns_of
from reports.excel.cells import PRICE
from reports.excel.text import for_cell
from reports.month.csv import rows_to

_EARLIER_HEADINGS = danish.EARLIER_HEADINGS | english.EARLIER_HEADINGS
_ADDED_LATER = {"minimum_price", "origin", "remark"}  # columns that earlier versions lack
_PRICES = {"price_incl_tax", "minimum_price"}  # earlier versions also gave those of corrections
_OWN_TEXTS = {"session", "charge_point", "evse", "car", "currency", "note", "tags", "tax_name"}  # of the workbook
_SESSIONS = 1  # the place of the sheet of the lines
_HEAD = 3  # the place of its row with the headings
_OTHER_COLUMNS = "its columns are not those of a claim"
_OTHER_LINES = f"it does not have the lines of {CLAIM}"

_TEXT_IN_FORMULA = re.compile(r'"(?:[^"]|"")*"')
_PLACE_IN_FORMULA = re.compile(r"\$?[A-Z]{1,3}\$?[0-9]+")
_BYTE_ORDER_MARK = "\ufeff"

_Rows = list[list[str]]
_Cell = tuple[str | None, object, str]  # formula, value or stored result, number format


def csv_fault(claim: Claim, content: bytes) -> str | None:
    """The first thing that a CSV for machines states otherwise than `claim.json`, as text."""
    return _csv_fault(claim, _rows(content, ","), lambda claim: _rows(machine_csv(claim), ","))


def danish_csv_fault(claim: Claim, content: bytes) -> str | None:
    """The same for the CSV for Danish Excel."""
    return _csv_fault(claim, _rows(content, ";"), lambda claim: _rows(danish_csv(claim), ";"), is_danish=True)


def _rows(content: bytes, delimiter: str) -> _Rows:
    """The rows of a CSV. Raises AmbiguousFileError where quotes or line ends are not those that Ladebog writes."""
    text = content.decode()
    rows = list(csv.reader(io.StringIO(text.removeprefix(_BYTE_ORDER_MARK), newline=""), delimiter=delimiter))
    if text != _written(rows, delimiter):
        raise AmbiguousFileError("its quotes or line ends are not those that Ladebog writes")
    return rows


def _written(rows: _Rows, delimiter: str) -> str:
    file = io.StringIO(newline="")
    if delimiter == ",":
        write = rows_to(file)
    else:
        file.write(_BYTE_ORDER_MARK)
        write = csv.writer(file, delimiter=delimiter, lineterminator="\r\n").writerow
    for row in rows:
        write(row)
    return file.getvalue()


def _csv_fault(claim: Claim, rows: _Rows, write: Callable[[Claim], _Rows], *, is_danish: bool = False) -> str | None:
    headings, *again = write(claim)
    found_headings = [_EARLIER_HEADINGS.get(heading, heading) for heading in rows[0]]
    with_prices = write(_without_corrections(claim))[1:]
    columns = {heading: (place, COLUMNS[place]) for place, heading in enumerate(headings)}
    lacking = {heading for heading in columns if heading not in found_headings}
    if not set(found_headings) <= columns.keys() or len(set(found_headings)) < len(found_headings):
        return _OTHER_COLUMNS
    if any(columns[heading][1].name not in _ADDED_LATER for heading in lacking):
        return _OTHER_COLUMNS
    if len(rows) - 1 != len(again) or any(len(row) != len(found_headings) for row in rows):
        return _OTHER_LINES
    for number, (row, expected, priced) in enumerate(zip(rows[1:], again, with_prices, strict=True), start=1):
        for heading, text in zip(found_headings, row, strict=True):
            place, column = columns[heading]
            if (
                is_danish
                and (column.key_prefix or column.name == "kind" or expected[place] == _unknown(claim))
                and not _is_figure(text)
                and text.isprintable()
            ):
                continue
            if text not in (expected[place], priced[place] if column.name in _PRICES else expected[place]):
                return f"in line {number}, {heading} is not that of {CLAIM}"
    return None


def _without_corrections(claim: Claim) -> Claim:
    lines = tuple(msgspec.structs.replace(line, correction=None) for line in claim.lines)
    return msgspec.structs.replace(claim, lines=lines)


def _unknown(claim: Claim) -> str:
    return Words.of(claim).text("unknown")


def _is_figure(text: str) -> bool:
    try:
        Decimal(text.replace(",", "."))
    except InvalidOperation:
        return False
    return True


def workbook_fault(claim: Claim, path: Path, again: Path) -> str | None:
    """The first figure, id, date or party in a workbook that `again`, written for the same claim, states otherwise."""
    sheets, expected_sheets = _ReadWorkbook(path), _ReadWorkbook(again)
    if len(sheets.formulas) != len(expected_sheets.formulas):
        return f"it does not have the sheets of {CLAIM}"
    is_same_shape = sheets.shape() == expected_sheets.shape()
    for place in range(len(expected_sheets.titles)):
        if place == _SESSIONS:
            fault = _lines_fault(claim, sheets.cells[place], expected_sheets.cells[place])
        else:
            fault = _sheet_fault(claim, sheets, expected_sheets, place, is_same_shape=is_same_shape)
        if fault:
            return fault
    printed = {value for row in sheets.cells[0] for _, value, _ in row}
    parties = (*msgspec.structs.astuple(claim.driver), *msgspec.structs.astuple(claim.employer))
    missing = next((text for text in parties if text and for_cell(text) not in printed), None)
    return f"{missing} of {CLAIM} is missing in sheet {expected_sheets.titles[0]}" if missing else None


class _ReadWorkbook:
    """The cells of a workbook, with formulas and with their stored results."""

    def __init__(self, path: Path) -> None:
        from openpyxl import load_workbook

        content = path.read_bytes()
        self.formulas = load_workbook(io.BytesIO(content)).worksheets
        self.results = load_workbook(io.BytesIO(content), data_only=True).worksheets
        self.titles = [sheet.title for sheet in self.formulas]

    @cached_property
    def cells(self) -> list[list[list[_Cell]]]:
        """The rows of each sheet."""
        return [
            [
                [
                    (str(cell.value) if cell.data_type == "f" else None, result.value, str(cell.number_format))
                    for cell, result in zip(row, result_row, strict=True)
                ]
                for row, result_row in zip(formulas.iter_rows(), results.iter_rows(), strict=True)
            ]
            for formulas, results in zip(self.formulas, self.results, strict=True)
        ]

    def shape(self) -> list[list[tuple[int, int]]]:
        """Where each sheet has figures and formulas: rows and columns."""
        return [
            [
                (row, column)
                for row, cells in enumerate(rows)
                for column, cell in enumerate(cells)
                if cell[0] or not isinstance(cell[1], str | None)
            ]
            for rows in self.cells
        ]

    def formula_texts(self, place: int, *, with_places: bool) -> list[str]:
        """The formulas of a sheet without the names of sheets and other texts, and without places if not asked for."""
        texts = []
        for formula in (formula for row in self.cells[place] for formula, *_ in row if formula):
            text = formula
            for number, title in enumerate(self.titles):
                text = text.replace(f"{quote_sheetname(title)}!", f"#{number}!")
            text = _TEXT_IN_FORMULA.sub('""', text)
            texts.append(text if with_places else _PLACE_IN_FORMULA.sub("@", text))
        return texts


def _sheet_fault(
    claim: Claim, sheets: _ReadWorkbook, expected: _ReadWorkbook, place: int, *, is_same_shape: bool
) -> str | None:
    """Compare a sheet other than that of the lines. Earlier versions may have had formulas in other places."""
    rows, title = sheets.cells[place], expected.titles[place]
    if _figures(rows) != _figures(expected.cells[place]):
        return f"the figures of sheet {title} are not those of {CLAIM}"
    prices = {value for row in rows for _, value, shown in row if shown == PRICE and value is not None}
    averages = (total.average_price_incl_tax for total in claim.totals)
    if not prices <= {float(average) for average in averages if average is not None}:
        return f"the prices of sheet {title} are not those of {CLAIM}"
    formulas, wanted = (one.formula_texts(place, with_places=is_same_shape) for one in (sheets, expected))
    return None if formulas == wanted else f"the formulas of sheet {title} are not those that Ladebog writes"


def _figures(rows: list[list[_Cell]]) -> list[list[tuple[object, str]]]:
    """The figures and dates of each row; not prices, which earlier versions printed in other rows."""
    figures = [
        [
            (value, shown)
            for formula, value, shown in row
            if (formula or not isinstance(value, str | None)) and shown != PRICE
        ]
        for row in rows
    ]
    return [row for row in figures if row]


def _lines_fault(claim: Claim, rows: list[list[_Cell]], expected: list[list[_Cell]]) -> str | None:
    """Compare the lines, and the sums below them, by the headings of their columns."""
    names = ("line", *(column.name for part in columns_of(claim.lines) for column in part))
    headings = dict(zip((cell[1] for cell in expected[_HEAD]), names, strict=True))
    found_headings = [_EARLIER_HEADINGS.get(str(cell[1]), cell[1]) for cell in rows[_HEAD]]
    places = {heading: place for place, heading in enumerate(found_headings) if heading is not None}
    lacking = {name for heading, name in headings.items() if heading not in places}
    if not places.keys() <= headings.keys() or not lacking <= _ADDED_LATER:
        return _OTHER_COLUMNS
    last = _HEAD + 1 + len(claim.lines) + (len(claim.totals) if claim.lines else 0)
    elsewhere = [[cell for place, cell in enumerate(row) if place not in places.values()] for row in rows]
    if len(rows) < last or _figures(rows[:_HEAD] + rows[last:] + elsewhere):
        return _OTHER_LINES
    for number, (row, expected_row) in enumerate(zip(rows[_HEAD + 1 : last], expected[_HEAD + 1 :], strict=False)):
        line = claim.lines[number] if number < len(claim.lines) else None
        for (heading, name), wanted in zip(headings.items(), expected_row, strict=True):
            if heading in places and not _states(row[places[heading]], wanted, name, line):
                where = f"in line {number + 1}" if line else "below the lines"
                return f"{where}, {str(heading).replace(chr(10), ' ')} is not that of {CLAIM}"
    return None


def _states(cell: _Cell, wanted: _Cell, name: str, line: ClaimLine | None) -> bool:
    """Whether a cell states what is wanted. Its text must be the same only where it comes from `claim.json`."""
    if _is_text(wanted) and name not in _OWN_TEXTS:
        return _is_text(cell)
    if name == "price":
        earlier = line.price_incl_tax if line and line.correction else None
        return cell[1:] == wanted[1:] or (earlier is not None and cell[1] == float(earlier) and cell[2] == PRICE)
    return cell == wanted


def _is_text(cell: _Cell) -> bool:
    return cell[0] is None and isinstance(cell[1], str)
