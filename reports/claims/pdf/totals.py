"""The totals of a claim as a table: per currency a row for sessions, for corrections, and for both together."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from pipeline.claims.document import Sum, Total
from reports.claims.words import Words


class TotalsRow(msgspec.Struct, frozen=True):
    """Figures in one currency: a part, or the total that is claimed."""

    cells: list[str]
    is_total: bool


class TotalsTable(msgspec.Struct, frozen=True):
    """Two columns of words, then columns of figures."""

    header: list[str]
    rows: list[TotalsRow]


def totals_of(totals: Sequence[Total], words: Words) -> TotalsTable:
    """The totals of a claim; sessions and corrections have rows of their own only if there are corrections."""
    header = ["sum", "currency", "count", "energy_kwh", "average_price.short", "gross", "of_which_tax"]
    rows = []
    for total in totals:
        if total.corrections.lines:
            rows += [
                _row("sessions", total, total.sessions, words),
                _row("corrections", total, total.corrections, words),
            ]
        rows.append(_row("total", total, total.total, words))
    return TotalsTable([words.text(key) for key in header], rows)


def money_text(amount: Decimal | None, words: Words) -> str:
    """An amount with its own number of decimals, which is its currency's; for None the text of an unknown figure."""
    return words.text("unknown") if amount is None else words.money(amount, digits_of(amount))


def digits_of(number: Decimal) -> int:
    """The number of decimals of a number."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _row(key: str, total: Total, figures: Sum, words: Words) -> TotalsRow:
    # The average is of the sessions alone. Without corrections they have no row of their own.
    is_of_sessions = key == "sessions" or not total.corrections.lines
    price = total.average_price_incl_tax if is_of_sessions else None
    return TotalsRow(
        [
            words.text(key),
            total.currency,
            words.count(figures.lines),
            words.kwh(figures.energy_kwh),
            "" if price is None else words.price(price),
            words.money(figures.amount_incl_tax, total.minor_digits),
            words.text("unknown")
            if figures.tax_amount is None
            else words.money(figures.tax_amount, total.minor_digits),
        ],
        key == "total",
    )
