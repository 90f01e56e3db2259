"""The totals of a claim as a table: a row for the sessions, the corrections and both together, for each currency."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from pipeline.claims.document import Sum, Total
from reports.claims.words import Words


class TotalsRow(msgspec.Struct, frozen=True):
    """Figures of one currency; the total is the row that counts."""

    cells: list[str]
    is_total: bool


class TotalsTable(msgspec.Struct, frozen=True):
    """Two columns of words, the others of figures."""

    header: list[str]
    rows: list[TotalsRow]


def totals_of(totals: Sequence[Total], words: Words) -> TotalsTable:
    """The totals of a claim; sessions and corrections stand apart where there are corrections."""
    header = ["", "currency", "count", "energy_kwh", "average_price.short", "gross", "of_which_tax"]
    rows = []
    for total in totals:
        if total.corrections.lines:
            rows += [
                _row("sessions", total, total.sessions, words),
                _row("corrections", total, total.corrections, words),
            ]
        rows.append(_row("total", total, total.total, words))
    return TotalsTable([words.text(key) if key else "" for key in header], rows)


def money(amount: Decimal | None, words: Words) -> str:
    """An amount with the digits that it has, which are those of its currency."""
    return words.text("not_known") if amount is None else words.money(amount, digits_of(amount))


def digits_of(number: Decimal) -> int:
    """How many decimals a number is written with."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _row(key: str, total: Total, figures: Sum, words: Words) -> TotalsRow:
    price = total.average_price_incl_tax if key == "total" else None
    return TotalsRow(
        [
            words.text(key),
            total.currency,
            words.count(figures.lines),
            words.kwh(figures.energy_kwh),
            "" if price is None else words.price(price),
            words.money(figures.amount_incl_tax, total.minor_digits),
            words.text("not_known")
            if figures.tax_amount is None
            else words.money(figures.tax_amount, total.minor_digits),
        ],
        key == "total",
    )
