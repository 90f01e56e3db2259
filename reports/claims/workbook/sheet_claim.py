"""The first sheet of a claim, the voucher: employee, employer, cars, totals, and lines to sign on."""

from dataclasses import dataclass

from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.claims.document import Sum, Total
from reports.claims import phrases
from reports.claims.workbook.book import SMALL, Book, put_across, put_currency, put_headings, put_signature
from reports.excel.cells import (
    COUNT,
    ENERGY,
    MUTED,
    PRICE,
    TINT,
    cell_at,
    font,
    put_section,
    put_text,
    put_value,
    rule_over,
    rule_under,
)

References = dict[str, dict[str, str]]  # by currency and figure: the cell of that total, like `Claim!$D$20`

_WIDTHS = (2, 20, 11, 13, 19, 13, 16, 9)
_ALL = range(2, len(_WIDTHS) + 1)
_FIRST = 2
_ALL_CHARACTERS = 110
_ROW_HEIGHT = 20  # points
_COLUMNS = {"lines": 3, "energy_kwh": 4, "amount_incl_tax": 5, "tax_amount": 6}
_PRICE, _CURRENCY = 7, 8


@dataclass(frozen=True)
class _Place:
    """Where a fact goes in a row: the column of its label, those of its value, and the characters that fit there."""

    label: int
    value: range
    characters: int
    indent: int = 0


_LEFT = _Place(2, range(3, 5), 25)
_RIGHT = _Place(5, range(6, 9), 40, indent=1)
_WIDE = _Place(2, range(3, 9), 80)


def fill_claim(book: Book) -> tuple[References, References]:
    """Lay out the voucher; returns the cells of each currency's totals, and those without corrections."""
    sheet = book.add_sheet(book.words.text("claim"), _WIDTHS, landscape=False)
    sheet.sheet_format.defaultRowHeight = _ROW_HEIGHT
    sheet.sheet_format.customHeight = True
    book.put_opening(sheet, _FIRST, phrases.title(book.claim, book.words))
    row = _put_parties(sheet, 4, book)
    row = _put_cars(sheet, row, book)
    row, totals, sessions = _put_figures(sheet, row + 1, book)
    row = _put_terms(sheet, row, book)
    row = _put_signatures(sheet, row + 1, book)
    row = _put_checksum(sheet, row + 1, book)
    sheet.print_area = f"A1:{get_column_letter(_ALL[-1])}{row}"
    return totals, sessions


def _put_parties(sheet: Worksheet, row: int, book: Book) -> int:
    """The claim's facts on the left; employee and employer on the right."""
    claim, words = book.claim, book.words
    of_claim = (
        ("claim_number", f"{claim.number}"),
        ("period", phrases.period(claim, words)),
        ("created", words.moment(claim.created_at)),
        ("account", claim.account),
        ("time_zone", claim.timezone),
    )
    of_parties = (
        ("driver", claim.driver.name),
        ("employee_number", claim.driver.employee_number),
        ("employer", claim.employer.name),
        ("registration_number", claim.employer.registration_number),
        ("cost_centre", claim.employer.cost_centre),
    )
    for (left_key, left_text), (right_key, right_text) in zip(of_claim, of_parties, strict=True):
        _put_fact(sheet, row, _LEFT, words.text(left_key), left_text, book)
        _put_fact(sheet, row, _RIGHT, words.text(right_key), right_text, book)
        row += 1
    if claim.reason is not None:
        _put_fact(sheet, row, _WIDE, words.text("reversal.reason"), claim.reason, book)
        row += 1
    return row


def _put_cars(sheet: Worksheet, row: int, book: Book) -> int:
    """Cars with their plates, or lines to fill in by hand; then odometer readings and chargers, if any."""
    claim, words = book.claim, book.words
    for name, plate in [(car.name, car.plate) for car in claim.cars] or [(claim.car or "", "")]:
        _put_fact(sheet, row, _LEFT, words.text("car"), name, book)
        _put_fact(sheet, row, _RIGHT, words.text("plate"), plate, book)
        row += 1
    facts = [("odometer", phrases.odometer(reading, words)) for reading in claim.odometer]
    facts += [("charger", phrases.charger(charger, words)) for charger in claim.chargers]
    for key, text in facts:
        _put_fact(sheet, row, _WIDE, words.text(key), text, book)
        row += 1
    return row


def _put_fact(sheet: Worksheet, row: int, place: _Place, label: str, text: str, book: Book) -> None:
    """Put in a label and its text, or a line to fill in by hand if the text is empty."""
    cell = put_text(sheet, row, place.label, label, style=font(color=MUTED))
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=place.indent)
    if text:
        put_across(sheet, row, place.value, text, place.characters)
    else:
        book.put_fill_in(sheet, row, place.value)
    sheet.row_dimensions[row].height = max(_ROW_HEIGHT, sheet.row_dimensions[row].height or 0)


