"""The columns that a claim's lines fill: what stands on paper, and beyond it what is of interest now and then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.claims.document import Amounts, ClaimLine, Correction
from reports.claims import phrases
from reports.claims.workbook.book import Book, put_currency
from reports.excel.cells import COUNT, ENERGY, PRICE, put_text, put_value, rate


@dataclass(frozen=True)
class At:
    """A cell to be filled from a line."""

    book: Book
    sheet: Worksheet
    row: int
    column: int

    def text(self, text: str | None) -> None:
        """Put in text."""
        if text is not None:
            put_text(self.sheet, self.row, self.column, text)

    def wrapped(self, text: str | None) -> None:
        """Put in text that may need several lines."""
        if text is not None:
            put_text(self.sheet, self.row, self.column, text).alignment = Alignment(horizontal="left", wrap_text=True)

    def word(self, key: str) -> None:
        """Put in a word of the claim's language."""
        self.text(self.book.words.text(key))

    def moment(self, moment: datetime) -> None:
        """Put in a moment."""
        self.book.put_moment(self.sheet, self.row, self.column, moment)

    def figure(self, value: Decimal | int | None, number_format: str) -> None:
        """Put in a figure that there may not be."""
        put_value(self.sheet, self.row, self.column, value, number_format)

    def known(self, value: Decimal | None, number_format: str) -> None:
        """Put in a figure that may not be known."""
        self.book.put_amount(self.sheet, self.row, self.column, value, number_format, None)

    def currency(self, currency: str) -> None:
        """Put in a currency."""
        put_currency(self.sheet, self.row, self.column, currency)


@dataclass(frozen=True)
class Column:
    """A column: the keys of its head, its width in characters, how a line fills it and where its head stands."""

    name: str
    heads: tuple[str, ...]
    width: float
    put: Callable[[At, ClaimLine], object]
    align: str = "r"


def columns_of(lines: tuple[ClaimLine, ...]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """The columns to print, and those beyond. Corrections have theirs only where there are any."""
    if any(line.correction for line in lines):
        return _PRINTED + _OF_CORRECTIONS, _ON_SCREEN + _OF_CORRECTIONS_ON_SCREEN
    return _PRINTED, _ON_SCREEN


def _of_correction(put: Callable[[At, ClaimLine, Correction], object]) -> Callable[[At, ClaimLine], object]:
    return lambda at, line: None if line.correction is None else put(at, line, line.correction)


def _put_correction(at: At, _: ClaimLine, correction: Correction) -> None:
    told = phrases.correction(correction, at.book.words)
    at.wrapped(told[0].upper() + told[1:])


def _old_and_new(name: str, width: float, put: Callable[[At, ClaimLine, Amounts], object]) -> tuple[Column, Column]:
    """The columns of one of a correction's figures, before and now."""
    old = _of_correction(lambda at, line, correction: put(at, line, correction.old))
    new = _of_correction(lambda at, line, correction: put(at, line, correction.new))
    return Column(f"old.{name}", ("old", name), width, old), Column(f"new.{name}", ("new", name), width, new)


def _put_gross(at: At, line: ClaimLine, amounts: Amounts | ClaimLine) -> None:
    at.figure(amounts.amount_incl_tax, at.book.money(line.currency))


def _put_tax(at: At, line: ClaimLine, amounts: Amounts | ClaimLine) -> None:
    at.known(amounts.tax_amount, at.book.money(line.currency))


def _put_rate(at: At, line: ClaimLine) -> None:
    at.known(line.tax_rate, "General" if line.tax_rate is None else rate(line.tax_rate))


_OLD_ENERGY, _NEW_ENERGY = _old_and_new("energy_kwh", 9, lambda at, _, amounts: at.figure(amounts.energy_kwh, ENERGY))
_OLD_GROSS, _NEW_GROSS = _old_and_new("gross", 10, _put_gross)

_PRINTED = (
    Column("started", ("started",), 15.5, lambda at, line: at.moment(line.started_at), "l"),
    Column("stopped", ("stopped",), 15.5, lambda at, line: at.moment(line.stopped_at), "l"),
    Column("session", ("session",), 9.5, lambda at, line: at.text(line.session_id), "l"),
    Column("kind", ("kind",), 8.5, lambda at, line: at.word(f"kind.{line.kind}"), "l"),
    Column("charge_point", ("charge_point",), 19, lambda at, line: at.wrapped(line.charge_point), "l"),
    Column("car", ("car",), 9, lambda at, line: at.wrapped(line.car), "l"),
    Column("energy_kwh", ("energy_kwh",), 9, lambda at, line: at.figure(line.energy_kwh, ENERGY)),
    Column("amount_incl_tax", ("gross",), 11, lambda at, line: _put_gross(at, line, line)),
    Column("tax_amount", ("of_which_tax",), 11.5, lambda at, line: _put_tax(at, line, line)),
    Column("price", ("price",), 9, lambda at, line: at.figure(line.price_incl_tax, PRICE)),
    Column("currency", ("currency",), 9, lambda at, line: at.currency(line.currency), "m"),
    Column("note", ("note",), 21, lambda at, line: at.wrapped(line.note), "l"),
)
_OF_CORRECTIONS = (
    Column("correction", ("correction",), 27, _of_correction(_put_correction), "l"),
    _OLD_ENERGY,
    _OLD_GROSS,
    _NEW_ENERGY,
    _NEW_GROSS,
)
_ON_SCREEN = (
    Column("evse", ("evse",), 10, lambda at, line: at.text(line.evse), "l"),
    Column("basis", ("basis",), 36, lambda at, line: at.word(f"basis.{line.basis}"), "l"),
    Column("tax_name", ("tax_name",), 15, lambda at, line: at.text(line.tax_name), "l"),
    Column("tax_rate", ("tax_rate",), 10, _put_rate),
    Column("tags", ("tags",), 18, lambda at, line: at.text(", ".join(line.tags)), "l"),
    Column("revision", ("revision",), 9, lambda at, line: at.figure(line.revision, COUNT)),
)
_OF_CORRECTIONS_ON_SCREEN = _old_and_new("of_which_tax", 11, _put_tax)
