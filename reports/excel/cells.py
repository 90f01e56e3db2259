"""Filling and formatting cells: one typeface, one accent colour, thin lines, figures on the right."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil
from zoneinfo import ZoneInfo

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.excel.text import FORMULA_STARTS, for_cell

ACCENT = "1B5E5A"
INK = "22302F"
MUTED = "6B7775"
LINE = "D3DBD9"
TINT = "EFF4F3"

TYPEFACE = "Arial"
ENERGY = "#,##0.000"
POWER = "#,##0.00"
COUNT = "#,##0"
DAY = "yyyy-mm-dd"
TIME = "yyyy-mm-dd hh:mm"
DURATION = "[h]:mm:ss"
PRICE = "#,##0.0000"
MONTH = "[$-409]mmmm yyyy"  # in English like the rest, independent of the reader's language

UNKNOWN = "unknown"

_CHARACTERS_IN_A_WIDTH = 1.1  # letters are on average narrower than digits
_HIGHEST_ROW = 409  # points, the most that Excel allows
_HAIR = Side(style="thin", color=LINE)
_RULE = Side(style="medium", color=ACCENT)


def font(*, size: float = 10, bold: bool = False, italic: bool = False, color: str = INK) -> Font:
    """The report's typeface."""
    return Font(name=TYPEFACE, size=size, bold=bold, italic=italic, color=color)


def money_format(digits: int) -> str:
    """The number format of an amount with that many decimals."""
    return "#,##0" if digits == 0 else f"#,##0.{'0' * digits}"


def rate_format(value: Decimal) -> str:
    """The number format that shows a tax rate with all its decimals: 25% or 8.1%."""
    decimals = len(f"{value * 100:f}".rstrip("0").partition(".")[2])
    return "0%" if decimals == 0 else f"0.{'0' * decimals}%"


def dash_for_zero(number_format: str) -> str:
    """The number format that shows a zero as a dash."""
    return f'{number_format};-{number_format};"–"'


def cell_at(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell at that place. Raises TypeError for a merged cell other than its first."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError(f"{cell.coordinate} lies inside a merged cell.")
    return cell


def put_text(
    sheet: Worksheet, row: int, column: int, text: str, *, style: Font | None = None, align: str = "left"
) -> Cell:
    """Put in text that Excel never reads as a formula, an error value or a number."""
    cell = cell_at(sheet, row, column)
    cell.value = for_cell(text)
    cell.data_type = "s"
    cell.font = style or font()
    cell.alignment = Alignment(horizontal=align, vertical="center")
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True
    return cell


def put_value(
    sheet: Worksheet,
    row: int,
    column: int,
    value: Decimal | int | date | timedelta | None,
    number_format: str,
    *,
    style: Font | None = None,
    align: str = "right",
) -> Cell:
    """Put in a figure, a day or a duration; None leaves the cell empty."""
    cell = cell_at(sheet, row, column)
    cell.value = value
    cell.number_format = number_format
    cell.font = style or font()
    cell.alignment = Alignment(horizontal=align, vertical="center")
    return cell


def put_amount(
    sheet: Worksheet,
    row: int,
    column: int,
    value: Decimal | int | None,
    number_format: str,
    *,
    style: Font | None = None,
    unknown: str = UNKNOWN,
) -> Cell:
    """Put in a figure, or the text `unknown` where it is None."""
    if value is None:
        return put_text(sheet, row, column, unknown, style=font(italic=True, color=MUTED), align="right")
    return put_value(sheet, row, column, value, number_format, style=style)


def put_time(
    sheet: Worksheet, row: int, column: int, moment: datetime, zone: ZoneInfo, number_format: str = TIME
) -> Cell:
    """Put in a time as local time of the zone: times in Excel have no zone."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    return put_value(sheet, row, column, local, number_format, align="left")


def put_header(sheet: Worksheet, row: int, column: int, text: str, *, align: str) -> Cell:
    """Put in the heading of a column."""
    cell = put_text(sheet, row, column, text, style=font(size=9, bold=True, color=ACCENT))
    cell.alignment = Alignment(horizontal=align, vertical="bottom", wrap_text=True)
    cell.fill = PatternFill("solid", fgColor=TINT)
    cell.border = Border(bottom=_RULE)
    return cell


def put_section(sheet: Worksheet, row: int, columns: range, text: str, *, height: float = 22) -> int:
    """Put in the title of a section, in a row of that height in points; returns the row below it."""
    put_text(sheet, row, columns[0], text, style=font(size=12, bold=True, color=ACCENT))
    sheet.row_dimensions[row].height = height
    rule_under(sheet, row, columns)
    return row + 1


def rule_under(sheet: Worksheet, row: int, columns: Iterable[int]) -> None:
    """Draw a thin line under a row."""
    for column in columns:
        cell_at(sheet, row, column).border = Border(bottom=_HAIR)


def rule_over(sheet: Worksheet, row: int, columns: Iterable[int]) -> None:
    """Draw the line above a total."""
    for column in columns:
        cell_at(sheet, row, column).border = Border(top=_RULE)


def lines_shown(texts: Iterable[tuple[str, float]], most: int) -> int:
    """The number of lines, at most `most`, that a row needs for texts that wrap in columns of those widths."""
    lines_needed = 1
    for text, width in texts:
        lines = text.split("\n", most)
        lines_needed = max(lines_needed, sum(1 + int(len(line) // (width * _CHARACTERS_IN_A_WIDTH)) for line in lines))
    return min(lines_needed, most)


def set_widths(sheet: Worksheet, first: int, widths: Iterable[float]) -> None:
    """Set the widths of columns, in characters, from column `first` on."""
    for column, width in enumerate(widths, start=first):
        sheet.column_dimensions[get_column_letter(column)].width = width


def height_of_lines(characters: int, fit_on_a_line: int) -> float:
    """The height, in points, of a row with that many characters of wrapped text."""
    return min(3 + 13 * ceil(characters / fit_on_a_line), _HIGHEST_ROW)


def set_up_page(sheet: Worksheet, footer: str, *, landscape: bool, page: str = "Page &P of &N") -> None:
    """A4, fitted to the width of the page; in the footer `footer` on the left and the page number on the right."""
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.5, right=0.5, top=0.7, bottom=0.7, header=0.35, footer=0.35)
    sheet.print_options.horizontalCentered = False
    sheet.sheet_view.showGridLines = False
    sheet.oddFooter = HeaderFooterItem(left=_footer(footer), right=_footer(page))


def _footer(text: str) -> _HeaderFooterPart:
    return _HeaderFooterPart(text=text, size=8, font=f"{TYPEFACE},Regular", color=MUTED)