def _put_figures(sheet: Worksheet, row: int, book: Book) -> tuple[int, References, References]:
    """Each currency's totals, split into sessions and corrections if there are corrections; never across currencies."""
    claim, words = book.claim, book.words
    row = put_section(sheet, row, _ALL, words.text("figures"))
    keys = ("sum", "count", "energy_kwh", "gross", "of_which_tax", "average_price", "currency")
    put_headings(sheet, row, _FIRST, (words.text(key) for key in keys), "lrrrrrm", lines=2)
    totals, sessions = {}, {}
    for total in claim.totals:
        sessions_row = row + 1
        if claim.kind == "month" and total.corrections.lines:
            _put_sum(sheet, row + 1, words.text("sessions"), total.sessions, total, book)
            put_value(sheet, row + 1, _PRICE, total.average_price_incl_tax, PRICE)
            _put_sum(sheet, row + 2, words.text("corrections"), total.corrections, total, book)
            row += 2
        row += 1
        _put_total(sheet, row, total, book)
        totals[total.currency] = _references(sheet, row)
        sessions[total.currency] = _references(sheet, sessions_row)
    row += 1
    if not claim.lines:
        put_across(sheet, row, _ALL, _without_lines(book), _ALL_CHARACTERS, style=font(bold=True))
        row += 1
    return row + 1, totals, sessions


def _without_lines(book: Book) -> str:
    claim, words = book.claim, book.words
    if claim.month is None or (claim.completeness is not None and claim.completeness.sessions):
        return words.text("no_sessions_claimed")
    return words.text("no_lines", month=words.month(claim.month))


def _put_sum(
    sheet: Worksheet, row: int, label: str, figures: Sum, total: Total, book: Book, *, bold: bool = False
) -> None:
    style = font(bold=bold)
    put_text(sheet, row, _FIRST, label, style=style)
    put_value(sheet, row, _COLUMNS["lines"], figures.lines, COUNT, style=style)
    put_value(sheet, row, _COLUMNS["energy_kwh"], figures.energy_kwh, ENERGY, style=style)
    amount = book.money_format(total.currency)
    put_value(sheet, row, _COLUMNS["amount_incl_tax"], figures.amount_incl_tax, amount, style=style)
    book.put_amount(sheet, row, _COLUMNS["tax_amount"], figures.tax_amount, amount, style)
    put_currency(sheet, row, _CURRENCY, total.currency, style=style)
    sheet.row_dimensions[row].height = _ROW_HEIGHT
    rule_under(sheet, row, _ALL)


def _put_total(sheet: Worksheet, row: int, total: Total, book: Book) -> None:
    label = f"{book.words.text('total')} {total.currency}"
    _put_sum(sheet, row, label, total.total, total, book, bold=True)
    if not total.corrections.lines:
        put_value(sheet, row, _PRICE, total.average_price_incl_tax, PRICE, style=font(bold=True))
    rule_over(sheet, row, _ALL)
    for column in _ALL:
        cell_at(sheet, row, column).fill = PatternFill("solid", fgColor=TINT)
    cell_at(sheet, row, _COLUMNS["amount_incl_tax"]).font = font(size=12, bold=True)
    sheet.row_dimensions[row].height = 25


def _references(sheet: Worksheet, row: int) -> dict[str, str]:
    name = quote_sheetname(sheet.title)
    return {figure: f"{name}!${get_column_letter(column)}${row}" for figure, column in _COLUMNS.items()}


def _put_terms(sheet: Worksheet, row: int, book: Book) -> int:
    """The account to pay to, the settlement, and which day and month a session counts in."""
    claim, words = book.claim, book.words
    _put_fact(sheet, row, _WIDE, words.text("bank_account"), claim.driver.bank_account, book)
    if claim.lines:
        _put_fact(sheet, row + 1, _WIDE, words.text("basis"), phrases.bases(claim, words), book)
        row += 1
    notes = f"{words.text('tax_note')} {words.text(f'attribution.{claim.policy.attribution}')}"
    put_across(sheet, row + 2, _ALL, notes, _ALL_CHARACTERS, style=SMALL)
    return row + 3


def _put_signatures(sheet: Worksheet, row: int, book: Book) -> int:
    sheet.row_dimensions[row].height = 48
    put_signature(sheet, row, range(2, 5), book.words.text("signature.driver"))
    put_signature(sheet, row, range(6, 9), book.words.text("signature.employer"))
    return row + 2


def _put_checksum(sheet: Worksheet, row: int, book: Book) -> int:
    label = f"{book.words.text('sources.claim')}: {book.claim_sha256}"
    put_across(sheet, row, _ALL, label, _ALL_CHARACTERS, style=SMALL)
    put_across(sheet, row + 1, _ALL, book.words.text("sources.checksum"), _ALL_CHARACTERS, style=SMALL)
    return row + 1
