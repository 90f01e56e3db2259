"""What a session is reimbursed with, computed again in plain Python and fractions, without the SQL.

For accounts whose local hours are whole hours of UTC. Amounts are in minor units.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from zoneinfo import ZoneInfo

from tests.sql.reimbursed_archive import Period, ReimbursedSession

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
Interval = tuple[datetime, datetime, Fraction]
Months = dict[date, Fraction]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """An account's terms of reimbursement. Amounts per kWh are in currency units; `addition` takes the local time."""

    basis: str
    zone: ZoneInfo
    tax: Fraction
    refund: Fraction = Fraction(0)
    rate: Fraction = Fraction(0)
    addition: Callable[[datetime], Fraction | None] = lambda _: Fraction(0)


def expected_amounts(session: ReimbursedSession, terms: Terms) -> tuple[int | None, dict[date, int | None]]:
    """The amount of the whole session, and of each month that it lasts into; None where it is not known."""
    months = sorted({_month(hour, terms.zone) for hour in _hours(session.started, session.stopped, at_end=True)})
    values = _values(session, terms)
    if values is None:
        return None, dict.fromkeys(months)
    exact = {month: values.get(month, Fraction(0)) for month in months}
    amount = _round_half_away(sum(exact.values()))
    if min(exact.values()) >= 0 and sum(exact.values()) > 0:
        total = sum(exact.values())
        exact = {month: amount * value / total for month, value in exact.items()}
    return amount, dict(_apportion(amount, exact))


def _values(session: ReimbursedSession, terms: Terms) -> Months | None:
    """The exact amount of each month, in minor units."""
    minor = 10**session.minor_digits
    energy = _energy_by_month(session, terms.zone)  # as fractions of the session's energy
    kwh = Fraction(session.energy_wh, 1000)
    if terms.basis == "billed":
        money = _money_by_month(session, terms.zone)
        return {month: money[month] - terms.refund * kwh * energy.get(month, 0) * minor for month in money}
    if terms.basis == "rate":
        unpaid = (session.fields.get("freeEnergyWh") or 0) + (session.fields.get("nonBillableEnergy") or 0)
        amount = (terms.rate - terms.refund) * max(kwh - Fraction(unpaid, 1000), 0)
        return {month: amount * share * minor for month, share in energy.items()}
    if terms.basis == "electricity_cost":
        cost = session.fields.get("electricityCost")
        if cost is None or (Decimal(cost) == 0 and session.energy_wh):
            return None
        amount = Fraction(cost) - terms.refund * kwh
        return {month: amount * share * minor for month, share in energy.items()}
    return _spot(session, terms, kwh * minor)


def _spot(session: ReimbursedSession, terms: Terms, scale: Fraction) -> Months | None:
    if scale == 0:
        return {}
    parts = _parts(session)
    total = sum(weight for _, _, weight in parts)
    if not total:
        return None
    is_spot_tariff = any("markup|" in period.prices for period in session.periods)
    months: Months = defaultdict(Fraction)
    for period, hour, weight in parts:
        if not weight:
            continue
        spot = _price(period, "price") if is_spot_tariff else None
        addition = terms.addition(hour.astimezone(terms.zone))
        if spot is None or addition is None:
            return None
        price = (spot + addition) * (1 + terms.tax) - terms.refund
        months[_month(hour, terms.zone)] += scale * weight / total * price
    return months


def _price(period: Period, key: str) -> Fraction | None:
    pairs = dict(pair.split("|") for pair in period.prices.split("&") if pair)
    return Fraction(Decimal(pairs[key])) if key in pairs else None


