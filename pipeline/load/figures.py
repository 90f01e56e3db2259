"""Checks the figures of a document and turns them into what the fact tables hold.

Amounts and rates keep the digits that were sent, as text for a DECIMAL(38, 18). Powers are floats in kW.
"""

import math
from decimal import Decimal

_DECIMALS = 18
_LIMIT = Decimal(10) ** 9  # currency units, kW, per cent; far above any figure of a session
_MAX_KW = 9_999.0


class DocumentFaultError(ValueError):
    """A document cannot be used; the text states the fault and its path."""


def is_power(power_kw: float) -> bool:
    """Whether a sample is finite and not beyond any car's power."""
    return math.isfinite(power_kw) and abs(power_kw) < _MAX_KW


def exact(number: Decimal, path: str) -> str:
    """The number's digits. Raises DocumentFaultError if it is not finite, too large, or finer than the tables store."""
    if not number.is_finite():
        raise DocumentFaultError(f"{number} is not a number - at `$.{path}`")
    if not number:
        return "0"
    if number.copy_abs() >= _LIMIT:
        raise DocumentFaultError(f"{number} is too large - at `$.{path}`")
    if _decimals(number) > _DECIMALS:
        raise DocumentFaultError(f"{number} has more than {_DECIMALS} decimals - at `$.{path}`")
    return f"{number:f}"


def _decimals(number: Decimal) -> int:
    """How many decimals the number needs. Decimal's own arithmetic would round it to 28 digits first."""
    _, digits, exponent = number.as_tuple()
    trailing_zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return -int(exponent) - trailing_zeros


def optional(number: Decimal | None, path: str) -> str | None:
    """The number's digits, or None. Raises as `exact`."""
    return None if number is None else exact(number, path)


def percent(number: Decimal | None) -> str | None:
    """The digits of a rate of tax, or None. Raises DocumentFaultError below 0 and from 100 per cent on."""
    if number is not None and not 0 <= number < 100:
        raise DocumentFaultError(f"{number} is not a rate of tax - at `$.electricity_cost_tax_percent`")
    return optional(number, "electricity_cost_tax_percent")
