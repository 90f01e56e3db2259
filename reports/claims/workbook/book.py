"""What the sheets of a claim's workbook share: texts, number formats, page set-up, titles, and rows of text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.claims.document import Claim
from reports.claims import phrases
from reports.claims.words import Words
from reports.excel.cells import (
    ACCENT,
    MUTED,
    cell_at,
    font,
    height_of_lines,
    money_format,
    put_amount,
    put_header,
    put_text,
    put_time,
    set_up_page,
    set_widths,
)
from reports.excel.formulas import Formulas

SMALL = font(size=8, color=MUTED)
_HINT = font(size=7, italic=True, color=MUTED)
_BY_HAND = Side(style="thin", color=MUTED)
_ALIGNMENTS = {"l": "left", "r": "right", "m": "center"}
_DAY = {"da": r"dd\.mm\.yyyy", "en": r"dd\/mm\/yyyy"}  # escaped: the same whatever the reader's own separators are


@dataclass(frozen=True)
class Book:
    """A claim's workbook while it is being written."""

    claim: Claim
    claim_sha256: str
    words: Words
    workbook: Workbook
    formulas: Formulas

    @property
    def day_format(self) -> str:
        """The number format of days."""
        return _DAY[self.words.language]

    def money_format(self, currency: str) -> str:
        """The number format of amounts in one of the claim's currencies."""
        return money_format(self.minor_digits(currency))

    def minor_digits(self, currency: str) -> int:
        """The number of decimals of amounts in one of the claim's currencies."""
        return next(total.minor_digits for total in self.claim.totals if total.currency == currency)

    def add_sheet(self, name: str, widths: Sequence[float], *, landscape: bool) -> Worksheet:
        """An empty sheet with columns of those widths."""
        sheet: Worksheet = self.workbook.create_sheet(name)
        set_widths(sheet, 1, widths)
        footer = f"{self.claim.account}, {self.words.text('claim_number')} {self.claim.number}"
        page = self.words.text("page", page="&P", pages="&N")
        set_up_page(sheet, footer, landscape=landscape, page=page)
        return sheet

    def put_opening(self, sheet: Worksheet, column: int, title: str) -> None:
        """Put the title into row 2, and the claim it belongs to above it."""
        put_text(sheet, 1, column, phrases.subject(self.claim, self.words), style=font(bold=True, color=MUTED))
        put_text(sheet, 2, column, title, style=font(size=18, bold=True, color=ACCENT))
        sheet.row_dimensions[2].height = 28

    def put_amount(
        self, sheet: Worksheet, row: int, column: int, value: Decimal | None, number_format: str, style: Font | None
    ) -> Cell:
        """Put in a figure, or the text for an unknown one where it is None."""
        unknown = self.words.text("unknown")
        return put_amount(sheet, row, column, value, number_format, style=style, unknown=unknown)

    def put_moment(self, sheet: Worksheet, row: int, column: int, moment: datetime) -> Cell:
        """Put in a time as local time of the account."""
        return put_time(sheet, row, column, moment, self.claim.zone, f"{self.day_format} hh:mm")

    def put_fill_in(self, sheet: Worksheet, row: int, columns: range) -> None:
        """Put in an empty line to be filled in by hand."""
        put_text(sheet, row, columns[0], self.words.text("fill_in"), style=_HINT, align="right")
        for column in columns:
            cell_at(sheet, row, column).border = Border(bottom=_BY_HAND)
        _merge(sheet, row, columns)


def put_headings(
    sheet: Worksheet, row: int, first: int, headings: Iterable[str], alignments: str, *, lines: int = 1
) -> None:
    """Put in column headings of that many lines; `alignments` has one letter per column: `l`, `r` or `m` (middle)."""
    for column, (heading, alignment) in enumerate(zip(headings, alignments, strict=True), start=first):
        put_header(sheet, row, column, heading, align=_ALIGNMENTS[alignment])
    sheet.row_dimensions[row].height = 5 + 12.5 * lines


def put_across(
    sheet: Worksheet, row: int, columns: range, text: str, characters: int, *, style: Font | None = None
) -> Cell:
    """Put text across columns that fit `characters` on one line, and make the row high enough for all of it."""
    cell = put_text(sheet, row, columns[0], text, style=style)
    cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
    _merge(sheet, row, columns)
    fit_height(sheet, row, text, characters)
    return cell


def put_currency(sheet: Worksheet, row: int, column: int, currency: str, *, style: Font | None = None) -> None:
    """Put in a currency, centred: it follows a column of right-aligned figures."""
    put_text(sheet, row, column, currency, style=style, align="center")


def put_signature(sheet: Worksheet, row: int, columns: range, text: str) -> None:
    """Put in a line to sign on, and below it who signs."""
    for column in columns:
        cell_at(sheet, row, column).border = Border(bottom=_BY_HAND)
    put_text(sheet, row + 1, columns[0], text, style=SMALL)


def fit_height(sheet: Worksheet, row: int, text: str, characters: int) -> None:
    """Make a row high enough for a text that wraps after that many characters."""
    height = sum(height_of_lines(max(len(line), 1), characters) - 3 for line in text.split("\n")) + 3
    sheet.row_dimensions[row].height = min(max(sheet.row_dimensions[row].height or 0, height), 409)


def _merge(sheet: Worksheet, row: int, columns: range) -> None:
    if len(columns) > 1:
        sheet.merge_cells(start_row=row, end_row=row, start_column=columns[0], end_column=columns[-1])
