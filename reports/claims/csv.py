"""A claim's lines as CSV: for machines, or for a spreadsheet that expects what a Danish one writes.

For machines it is like a report's CSV. In the Danish form people read the same columns: heads and fixed words are in
the claim's language, and no text can become a formula.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipeline.claims.document import Amounts, Claim, ClaimLine, Correction
from reports.claims.words import Words
from reports.excel.text import for_typed_cell
from reports.month.csv import field, rows_to


def machine_csv(claim: Claim) -> bytes:
    """UTF-8, comma, decimal point, line feed; times as ISO 8601 with their offset. What is not known is empty."""
    file = io.StringIO(newline="")
    write = rows_to(file)
    write([column.name for column in _COLUMNS])
    for row in _rows(claim):
        write([_machine_field(column, row) for column in _COLUMNS])
    return file.getvalue().encode()


def danish_csv(claim: Claim) -> bytes:
    """UTF-8 with a byte order mark, semicolon, decimal comma, CRLF; times as `30-03-2025 16:36`, local to the account.

    A line break inside of a text is a line feed between quotes, and what is not known says so.
    """
    words = Words.of(claim)
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([": ".join(words.text(key) for key in column.heads) for column in _COLUMNS])
    for row in _rows(claim):
        writer.writerow([_danish_field(column, row, words) for column in _COLUMNS])
    return file.getvalue().encode("utf-8-sig")


@dataclass(frozen=True)
class _Row:
    """A line of a claim, and where it stands in it."""

    claim: Claim
    place: int
    line: ClaimLine
    minor_digits: int


class _NotKnown:
    """Where there is a figure that nobody knows, apart from None, where there is none."""


@dataclass(frozen=True)
class _Column:
    """Its name for machines, the keys of its head for people, and its value.

    Values are amounts of money, or words of which `words_of` begins the key, or neither.
    """

    name: str
    heads: tuple[str, ...]
    value: Callable[[_Row], Any]
    is_money: bool = False
    words_of: str | None = None


def _rows(claim: Claim) -> Iterator[_Row]:
    digits = {total.currency: total.minor_digits for total in claim.totals}
    for place, line in enumerate(claim.lines, start=1):
        yield _Row(claim, place, line, digits[line.currency])


def _machine_field(column: _Column, row: _Row) -> str:
    value = column.value(row)
    if isinstance(value, _NotKnown):
        return ""
    return field(value, row.minor_digits if column.is_money else None, row.claim.zone)


def _danish_field(column: _Column, row: _Row, words: Words) -> str:
    match column.value(row):
        case _NotKnown():
            return words.text("not_known")
        case str(text) if column.words_of:
            correction = row.line.correction
            return words.text(f"{column.words_of}.{text}", detail=correction.detail if correction else None)
        case str(text):
            return for_typed_cell(text)
        case datetime() as moment:
            return f"{moment.astimezone(row.claim.zone):%d-%m-%Y %H:%M}"
        case date() as day:
            return f"{day:%d-%m-%Y}"
        case Decimal():
            return _machine_field(column, row).replace(".", ",")
        case _:
            return _machine_field(column, row)


def _tax(amounts: Amounts | ClaimLine) -> Decimal | _NotKnown:
    return _NotKnown() if amounts.tax_amount is None else amounts.tax_amount


def _of_correction(value: Callable[[Correction], Any]) -> Callable[[_Row], Any]:
    """A value that only a correction has."""
    return lambda row: None if row.line.correction is None else value(row.line.correction)


def _amounts(which: str, amounts: Callable[[Correction], Amounts]) -> tuple[_Column, ...]:
    """The columns of a correction's old or new amounts."""
    energy = _of_correction(lambda correction: amounts(correction).energy_kwh)
    gross = _of_correction(lambda correction: amounts(correction).amount_incl_tax)
    tax = _of_correction(lambda correction: _tax(amounts(correction)))
    return (
        _Column(f"{which}_energy_kwh", (which, "energy_kwh"), energy),
        _Column(f"{which}_amount_incl_tax", (which, "gross"), gross, is_money=True),
        _Column(f"{which}_tax_amount", (which, "of_which_tax"), tax, is_money=True),
    )


_COLUMNS = (
    _Column("account", ("account",), lambda row: row.claim.account),
    _Column("claim_number", ("claim_number",), lambda row: row.claim.number),
    _Column("line", ("line",), lambda row: row.place),
    _Column("session_id", ("session",), lambda row: row.line.session_id),
    _Column("month", ("month",), lambda row: row.line.month),
    _Column("started_at", ("started",), lambda row: row.line.started_at),
    _Column("stopped_at", ("stopped",), lambda row: row.line.stopped_at),
    _Column("kind", ("kind",), lambda row: row.line.kind, words_of="kind"),
    _Column("charge_point", ("charge_point",), lambda row: row.line.charge_point),
    _Column("evse", ("evse",), lambda row: row.line.evse),
    _Column("car", ("car",), lambda row: row.line.car),
    _Column("currency", ("currency",), lambda row: row.line.currency),
    _Column("energy_kwh", ("energy_kwh",), lambda row: row.line.energy_kwh),
    _Column("amount_incl_tax", ("gross",), lambda row: row.line.amount_incl_tax, is_money=True),
    _Column("tax_amount", ("of_which_tax",), lambda row: _tax(row.line), is_money=True),
    _Column("basis", ("basis",), lambda row: row.line.basis, words_of="basis"),
    _Column("price_incl_tax", ("price",), lambda row: row.line.price_incl_tax),
    _Column("tax_name", ("tax_name",), lambda row: row.line.tax_name),
    _Column("tax_rate", ("tax_rate",), lambda row: row.line.tax_rate),
    _Column("note", ("note",), lambda row: row.line.note),
    _Column("tags", ("tags",), lambda row: ", ".join(row.line.tags)),
    _Column("revision", ("revision",), lambda row: row.line.revision),
    _Column("document_sha256", ("sources.document",), lambda row: row.line.document_sha256),
    _Column("curve_sha256", ("sources.curve",), lambda row: row.line.curve_sha256),
    _Column("corrected_claim", ("corrected_claim",), _of_correction(lambda correction: correction.claim)),
    _Column(
        "correction_reason",
        ("correction",),
        _of_correction(lambda correction: correction.reason),
        words_of="correction",
    ),
    _Column("correction_ground", ("ground",), _of_correction(lambda correction: correction.ground), words_of="ground"),
    _Column("correction_detail", ("detail",), _of_correction(lambda correction: correction.detail)),
    *_amounts("old", lambda correction: correction.old),
    *_amounts("new", lambda correction: correction.new),
)
