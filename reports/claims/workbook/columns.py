"""The columns of a claim's lines: those that are printed, and more on the right for the screen only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.claims.document import Amounts, ClaimLine, Correction
from reports.claims import phrases
from reports.claims.workbook.book import Book, put_currency
from reports.excel.cells import COUNT, ENERGY, PRICE, put_text, put_value, rate_format


@dataclass(frozen=True)
class LineCell:
    """A cell to fill from a line."""

    book: Book
    sheet: Worksheet
    row: int
    column: int

    def text(self, text: str | None) -> None:
        """Put in text."""
        if text is not None:
            put_text(self.sheet, self.row, self.column, text)

    def wrapped(self, text: str | None) -> None:
        """Put in text that may wrap over several lines."""
        if text is not None:
            put_text(self.sheet, self.row, self.column, text).alignment = Alignment(horizontal="left", wrap_text=True)

    def word(self, key: str) -> None:
        """Put in a fixed text in the claim's language."""
        self.text(self.book.words.text(key))

    def moment(self, moment: datetime) -> None:
        """Put in a time."""
        self.book.put_moment(self.sheet, self.row, self.column, moment)

    def figure(self, value: Decimal | int | None, number_format: str) -> None:
        """Put in a figure, or leave the cell empty."""
        put_value(self.sheet, self.row, self.column, value, number_format)

    def figure_or_unknown(self, value: Decimal | None, number_format: str) -> None:
        """Put in a figure, or the text for an unknown one."""
        self.book.put_amount(self.sheet, self.row, self.column, value, number_format, None)

    def currency(self, currency: str) -> None:
        """Put in a currency."""
        put_currency(self.sheet, self.row, self.column, currency)


@dataclass(frozen=True)
class ClaimColumn:
    """A column: the text keys of its heading, its width in characters, how a line fills it, and its alignment."""

    name: str
    headings: tuple[str, ...]
    width: float
    put: Callable[[LineCell, ClaimLine], object]
    align: str = "r"


def columns_of(lines: tuple[ClaimLine, ...]) -> tuple[tuple[ClaimColumn, ...], tuple[ClaimColumn, ...]]:
    """The columns to print, and those for the screen only. Columns of corrections appear only if there are any."""
    if any(line.correction for line in lines):
        return _PRINTED + _OF_CORRECTIONS, _ON_SCREEN + _OF_CORRECTIONS_ON_SCREEN
    return _PRINTED, _ON_SCREEN


def _of_correction(put: Callable[[LineCell, ClaimLine, Correction], object]) -> Callable[[LineCell, ClaimLine], object]:
    return lambda cell, line: None if line.correction is None else put(cell, line, line.correction)


def _put_correction(cell: LineCell, _: ClaimLine, correction: Correction) -> None:
    reason = phrases.correction(correction, cell.book.words)
    cell.wrapped(reason[0].upper() + reason[1:])


def _old_and_new(
    name: str, width: float, put: Callable[[LineCell, ClaimLine, Amounts], object]
) -> tuple[ClaimColumn, ClaimColumn]:
    """Two columns for one of a correction's figures: before and now."""
    old = _of_correction(lambda cell, line, correction: put(cell, line, correction.old))
    new = _of_correction(lambda cell, line, correction: put(cell, line, correction.new))
    return ClaimColumn(f"old.{name}", ("old", name), width, old), ClaimColumn(f"new.{name}", ("new", name), width, new)


def _put_gross(cell: LineCell, line: ClaimLine, amounts: Amounts | ClaimLine) -> None:
    cell.figure(amounts.amount_incl_tax, cell.book.money_format(line.currency))


def _put_tax(cell: LineCell, line: ClaimLine, amounts: Amounts | ClaimLine) -> None:
    cell.figure_or_unknown(amounts.tax_amount, cell.book.money_format(line.currency))


def _put_price(cell: LineCell, line: ClaimLine) -> None:
    """A correction is a difference of two amounts, and has no price."""
    cell.figure(line.price_incl_tax if line.correction is None else None, PRICE)


def _put_remarks(cell: LineCell, line: ClaimLine) -> None:
    cell.text("; ".join(phrases.remarks(line, cell.book.words)))


def _put_rate(cell: LineCell, line: ClaimLine) -> None:
    cell.figure_or_unknown(line.tax_rate, "General" if line.tax_rate is None else rate_format(line.tax_rate))


_OLD_ENERGY, _NEW_ENERGY = _old_and_new(
    "energy_kwh", 9, lambda cell, _, amounts: cell.figure(amounts.energy_kwh, ENERGY)
)
_OLD_GROSS, _NEW_GROSS = _old_and_new("gross", 10, _put_gross)

_PRINTED = (
    ClaimColumn("started", ("started",), 15.5, lambda cell, line: cell.moment(line.started_at), "l"),
    ClaimColumn("stopped", ("stopped",), 15.5, lambda cell, line: cell.moment(line.stopped_at), "l"),
    ClaimColumn("session", ("session",), 9.5, lambda cell, line: cell.text(line.session_id), "l"),
    ClaimColumn("kind", ("kind",), 8.5, lambda cell, line: cell.text(cell.book.words.kind(line.kind)), "l"),
    ClaimColumn("charge_point", ("charge_point",), 19, lambda cell, line: cell.wrapped(line.charge_point), "l"),
    ClaimColumn("car", ("car",), 9, lambda cell, line: cell.wrapped(line.car), "l"),
    ClaimColumn("energy_kwh", ("energy_kwh",), 9, lambda cell, line: cell.figure(line.energy_kwh, ENERGY)),
    ClaimColumn("amount_incl_tax", ("gross",), 11, lambda cell, line: _put_gross(cell, line, line)),
    ClaimColumn("tax_amount", ("of_which_tax",), 11.5, lambda cell, line: _put_tax(cell, line, line)),
    ClaimColumn("price", ("price",), 9, _put_price),
    ClaimColumn("currency", ("currency",), 9, lambda cell, line: cell.currency(line.currency), "m"),
    ClaimColumn("note", ("note",), 21, lambda cell, line: cell.wrapped(line.note), "l"),
)
_OF_CORRECTIONS = (
    ClaimColumn("correction", ("correction",), 27, _of_correction(_put_correction), "l"),
    _OLD_ENERGY,
    _OLD_GROSS,
    _NEW_ENERGY,
    _NEW_GROSS,
)
_ON_SCREEN = (
    ClaimColumn("evse", ("evse",), 10, lambda cell, line: cell.text(line.evse), "l"),
    ClaimColumn("basis", ("basis",), 36, lambda cell, line: cell.text(phrases.basis(line, cell.book.words)), "l"),
    ClaimColumn("tax_name", ("tax_name",), 15, lambda cell, line: cell.text(line.tax_name), "l"),
    ClaimColumn("tax_rate", ("tax_rate",), 10, _put_rate),
    ClaimColumn("tags", ("tags",), 18, lambda cell, line: cell.text(", ".join(line.tags)), "l"),
    ClaimColumn("remark", ("remark",), 44, _put_remarks, "l"),
    ClaimColumn("revision", ("revision",), 9, lambda cell, line: cell.figure(line.revision, COUNT)),
)
_OF_CORRECTIONS_ON_SCREEN = _old_and_new("of_which_tax", 11, _put_tax)
