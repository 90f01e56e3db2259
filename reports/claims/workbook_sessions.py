"""The claim's lines, one a row, those that correct earlier claims marked, and below them formulas that add them up."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.claims.document import Amounts, Correction, Line, Total
from reports.claims import phrases
from reports.claims.workbook_book import SMALL, Book, put_heads
from reports.claims.workbook_claim import References
from reports.excel_cells import (
    COUNT,
    ENERGY,
    PRICE,
    cell_at,
    font,
    lines_shown,
    put_text,
    put_value,
    rate,
    rule_over,
    rule_under,
)

_HEAD = 4  # row
_CORRECTED = PatternFill("solid", fgColor="FBF2E4")
_LINE_HEIGHT = 13.5  # points
_MOST_LINES = 4


@dataclass(frozen=True)
class _At:
    """A cell to be filled from a line."""

    book: Book
    sheet: Worksheet
    row: int
    column: int

    def text(self, text: str | None, *, wrap: bool = False) -> None:
        if text is not None:
            cell = put_text(self.sheet, self.row, self.column, text)
            cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=wrap)

    def figure(self, value: Decimal | int | None, number_format: str) -> None:
        put_value(self.sheet, self.row, self.column, value, number_format)

    def known(self, value: Decimal | None, number_format: str) -> None:
        self.book.put_amount(self.sheet, self.row, self.column, value, number_format, None)


@dataclass(frozen=True)
class _Column:
    """A column: the keys of its head, its width in characters, and how a line fills it."""

    name: str
    heads: tuple[str, ...]
    width: float
    put: Callable[[_At, Line], object]
    is_figure: bool = False


def _moment(name: str) -> Callable[[_At, Line], Cell]:
    return lambda at, line: at.book.put_moment(at.sheet, at.row, at.column, getattr(line, name))


def _correction(at: _At, line: Line) -> None:
    if line.correction is not None:
        at.text(_told(line.correction, at.book), wrap=True)


def _told(correction: Correction, book: Book) -> str:
    told = phrases.correction(correction, book.words)
    return told[0].upper() + told[1:]


def _old_and_new(name: str, width: float, put: Callable[[_At, Line, Amounts], None]) -> tuple[_Column, _Column]:
    """The columns of a correction's figures, before and now."""

    def column(which: str) -> _Column:
        def put_it(at: _At, line: Line) -> None:
            if line.correction is not None:
                put(at, line, line.correction.old if which == "old" else line.correction.new)

        return _Column(f"{which}.{name}", (which, name), width, put_it, is_figure=True)

    return column("old"), column("new")


_OLD_ENERGY, _NEW_ENERGY = _old_and_new("energy_kwh", 9, lambda at, _, amounts: at.figure(amounts.energy_kwh, ENERGY))
_OLD_AMOUNT, _NEW_AMOUNT = _old_and_new(
    "gross", 10, lambda at, line, amounts: at.figure(amounts.amount_incl_tax, at.book.money(line.currency))
)
_OLD_TAX, _NEW_TAX = _old_and_new(
    "of_which_tax", 10, lambda at, line, amounts: at.known(amounts.tax_amount, at.book.money(line.currency))
)
_OF_ALL = (
    _Column("started", ("started",), 15.5, _moment("started_at")),
    _Column("stopped", ("stopped",), 15.5, _moment("stopped_at")),
    _Column("session", ("session",), 9.5, lambda at, line: at.text(line.session_id)),
    _Column("kind", ("kind",), 8.5, lambda at, line: at.text(at.book.words.text(f"kind.{line.kind}"))),
    _Column("charge_point", ("charge_point",), 19, lambda at, line: at.text(line.charge_point, wrap=True)),
    _Column("car", ("car",), 9, lambda at, line: at.text(line.car, wrap=True)),
    _Column("energy_kwh", ("energy_kwh",), 9, lambda at, line: at.figure(line.energy_kwh, ENERGY), is_figure=True),
    _Column(
        "amount_incl_tax",
        ("gross",),
        11,
        lambda at, line: at.figure(line.amount_incl_tax, at.book.money(line.currency)),
        is_figure=True,
    ),
    _Column(
        "tax_amount",
        ("of_which_tax",),
        10,
        lambda at, line: at.known(line.tax_amount, at.book.money(line.currency)),
        is_figure=True,
    ),
    _Column("price", ("price",), 9, lambda at, line: at.figure(line.price_incl_tax, PRICE), is_figure=True),
    _Column("currency", ("currency",), 7.5, lambda at, line: at.text(line.currency)),
    _Column("note", ("note",), 21, lambda at, line: at.text(line.note, wrap=True)),
)
_OF_CORRECTIONS = (
    _Column("correction", ("correction",), 24, _correction),
    _OLD_ENERGY,
    _OLD_AMOUNT,
    _NEW_ENERGY,
    _NEW_AMOUNT,
)
_ON_SCREEN_ONLY = (
    _Column("evse", ("evse",), 10, lambda at, line: at.text(line.evse)),
    _Column("basis", ("basis",), 34, lambda at, line: at.text(at.book.words.text(f"basis.{line.basis}"))),
    _Column("tax_name", ("tax_name",), 10, lambda at, line: at.text(line.tax_name)),
    _Column(
        "tax_rate",
        ("tax_rate",),
        9,
        lambda at, line: at.known(line.tax_rate, "General" if line.tax_rate is None else rate(line.tax_rate)),
        is_figure=True,
    ),
    _Column("tags", ("tags",), 18, lambda at, line: at.text(", ".join(line.tags))),
    _Column("revision", ("revision",), 9, lambda at, line: at.figure(line.revision, COUNT), is_figure=True),
)


