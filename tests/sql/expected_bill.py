"""A bill recomputed without the pipeline, in fractions: the rule as the head of bill_audit states it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor

from tests.sql.billed_archive import BilledSession, Period

TAX = Fraction(1, 4)
_TRILLION = 10**12


def recompute_bill(session: BilledSession, *, minimum: str | None, connection: str, idle_fee: str) -> Decimal:
    """The bill in currency units, of a session in which every `charging` or `idle` period has a price."""
    shares = [_share(session, period) for period in session.periods]
    shared = zip(shares, session.periods, strict=True)
    energy = sum((session.energy_wh * share * _price(period) / 1000 for share, period in shared), Fraction())
    free_periods = [period for period in session.periods if session.energy_wh and period.free_wh]
    free = sum(((period.free_wh or 0) * _price(period) / 1000 for period in free_periods), Fraction())
    idle_s = sum(period.stops - period.starts for period in session.periods if period.state.startswith("idle"))
    parts = [
        _rounded_down(energy),
        Fraction(connection),
        _rounded_down(Fraction(idle_s, 60) * Fraction(idle_fee)),
        -_rounded_down(free),
    ]
    exact = sum(parts, Fraction())
    bill = round_half_away(exact)
    if session.energy_wh > 0 and minimum is not None:
        bill = max(bill, Decimal(minimum))
    return bill


def round_half_away(exact: Fraction) -> Decimal:
    """Rounded to two decimals, halves away from zero."""
    hundredths = floor(abs(exact) * 100 + Fraction(1, 2))
    return Decimal(hundredths if exact >= 0 else -hundredths).scaleb(-2)


def verdict(billed: Decimal, bill: Decimal, unrounded_minimum: bool) -> str:
    """The verdict on a bill whose tariff and periods are all understood, and whose energy is measured."""
    if abs(billed - bill) <= abs(bill) / 100 + Decimal("0.05"):
        return "minimum price" if unrounded_minimum else "ok"
    return "overbilled" if billed > bill else "underbilled"


def _share(session: BilledSession, period: Period) -> Fraction:
    if session.energy_wh == 0:
        return Fraction()
    energies = [_energy_flow(session.curve, other_period) for other_period in session.periods]
    return Fraction(_energy_flow(session.curve, period), sum(energies))


def _energy_flow(curve: Sequence[tuple[int, float]], period: Period) -> int:
    """mW × s in a charging period, each sample holding until the next."""
    if not period.state.startswith("charging"):
        return 0
    total = 0
    for (begins, kw), (ends, _) in pairwise(curve):
        milliwatts = int(Decimal(str(kw)).scaleb(6).to_integral_value(ROUND_HALF_UP))
        total += milliwatts * max(0, min(ends, period.stops) - max(begins, period.starts))
    return total


def _price(period: Period) -> Fraction:
    pairs = dict(pair.split("|") for pair in period.state.split("@")[1].split("&"))
    return Fraction(pairs["price"]) * (1 + TAX) + Fraction(pairs["markup"])


def _rounded_down(exact: Fraction) -> Fraction:
    return Fraction(floor(exact * _TRILLION), _TRILLION)
