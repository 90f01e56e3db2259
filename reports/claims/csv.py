"""A claim's lines as CSV: one file for machines, and one with the separators of a Danish spreadsheet.

The file for machines follows the rules of a report's CSV. The Danish file has the same columns for people: headings
and fixed words are in the claim's language, and no text can become a formula.
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
from reports.excel.text import for_untyped_cell
from reports.month.csv import field, rows_to


def machine_csv(claim: Claim) -> bytes:
    """UTF-8, comma, decimal point, line feed; times as ISO 8601 with offset; unknown figures are empty."""
    file = io.StringIO(newline="")
    write = rows_to(file)
    write([column.name for column in COLUMNS])
    for row in _numbered_lines(claim):
        write([_machine_field(column, row) for column in COLUMNS])
    return file.getvalue().encode()


def danish_csv(claim: Claim) -> bytes:
    """UTF-8 with a byte order mark, semicolon, decimal comma, CRLF; times as `30-03-2025 16:36`, local to the account.

    A line break inside a text is a line feed between quotes. An unknown figure is `ukendt` or `unknown`.
    """
    words = Words.of(claim)
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([": ".join(words.text(key) for key in column.headings) for column in COLUMNS])
    for row in _numbered_lines(claim):
        writer.writerow([_danish_field(column, row, words) for column in COLUMNS])
    return file.getvalue().encode("utf-8-sig")


@dataclass(frozen=True)
class _NumberedLine:
    """A line of a claim with its number, from 1."""

    claim: Claim
    number: int
    line: ClaimLine
    minor_digits: int


class _UnknownFigure:
    """An unknown figure. None is a figure that does not apply."""


@dataclass(frozen=True)
class CsvColumn:
    """A column: its name for machines, the text keys of its heading for people, and its value.

    `key_prefix` is set where the value is the last part of a text's key: `basis` and `billed` make `basis.billed`.
    """

    name: str
    headings: tuple[str, ...]
    value: Callable[[_NumberedLine], Any]
    is_money: bool = False
    key_prefix: str | None = None


def _numbered_lines(claim: Claim) -> Iterator[_NumberedLine]:
    digits = {total.currency: total.minor_digits for total in claim.totals}
    for number, line in enumerate(claim.lines, start=1):
        yield _NumberedLine(claim, number, line, digits[line.currency])


def _machine_field(column: CsvColumn, row: _NumberedLine) -> str:
    value = column.value(row)
    if isinstance(value, _UnknownFigure):
        return ""
    return field(value, row.minor_digits if column.is_money else None, row.claim.zone)


def _danish_field(column: CsvColumn, row: _NumberedLine, words: Words) -> str:
    match column.value(row):
        case _UnknownFigure():
            return words.text("unknown")
        case str(kind) if column.name == "kind":
            return for_untyped_cell(words.kind(kind))
        case str(text) if column.key_prefix:
            correction = row.line.correction
            return words.text(f"{column.key_prefix}.{text}", detail=correction.detail if correction else None)
        case str(text):
            return for_untyped_cell(text)
        case datetime() as moment:
            return f"{moment.astimezone(row.claim.zone):%d-%m-%Y %H:%M}"
        case date() as day:
            return f"{day:%d-%m-%Y}"
        case Decimal():
            return _machine_field(column, row).replace(".", ",")
        case _:
            return _machine_field(column, row)


def _tax(amounts: Amounts | ClaimLine) -> Decimal | _UnknownFigure:
    return _UnknownFigure() if amounts.tax_amount is None else amounts.tax_amount


def _of_session(value: Callable[[ClaimLine], Any]) -> Callable[[_NumberedLine], Any]:
    """A value of the whole session. A correction has none: its line is a difference of two amounts."""
    return lambda row: value(row.line) if row.line.correction is None else None


def _of_correction(value: Callable[[Correction], Any]) -> Callable[[_NumberedLine], Any]:
    """A value that only corrections have."""
    return lambda row: None if row.line.correction is None else value(row.line.correction)


def _amounts(which: str, amounts: Callable[[Correction], Amounts]) -> tuple[CsvColumn, ...]:
    """The columns of a correction's old or new amounts."""
    energy = _of_correction(lambda correction: amounts(correction).energy_kwh)
    gross = _of_correction(lambda correction: amounts(correction).amount_incl_tax)
    tax = _of_correction(lambda correction: _tax(amounts(correction)))
    return (
        CsvColumn(f"{which}_energy_kwh", (which, "energy_kwh"), energy),
        CsvColumn(f"{which}_amount_incl_tax", (which, "gross"), gross, is_money=True),
        CsvColumn(f"{which}_tax_amount", (which, "of_which_tax"), tax, is_money=True),
    )


COLUMNS = (
    CsvColumn("account", ("account",), lambda row: row.claim.account),
    CsvColumn("claim_number", ("claim_number",), lambda row: row.claim.number),
    CsvColumn("line", ("line",), lambda row: row.number),
    CsvColumn("session_id", ("session",), lambda row: row.line.session_id),
    CsvColumn("month", ("month",), lambda row: row.line.month),
    CsvColumn("started_at", ("started",), lambda row: row.line.started_at),
    CsvColumn("stopped_at", ("stopped",), lambda row: row.line.stopped_at),
    CsvColumn("kind", ("kind",), lambda row: row.line.kind),
    CsvColumn("charge_point", ("charge_point",), lambda row: row.line.charge_point),
    CsvColumn("evse", ("evse",), lambda row: row.line.evse),
    CsvColumn("car", ("car",), lambda row: row.line.car),
    CsvColumn("currency", ("currency",), lambda row: row.line.currency),
    CsvColumn("energy_kwh", ("energy_kwh",), lambda row: row.line.energy_kwh),
    CsvColumn("amount_incl_tax", ("gross",), lambda row: row.line.amount_incl_tax, is_money=True),
    CsvColumn("tax_amount", ("of_which_tax",), lambda row: _tax(row.line), is_money=True),
    CsvColumn("basis", ("basis",), lambda row: row.line.basis, key_prefix="basis"),
    CsvColumn("price_incl_tax", ("price",), _of_session(lambda line: line.price_incl_tax)),
    CsvColumn("tax_name", ("tax_name",), lambda row: row.line.tax_name),
    CsvColumn("tax_rate", ("tax_rate",), lambda row: row.line.tax_rate),
    CsvColumn("note", ("note",), lambda row: row.line.note),
    CsvColumn("tags", ("tags",), lambda row: ", ".join(row.line.tags)),
    CsvColumn("minimum_price", ("minimum_price",), _of_session(lambda line: line.minimum_price), is_money=True),
    CsvColumn(
        "origin", ("origin",), lambda row: "imported" if row.line.is_imported else "fetched", key_prefix="origin"
    ),
    CsvColumn("revision", ("revision",), lambda row: row.line.revision),
    CsvColumn("document_sha256", ("sources.document",), lambda row: row.line.document_sha256),
    CsvColumn("curve_sha256", ("sources.curve",), lambda row: row.line.curve_sha256),
    CsvColumn("corrected_claim", ("corrected_claim",), _of_correction(lambda correction: correction.claim)),
    CsvColumn(
        "correction_reason",
        ("correction",),
        _of_correction(lambda correction: correction.reason),
        key_prefix="correction",
    ),
    CsvColumn(
        "correction_ground", ("ground",), _of_correction(lambda correction: correction.ground), key_prefix="ground"
    ),
    CsvColumn("correction_detail", ("detail",), _of_correction(lambda correction: correction.detail)),
    *_amounts("old", lambda correction: correction.old),
    *_amounts("new", lambda correction: correction.new),
)