def fill_sessions(book: Book) -> References:
    """Lay out the lines; returns where each currency's totals stand.

    What is of interest now and then stands on the right, beyond what is printed.
    """
    claim, words = book.claim, book.words
    has_corrections = any(line.correction for line in claim.lines)
    printed = _OF_ALL + (_OF_CORRECTIONS if has_corrections else ())
    columns = printed + _ON_SCREEN_ONLY + ((_OLD_TAX, _NEW_TAX) if has_corrections else ())
    widths = (5, *(column.width for column in columns))
    sheet = book.add_sheet(words.text("sheet.sessions"), widths, landscape=True)
    book.put_sheet_opening(sheet, 1)
    heads = [":\n".join(words.text(key) for key in column.heads) for column in columns]
    figures = [place for place, column in enumerate(columns, start=1) if column.is_figure]
    put_heads(sheet, _HEAD, 1, (words.text("line"), *heads), (0, *figures))
    sheet.row_dimensions[_HEAD].height = 41 if has_corrections else 28
    for row, line in enumerate(claim.lines, start=_HEAD + 1):
        _put_line(sheet, row, line, columns, book)
    last = _HEAD + len(claim.lines)
    places = {column.name: place for place, column in enumerate(columns, start=2)}
    references = {}
    if claim.lines:
        for row, total in enumerate(claim.totals, start=last + 1):
            references[total.currency] = _put_total(sheet, row, total, places, range(_HEAD + 1, last + 1), book)
        rule_over(sheet, last + 1, range(1, len(widths) + 1))
        if has_corrections:
            put_text(sheet, 3, 1, words.text("corrections.note"), style=SMALL)
    else:
        put_text(sheet, _HEAD + 1, 1, words.text("no_sessions_claimed"))
    sheet.auto_filter.ref = f"A{_HEAD}:{get_column_letter(len(widths))}{last}"
    sheet.freeze_panes = f"B{_HEAD + 1}"
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
    sheet.print_area = f"A1:{get_column_letter(len(printed) + 1)}{last + max(1, len(references))}"
    return references


def _put_line(sheet: Worksheet, row: int, line: Line, columns: tuple[_Column, ...], book: Book) -> None:
    put_value(sheet, row, 1, row - _HEAD, COUNT)
    for place, column in enumerate(columns, start=2):
        column.put(_At(book, sheet, row, place), line)
        if line.correction is not None:
            cell_at(sheet, row, place).fill = _CORRECTED
    rule_under(sheet, row, range(1, len(columns) + 2))
    texts = {
        "charge_point": line.charge_point,
        "car": line.car,
        "note": line.note,
        "correction": line.correction and _told(line.correction, book),
    }
    wrapped = [(texts[column.name] or "", column.width) for column in columns if column.name in texts]
    sheet.row_dimensions[row].height = _LINE_HEIGHT * lines_shown(wrapped, _MOST_LINES) + 3


def _put_total(
    sheet: Worksheet, row: int, total: Total, places: dict[str, int], rows: range, book: Book
) -> dict[str, str]:
    """A currency's lines added up by formulas, with the claim's own totals as what they come to."""

    def cells(name: str) -> str:
        letter = get_column_letter(places[name])
        return f"${letter}${rows[0]}:${letter}${rows[-1]}"

    def put(name: str, formula: str, result: Decimal | int | str, number_format: str) -> None:
        book.formulas.put(sheet, row, places[name], formula, result, number_format, style=font(bold=True))

    def added_up(name: str, digits: int) -> str:
        return f'ROUND(SUMIF({cells("currency")},"{total.currency}",{cells(name)}),{digits})'

    digits, amount, not_known = (
        book.minor_digits(total.currency),
        book.money(total.currency),
        book.words.text("not_known"),
    )
    count = f'COUNTIF({cells("currency")},"{total.currency}")'
    known = f'SUMPRODUCT(({cells("currency")}="{total.currency}")*ISNUMBER({cells("tax_amount")}))'
    sums, price = total.total, total.average_price_incl_tax
    energy_at, amount_at = (f"{get_column_letter(places[name])}{row}" for name in ("energy_kwh", "amount_incl_tax"))
    put_text(sheet, row, 2, f"{book.words.text('total')} {total.currency}", style=font(bold=True))
    put("session", f"={count}", sums.lines, COUNT)
    put("energy_kwh", f"={added_up('energy_kwh', 3)}", sums.energy_kwh, ENERGY)
    put("amount_incl_tax", f"={added_up('amount_incl_tax', digits)}", sums.amount_incl_tax, amount)
    tax = not_known if sums.tax_amount is None else sums.tax_amount
    put("tax_amount", f'=IF({known}={count},{added_up("tax_amount", digits)},"{not_known}")', tax, amount)
    put("price", f'=IF({energy_at}=0,"",ROUND({amount_at}/{energy_at},6))', "" if price is None else price, PRICE)
    put_text(sheet, row, places["currency"], total.currency, style=font(bold=True))
    sheet.row_dimensions[row].height = _LINE_HEIGHT + 4
    name = quote_sheetname(sheet.title)
    return {
        figure: f"{name}!${get_column_letter(places[place])}${row}"
        for figure, place in {
            "lines": "session",
            "energy_kwh": "energy_kwh",
            "amount_incl_tax": "amount_incl_tax",
            "tax_amount": "tax_amount",
        }.items()
    }
