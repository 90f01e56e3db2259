"""The sums of a claim's lines, computed in SQL like all numbers."""

from datetime import date
from decimal import Context, Decimal, Inexact
from typing import Any

import duckdb
from babel.numbers import get_currency_precision

from pipeline.claims.document import ClaimLine, Day, Sum, Total
from pipeline.database import models
from pipeline.database.connection import rows
from pipeline.database.insert import insert

_ENERGY_DIGITS = 3
_EXACT = Context(traps=[Inexact])

_CREATE_LINES = """
    create or replace temp table drafted_lines (
        stopped_at timestamptz,
        currency varchar,
        energy_kwh decimal(18, 3),
        amount_incl_tax decimal(18, 3),
        tax_amount decimal(18, 3),
        is_correction boolean
    )
"""

_DIGITS = """
    select max(minor_unit_decimal)
    from facts.session_facts
    where account = ? and currency = ?
"""


class LineSums:
    """Sums up claim lines in an open archive; `currency` is that of the account, which is listed first."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, account: str, currency: str) -> None:
        self._connection = connection
        self._account = account
        self._currency = currency
        self._digits: dict[str, int] = {}

    def minor_digits(self, currency: str) -> int:
        """The digits of a currency's minor unit, as the operator states them, else as in the Unicode CLDR."""
        if currency not in self._digits:
            row = self._connection.execute(_DIGITS, [self._account, currency]).fetchone()
            stated_digits = row[0] if row else None
            self._digits[currency] = get_currency_precision(currency) if stated_digits is None else int(stated_digits)
        return self._digits[currency]

    def totals(self, lines: tuple[ClaimLine, ...]) -> tuple[Total, ...]:
        """One total per currency; without lines, a total of zero in the account's currency."""
        self._load(lines)
        sums = {(row["currency"], row["kind"]): row for row in self._rows(models.query("claim_totals"))}
        currencies = list(dict.fromkeys(currency for currency, _ in sums)) or [self._currency]
        return tuple(self._total(currency, sums) for currency in currencies)

    def days(self, lines: tuple[ClaimLine, ...], month: date, timezone: str) -> tuple[Day, ...]:
        """The sums per day, without the corrections."""
        self._load(lines)
        return tuple(
            Day(
                day=row["day"],
                currency=row["currency"],
                sessions=row["sessions"],
                energy_kwh=energy(row["energy_kwh"]),
                amount_incl_tax=money(row["amount_incl_tax"], self.minor_digits(row["currency"])),
            )
            for row in self._rows(models.query("claim_days"), month=month, timezone=timezone)
        )

    def _load(self, lines: tuple[ClaimLine, ...]) -> None:
        values = [
            (
                line.stopped_at,
                line.currency,
                line.energy_kwh,
                line.amount_incl_tax,
                line.tax_amount,
                line.correction is not None,
            )
            for line in lines
        ]
        self._connection.execute(_CREATE_LINES)
        insert(self._connection, "drafted_lines", values)

    def _rows(self, query: str, **parameters: object) -> list[dict[str, Any]]:
        return rows(self._connection, query, {"currency": self._currency, **parameters})

    def _total(self, currency: str, sums: dict[tuple[str, str], dict[str, Any]]) -> Total:
        digits = self.minor_digits(currency)
        total, sessions = (sums.get((currency, kind)) for kind in ("total", "sessions"))
        return Total(
            currency=currency,
            minor_digits=digits,
            sessions=_sum(sessions, digits),
            corrections=_sum(sums.get((currency, "corrections")), digits),
            total=_sum(total, digits),
            average_price_incl_tax=sessions["average_price_incl_tax"] if sessions else None,
        )


def money(amount: Decimal, digits: int) -> Decimal:
    """An amount with the digits of its currency's minor unit. Raises decimal.Inexact if it has more."""
    return amount.quantize(Decimal(1).scaleb(-digits), context=_EXACT)


def money_or_none(amount: Decimal | None, digits: int) -> Decimal | None:
    """As `money`, for an amount that may be unknown."""
    return None if amount is None else money(amount, digits)


def energy(kwh: Decimal) -> Decimal:
    """An energy in kWh with three decimals. Raises decimal.Inexact if it has more."""
    return kwh.quantize(Decimal(1).scaleb(-_ENERGY_DIGITS), context=_EXACT)


def _sum(row: dict[str, Any] | None, digits: int) -> Sum:
    if row is None:
        row = {"lines": 0, "energy_kwh": Decimal(), "amount_incl_tax": Decimal(), "tax_amount": Decimal()}
    return Sum(
        lines=row["lines"],
        energy_kwh=energy(row["energy_kwh"]),
        amount_incl_tax=money(row["amount_incl_tax"], digits),
        tax_amount=money_or_none(row["tax_amount"], digits),
    )