def _parts(session: ReimbursedSession) -> list[tuple[Period, datetime, Fraction]]:
    """Each period in each hour and its weight: its energy by the curve, else the duration of charging."""
    pieces = [(period, hour) for period in session.periods for hour in _hours(period.started, period.stopped)]
    curve = _curve(session)
    by_curve = [(period, hour, _energy_flow(curve, *_part_in_hour(period, hour))) for period, hour in pieces]
    if any(weight for _, _, weight in by_curve):
        return by_curve
    return [
        (period, hour, Fraction((stop - start) // MICROSECOND) if period.kind == "charging" else Fraction(0))
        for period, hour in pieces
        for start, stop in [_part_in_hour(period, hour)]
    ]


def _part_in_hour(period: Period, hour: datetime) -> tuple[datetime, datetime]:
    return max(period.started, hour), min(period.stopped, hour + HOUR)


def _curve(session: ReimbursedSession) -> list[Interval]:
    """The stretches in which energy flowed; each ends at the latest with the run of charging that it began in."""
    power = dict(session.curve)
    times = [*sorted(power), session.stopped]
    runs = _runs(session) if session.periods else [(session.started, session.stopped)]
    intervals = []
    for start, stop in pairwise(times):
        begin, value = max(start, session.started), Fraction(power[start])
        end = next((end for run_start, end in runs if run_start <= begin < end), begin)
        intervals.append((begin, min(stop, session.stopped, end), max(value, Fraction(0))))
    return [interval for interval in intervals if interval[0] < interval[1]]


def _runs(session: ReimbursedSession) -> list[tuple[datetime, datetime]]:
    runs: list[tuple[datetime, datetime]] = []
    for period in session.periods:
        if period.kind == "charging":
            run_start = runs.pop()[0] if runs and runs[-1][1] == period.started else period.started
            runs.append((run_start, period.stopped))
    return runs


def _energy_flow(curve: list[Interval], start: datetime, stop: datetime) -> Fraction:
    return sum(
        (power * (max(min(end, stop) - max(begin, start), timedelta()) // MICROSECOND) for begin, end, power in curve),
        Fraction(0),
    )


def _energy_by_month(session: ReimbursedSession, zone: ZoneInfo) -> Months:
    hours = list(_hours(session.started, session.stopped, at_end=True))
    curve = _curve(session)
    weights = [_energy_flow(curve, hour, hour + HOUR) for hour in hours]
    if not any(weights):
        charging = [period for period in session.periods if period.kind == "charging"]
        even = [(period.started, period.stopped, Fraction(1)) for period in charging]
        weights = [_energy_flow(even, hour, hour + HOUR) for hour in hours]
    if not any(weights):
        weights = [Fraction(hour == hours[-1]) for hour in hours]
    months: Months = defaultdict(Fraction)
    for hour, weight in zip(hours, weights, strict=True):
        months[_month(hour, zone)] += weight / sum(weights)
    return months


def _money_by_month(session: ReimbursedSession, zone: ZoneInfo) -> dict[date, int]:
    """The bill by month, in whole minor units."""
    minor = 10**session.minor_digits
    bill = _round_half_away(Fraction(session.bill) * minor)
    energy = _energy_by_month(session, zone)
    amounts: Months = defaultdict(Fraction)
    for period in session.periods:
        for hour, amount in _divide(session, period):
            amounts[_month(hour, zone)] += amount * minor
    listed = sum(amounts.values())
    if not session.periods:
        exact = {month: bill * share for month, share in energy.items()}
    elif min(period.amount for period in session.periods) >= 0 and listed > 0:
        exact = {month: bill * amounts[month] / listed for month in energy}
    else:
        exact = {month: amounts[month] + (bill - listed) * share for month, share in energy.items()}
    return dict(_apportion(bill, exact))


def _divide(session: ReimbursedSession, period: Period) -> Iterator[tuple[datetime, Fraction]]:
    """A period's amount by hour: by energy, else by time; rounded down to billionths, the last takes the rest."""
    hours = list(_hours(period.started, period.stopped))
    curve = _curve(session)
    weights = [_energy_flow(curve, *_part_in_hour(period, hour)) for hour in hours]
    if not any(weights):
        weights = [_energy_flow([(period.started, period.stopped, Fraction(1))], hour, hour + HOUR) for hour in hours]
    rest = Fraction(period.amount)
    for hour, weight in zip(hours[:-1], weights, strict=False):
        part = Fraction(floor(Fraction(period.amount) * weight / sum(weights) * 10**9), 10**9)
        rest -= part
        yield hour, part
    yield hours[-1], rest


def _hours(start: datetime, stop: datetime, *, at_end: bool = False) -> Iterator[datetime]:
    """The hours between two times; with `at_end` also one that begins at the later."""
    hour = start.replace(minute=0, second=0, microsecond=0)
    while hour < stop or (at_end and hour == stop):
        yield hour
        hour += HOUR


def _month(hour: datetime, zone: ZoneInfo) -> date:
    return hour.astimezone(zone).date().replace(day=1)


def _round_half_away(number: Fraction | int) -> int:
    magnitude = floor(abs(number) + Fraction(1, 2))
    return magnitude if number >= 0 else -magnitude


def _apportion(amount: int, exact: Months) -> Iterator[tuple[date, int]]:
    """The floor of each, and one more for the largest remainders, ties to the earlier."""
    remainder = amount - sum(map(floor, exact.values()))
    by_remainder = sorted(exact, key=lambda month: (floor(exact[month]) - exact[month], month))
    for month in exact:
        yield month, floor(exact[month]) + (by_remainder.index(month) < remainder)
