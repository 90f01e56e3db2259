"""Amounts in tables: with the decimals of their currency."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pipeline.text import money_text

_AMOUNTS = ("amount_incl_tax", "tax_amount")


def cells(row: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
    """The named values of a row, with amounts in the decimals of their currency."""
    return [in_decimals(row[name], row["currency"]) if name in _AMOUNTS else row[name] for name in names]


def in_decimals(amount: Decimal | None, currency: str) -> Decimal | None:
    """The amount with the decimals of its currency, or more if it has more."""
    return None if amount is None else Decimal(money_text(amount, currency).replace(",", ""))
