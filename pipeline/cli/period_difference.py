"""Why a charging period's energy times its price is not its amount, as far as the operator's answers show it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from reports.explanation import Row

_LAG = "the amount is as sent, by meter values that can lag behind the power history"
_UNKNOWN = "the answers do not say why the amount is another"
_SHIFTED = Decimal("0.01")  # of the energy: how far the meter and the power history may be apart


def difference(period: Row, periods: Sequence[Row], digits: int) -> str | None:
    """The product and the reason, or None where it is the amount, within a minor unit, or the price is unknown.

    `periods` are all of the session; one that spans several hours is among them more than once.
    """
    if period["price_incl_tax"] is None:
        return None
    product = period["energy_kwh"] * period["price_incl_tax"]
    if _is_amount(product, period, digits):
        return None
    return f"× {period['energy_kwh']} kWh = {product:.{digits}f}; {_reason(period, periods, digits)}"


def _is_amount(product: Decimal, period: Row, digits: int) -> bool:
    amount: Decimal = period["amount_incl_tax"]
    return abs(product - amount) <= Decimal(1).scaleb(-digits)


def _reason(period: Row, periods: Sequence[Row], digits: int) -> str:
    if period["state_not_understood"]:
        return f"its state also has {period['state_not_understood']}, which is not understood"
    if free_kwh := _free_kwh(period):
        rest = (period["energy_kwh"] - free_kwh) * period["price_incl_tax"]
        more = "" if _is_amount(rest, period, digits) else f", and {_UNKNOWN}"
        return f"{free_kwh} kWh of it are free, which leaves {rest:.{digits}f}{more}"
    return _LAG if _is_shifted({one["period"]: one for one in periods}.values()) else _UNKNOWN


def _free_kwh(period: Row) -> Decimal:
    return Decimal(period["free_energy_wh"] or 0).scaleb(-3)


def _is_shifted(periods: Iterable[Row]) -> bool:
    """Whether the amounts of all periods together are for the same energy, so that only its division differs."""
    priced = [period for period in periods if period["price_incl_tax"]]
    paid = [period["amount_incl_tax"] / period["price_incl_tax"] for period in priced]
    energy_kwh = sum(period["energy_kwh"] - _free_kwh(period) for period in priced)
    return len(priced) > 1 and min(paid) >= 0 and abs(sum(paid) - energy_kwh) <= _SHIFTED * energy_kwh
