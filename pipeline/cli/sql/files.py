"""A query's rows in files that keep their types: Parquet, and workbooks for Excel."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.sql.formats import csv_cell
from pipeline.cli.sql.question import UTC
from pipeline.errors import QueryError

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

    from pipeline.database.query import QueryResult

_MOST_ROWS = 1_048_576  # of a sheet, with the one of the names
_MOST_COLUMNS = 16_384
_MOST_DIGITS = 15  # that Excel keeps of a number
_FIRST_YEAR = 1900
_ON_THE_RIGHT = frozenset(
    (
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "FLOAT",
        "DOUBLE",
        "DECIMAL",
        "DATE",
        "TIMESTAMP",
        "TIMESTAMP WITH TIME ZONE",
    )
)  # types
_NARROWEST, _WIDEST = 8, 60  # characters
_ROWS_FOR_WIDTHS = 1_000
_MOMENT = "WITH TIME ZONE"  # in the names of types
_LENGTH_OF_TIME = len("2025-03-30T14:36:38")


def write_parquet(result: "QueryResult", file: Path) -> None:
    """Write all rows. Raises QueryError for a type that Parquet does not have."""
    if any("INTERVAL" in kind for kind in result.types):
        raise QueryError("Parquet cannot hold an INTERVAL.", "Cast it to a number or to text, or use --format csv")
    result.frame().write_parquet(file)


def write_workbook(
    columns: Sequence[str], types: Sequence[str], rows: Iterator[tuple[Any, ...]], file: Path, timezone: str
) -> None:
    """Write all rows into one sheet. No text is read as a formula.

    Moments are wall times of the query's zone and show their offset, because an hour of autumn is there twice. Where
    the zone is UTC, the name of the column says so.

    Each page that is printed has the names of the columns, of which those with numbers and times stand on the right.

    Raises QueryError for more rows or columns than a sheet can hold.
    """
    from openpyxl import Workbook

    if len(columns) > _MOST_COLUMNS:
        raise _too_large(f"{_MOST_COLUMNS:,} columns")
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Rows")
    try:
        headings = [
            f"{name} (UTC)" if _MOMENT in kind and timezone == UTC else name
            for name, kind in zip(columns, types, strict=True)
        ]
        _fill(sheet, headings, [_is_on_the_right(kind) for kind in types], rows)
    except BaseException:
        sheet.close()  # its temporary file
        raise
    workbook.save(file)


def _fill(sheet: Any, columns: Sequence[str], on_right: Sequence[bool], rows: Iterator[tuple[Any, ...]]) -> None:
    from openpyxl.utils import get_column_letter

    from reports.excel.cells import set_up_page

    set_up_page(sheet, "", landscape=True)
    sheet.sheet_view.showGridLines = True
    sheet.print_title_rows = "1:1"
    sheet.freeze_panes = "A2"
    first_rows = list(islice(rows, _ROWS_FOR_WIDTHS))
    for place, name in enumerate(columns):
        width = max(len(str(value)) for value in (name, *(row[place] for row in first_rows)))
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(width + 2, _NARROWEST), _WIDEST)
    sheet.append([_heading(sheet, name, is_right) for name, is_right in zip(columns, on_right, strict=True)])
    for number, row in enumerate(chain(first_rows, rows), start=2):
        if number > _MOST_ROWS:
            raise _too_large(f"{_MOST_ROWS - 1:,} rows")
        sheet.append([_cell(sheet, value, is_right) for value, is_right in zip(row, on_right, strict=True)])


def _is_on_the_right(kind: str) -> bool:
    return kind.partition("(")[0].removeprefix("U") in _ON_THE_RIGHT and not kind.endswith("]")


def _too_large(most: str) -> QueryError:
    return QueryError(f"A sheet of Excel can hold {most}, and there are more.", "Ask for less, or use --format csv")


def _heading(sheet: Any, name: str, is_right: bool) -> "Cell":
    from reports.excel.cells import font

    cell = _cell(sheet, name, is_right)
    cell.font = font(bold=True)
    return cell


def _offset(value: datetime) -> str:
    """The offset of a moment as a literal text of Excel's format; nothing for a wall time."""
    return "" if value.tzinfo is None else f' "{value.isoformat(timespec="seconds")[_LENGTH_OF_TIME:]}"'


def _cell(sheet: Any, value: Any, is_right: bool) -> "Cell":
    """A cell with a number, a day or a time; all else, and numbers with more digits than Excel keeps, as text."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    from reports.excel.cells import DAY, money_format
    from reports.excel.text import FORMULA_STARTS, for_cell

    cell: Cell = WriteOnlyCell(sheet)
    match value:
        case None | bool():
            cell.value = value
        case int() if abs(value) < 10**_MOST_DIGITS:
            cell.value = value
            cell.number_format = "0"
        case float() if isfinite(value):
            cell.value = value
        case Decimal() if value.is_finite() and len(value.as_tuple().digits) <= _MOST_DIGITS:
            cell.value = value
            cell.number_format = money_format(-int(value.as_tuple().exponent))
        case datetime() if value.year >= _FIRST_YEAR:
            cell.value = value.replace(tzinfo=None)
            cell.number_format = f"yyyy-mm-dd hh:mm:ss{_offset(value)}"
        case date() if value.year >= _FIRST_YEAR:
            cell.value = value
            cell.number_format = DAY
        case _:
            text = str(csv_cell(value))
            cell.value = for_cell(text)
            cell.data_type = "s"
            cell.quotePrefix = text.startswith(FORMULA_STARTS)
            cell.alignment = Alignment(horizontal="right") if is_right else Alignment()
    return cell
