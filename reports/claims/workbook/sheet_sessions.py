"""The claim's lines, one per row, corrections of earlier claims coloured, and formulas below that add them up."""

from decimal import Decimal

from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.claims.document import ClaimLine, Total
from reports.claims.workbook.book import SMALL, Book, put_currency, put_headings
from reports.claims.workbook.columns import ClaimColumn, LineCell, columns_of
from reports.claims.workbook.sheet_claim import References
from reports.excel.cells import (
    COUNT,
    ENERGY,
    PRICE,
    cell_at,
    font,
    lines_shown,
    put_text,
    put_value,
    rule_over,
    rule_under,
)
from reports.excel.formulas import Formula, quoted

_HEAD = 4  # row
_CORRECTED = PatternFill("solid", fgColor="FBF2E4")
_LINE_HEIGHT = 13.5  # points
_MOST_LINES = 4
_BROKEN = 4  # characters left empty at the end of a line, where the next word does not fit
_PLACE_WIDTH = 5


def fill_sessions(book: Book) -> References:
    """Lay out the lines; returns the cells of each currency's totals."""
    claim, words = book.claim, book.words
    printed_columns, screen_columns = columns_of(claim.lines)
    columns = printed_columns + screen_columns
    widths = (_PLACE_WIDTH, *(column.width for column in columns))
    sheet = book.add_sheet(words.text("sheet.sessions"), widths, landscape=True)
    book.put_opening(sheet, 1, sheet.title)
    headings = [":\n".join(words.text(key) for key in column.headings) for column in columns]
    alignments = "".join(column.align for column in columns)
    heading_lines = max(len(column.headings) for column in columns)
    put_headings(sheet, _HEAD, 1, (words.text("line"), *headings), f"l{alignments}", lines=1 + heading_lines)
    for row, line in enumerate(claim.lines, start=_HEAD + 1):
        _put_line(sheet, row, line, columns, book)
    last = _HEAD + len(claim.lines)
    references = {}
    if claim.lines:
        places = {column.name: place for place, column in enumerate(columns, start=2)}
        for row, total in enumerate(claim.totals, start=last + 1):
            references[total.currency] = _put_total(sheet, row, total, places, range(_HEAD + 1, last + 1), book)
        rule_over(sheet, last + 1, range(1, len(widths) + 1))
    else:
        put_text(sheet, _HEAD + 1, 1, words.text("no_sessions_claimed"))
    if any(line.correction for line in claim.lines):
        put_text(sheet, 3, 1, words.text("corrections.note"), style=SMALL)
    sheet.auto_filter.ref = f"A{_HEAD}:{get_column_letter(len(widths))}{last}"
    sheet.freeze_panes = f"B{_HEAD + 1}"
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
    sheet.print_area = f"A1:{get_column_letter(len(printed_columns) + 1)}{last + max(1, len(references))}"
    return references


def _put_line(sheet: Worksheet, row: int, line: ClaimLine, columns: tuple[ClaimColumn, ...], book: Book) -> None:
    put_value(sheet, row, 1, row - _HEAD, COUNT, align="left")
    for place, column in enumerate(columns, start=2):
        column.put(LineCell(book, sheet, row, place), line)
    rule_under(sheet, row, range(1, len(columns) + 2))
    wrapped_texts = []
    for place, width in enumerate((_PLACE_WIDTH, *(column.width for column in columns)), start=1):
        cell = cell_at(sheet, row, place)
        horizontal, wraps, text = cell.alignment.horizontal, cell.alignment.wrap_text, str(cell.value)
        cell.alignment = Alignment(horizontal=horizontal, vertical="top", wrap_text=wraps)
        if line.correction is not None:
            cell.fill = _CORRECTED
        if wraps and not (len(text) <= width and "\n" not in text):
            wrapped_texts.append((text, width - _BROKEN))
    sheet.row_dimensions[row].height = _LINE_HEIGHT * lines_shown(wrapped_texts, _MOST_LINES) + 3


def _put_total(
    sheet: Worksheet, row: int, total: Total, places: dict[str, int], rows: range, book: Book
) -> dict[str, str]:
    """Formulas that add up a currency's lines, with the claim's own totals as their stored results."""
    amount, digits, unknown = book.money_format(total.currency), total.minor_digits, book.words.text("unknown")
    currency = quoted(total.currency)
    sums, price = total.total, total.average_price_incl_tax

    def cells(name: str) -> str:
        letter = get_column_letter(places[name])
        return f"${letter}${rows[0]}:${letter}${rows[-1]}"

    def added_up(name: str, digits: int) -> str:
        return f"ROUND(SUMIF({cells('currency')},{currency},{cells(name)}),{digits})"

    def put(name: str, formula: str, result: Decimal | int | str, number_format: str) -> str:
        stored_formula = Formula(formula, result, number_format)
        cell = book.formulas.put(sheet, row, places[name], stored_formula, style=font(bold=True))
        return f"{quote_sheetname(sheet.title)}!${cell.column_letter}${row}"

    put_text(sheet, row, 2, f"{book.words.text('total')} {total.currency}", style=font(bold=True))
    put_currency(sheet, row, places["currency"], total.currency, style=font(bold=True))
    sheet.row_dimensions[row].height = _LINE_HEIGHT + 4
    count = f"COUNTIF({cells('currency')},{currency})"
    known_count = f"SUMPRODUCT(({cells('currency')}={currency})*ISNUMBER({cells('tax_amount')}))"
    tax = f"=IF({known_count}={count},{added_up('tax_amount', digits)},{quoted(unknown)})"
    references = {
        "lines": put("session", f"={count}", sums.lines, COUNT),
        "energy_kwh": put("energy_kwh", f"={added_up('energy_kwh', 3)}", sums.energy_kwh, ENERGY),
        "amount_incl_tax": put(
            "amount_incl_tax", f"={added_up('amount_incl_tax', digits)}", sums.amount_incl_tax, amount
        ),
        "tax_amount": put("tax_amount", tax, unknown if sums.tax_amount is None else sums.tax_amount, amount),
    }
    energy, gross = references["energy_kwh"], references["amount_incl_tax"]
    if total.corrections.lines:  # the average is of the sessions alone
        own = f'({cells("currency")}={currency})*({cells("correction")}="")'
        energy = f"ROUND(SUMPRODUCT({own}*{cells('energy_kwh')}),3)"
        gross = f"ROUND(SUMPRODUCT({own}*{cells('amount_incl_tax')}),{digits})"
    put("price", f'=IF({energy}=0,"",ROUND({gross}/{energy},6))', "" if price is None else price, PRICE)
    return references
