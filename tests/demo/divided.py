"""Where in time the energy and the money of a tenant's session lie, worked out without the pipeline.

In whole numbers throughout: seconds, W, Wh and minor units. Every time of the model is a whole second, and the
driver's zone differs from UTC by whole hours, so that a local clock hour is an hour of UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from pipeline.demo.model import ZONE, DemoPeriod, DemoSession
from pipeline.demo.prices import HOUR

_NANO = 10**9
_Unit = TypeVar("_Unit", int, date, datetime)


@dataclass(frozen=True)
class Part:
    """What of a session lies in a day or a month: Wh and minor units; `tax` is None where not known."""

    energy_wh: int
    money: int
    tax: int | None


class Divided:
    """A finished session over the clock hours that it lasts into, and their days and months.

    `energy_wh` and `money` are by the UTC instant that an hour begins, `days` by local day, `months` by first day.
    """

    def __init__(self, session: DemoSession, bill: int, tax: int | None) -> None:
        """`bill` and `tax` in minor units, `tax` None where not known; ValueError for an active session."""
        if session.stopped_at is None:
            raise ValueError(f"session {session.id} is active: nobody knows yet what it will have been")
        self._stopped_at = session.stopped_at
        self._energy_wh = session.energy_wh
        self._periods = session.periods if session.has_periods else ()
        self._flow = self._flowing({sample.at: sample.power_w for sample in session.samples})
        self._hours = list(_hours(session.started_at, session.stopped_at))
        shares = self._energy_shares()
        energy = _Levels({hour: session.energy_wh * share for hour, share in shares.items()}, session.energy_wh)
        money = _Levels(self._exact_money(shares, bill, session.site.currency.minor_unit_decimal), bill)
        taxes = None
        if tax is not None:
            taxes = _Levels({hour: part * Fraction(tax, bill or 1) for hour, part in money.hours.items()}, tax)
        self.energy_wh, self.money = energy.hours, money.hours
        self.days = {
            day: Part(energy_wh, money.days[day], taxes.days[day] if taxes else None)
            for day, energy_wh in energy.days.items()
        }
        self.months = {
            month: Part(energy_wh, money.months[month], taxes.months[month] if taxes else None)
            for month, energy_wh in energy.months.items()
        }

    def period_energy_wh(self) -> list[int]:
        """The meter's Wh in each period, oldest first."""
        weights = [self._charged(period, period.started_at, period.stopped_at) for period in self._periods]
        if weights and not any(weights):
            weights[-1] = 1
        whole = self._energy_wh
        exact = {place: Fraction(whole * weight, sum(weights)) for place, weight in enumerate(weights)}
        return list(_rounded_down_and_up(exact, whole).values())

    def price(self, hour: datetime, price_of: Callable[[DemoPeriod], Decimal | None]) -> Fraction | None:
        """What a kWh cost on average in a clock hour; None if nothing was charged or a price is not known."""
        charged = [
            (self._charged(period, max(period.started_at, hour), min(period.stopped_at, hour + HOUR)), period)
            for period in self._periods
        ]
        prices = [(weight, price_of(period)) for weight, period in charged if weight]
        known = [weight * Fraction(price) for weight, price in prices if price is not None]
        if not prices or len(known) < len(prices):
            return None
        return sum(known, Fraction(0)) / sum(weight for weight, _ in prices)

    def _flowing(self, power_w: dict[datetime, int]) -> list[tuple[datetime, datetime, int]]:
        """From when to when which power flowed: each sample until the next, never past its run of charging."""
        flow = []
        for at, following in pairwise([*sorted(power_w), self._stopped_at]):
            ends = min(following, self._charging_until(at) if self._periods else self._stopped_at)
            if power_w[at] and at < ends:
                flow.append((at, ends, power_w[at]))
        return flow

    def _charging_until(self, moment: datetime) -> datetime:
        """When the charging that goes on at a moment ends; the moment itself if nothing charges."""
        for period in self._periods:
            if period.kind == "charging" and period.started_at <= moment < period.stopped_at:
                moment = period.stopped_at
        return moment

    def _weight(self, begins: datetime, ends: datetime) -> int:
        """Ws in a stretch of time by the curve; without a curve, seconds of charging."""
        if self._flow:
            return sum(power_w * _seconds(begins, ends, start, stop) for start, stop, power_w in self._flow)
        charging = [period for period in self._periods if period.kind == "charging"]
        return sum(_seconds(begins, ends, period.started_at, period.stopped_at) for period in charging)

    def _charged(self, period: DemoPeriod, begins: datetime, ends: datetime) -> int:
        """The weight of a stretch of a period: none where it is idle."""
        return self._weight(begins, ends) if period.kind == "charging" else 0

    def _energy_shares(self) -> dict[datetime, Fraction]:
        """By the curve, else by the time of charging, else all in the hour of the stop."""
        weights = {hour: self._weight(hour, hour + HOUR) for hour in self._hours}
        if not any(weights.values()):
            weights[self._hours[-1]] = 1
        return {hour: Fraction(weight, sum(weights.values())) for hour, weight in weights.items()}

    def _exact_money(self, shares: dict[datetime, Fraction], bill: int, digits: int) -> dict[datetime, Fraction]:
        """The bill in proportion to the periods' amounts; what those do not explain goes by the energy."""
        if not self._periods:
            return {hour: bill * share for hour, share in shares.items()}
        nano = dict.fromkeys(self._hours, 0)
        for period in self._periods:
            for hour, amount in self._amounts(period).items():
                nano[hour] += amount
        total = sum(nano.values())
        if total > 0 and min(period.amount for period in self._periods) >= 0:
            return {hour: Fraction(bill * amount, total) for hour, amount in nano.items()}
        minor = Fraction(10**digits, _NANO)
        return {hour: amount * minor + (bill - total * minor) * shares[hour] for hour, amount in nano.items()}

    def _amounts(self, period: DemoPeriod) -> dict[datetime, int]:
        """A period's amount in billionths by clock hour: by the energy in each, by the time if there is none."""
        edges = [period.started_at, *list(_hours(period.started_at, period.stopped_at))[1:], period.stopped_at]
        pieces = [(begins, ends) for begins, ends in pairwise(edges) if begins < ends]
        weights = [self._charged(period, begins, ends) for begins, ends in pieces]
        if not any(weights):
            weights = [_seconds(begins, ends, begins, ends) for begins, ends in pieces]
        left = whole = int(period.amount * _NANO)
        amounts = {}
        for (begins, _), weight in zip(pieces, weights, strict=True):
            is_last = begins == pieces[-1][0]
            amounts[_full_hour(begins)] = left if is_last else whole * weight // sum(weights)
            left -= amounts[_full_hour(begins)]
        return amounts


class _Levels:
    """Exact hours made whole: months sum to `whole`, days to their month, hours to their day."""

    def __init__(self, exact: dict[datetime, Fraction], whole: int) -> None:
        days: dict[date, dict[datetime, Fraction]] = {}
        for hour, value in exact.items():
            days.setdefault(hour.astimezone(ZONE).date(), {})[hour] = value
        months: dict[date, dict[date, Fraction]] = {}
        for day, of_day in days.items():
            months.setdefault(day.replace(day=1), {})[day] = sum(of_day.values(), Fraction(0))
        exact_months = {month: sum(of_month.values(), Fraction(0)) for month, of_month in months.items()}
        self.months = _rounded_down_and_up(exact_months, whole)
        self.days: dict[date, int] = {}
        for month, of_month in months.items():
            self.days |= _rounded_down_and_up(of_month, self.months[month])
        self.hours: dict[datetime, int] = {}
        for day, of_day in days.items():
            self.hours |= _rounded_down_and_up(of_day, self.days[day])


def _rounded_down_and_up(exact: dict[_Unit, Fraction], whole: int) -> dict[_Unit, int]:
    """All rounded down, then those with the largest remainders one higher, the earlier of equals first."""
    floors = {unit: value.numerator // value.denominator for unit, value in exact.items()}
    by_remainder = sorted(exact, key=lambda unit: (floors[unit] - exact[unit], unit))
    higher = set(by_remainder[: whole - sum(floors.values())])
    return {unit: floor + (unit in higher) for unit, floor in floors.items()}


def _hours(started_at: datetime, stopped_at: datetime) -> list[datetime]:
    """The clock hours of a stretch of time; the last one holds its end."""
    hours = [_full_hour(started_at)]
    while hours[-1] + HOUR <= stopped_at:
        hours.append(hours[-1] + HOUR)
    return hours


def _full_hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


def _seconds(begins: datetime, ends: datetime, start: datetime, stop: datetime) -> int:
    """Seconds that two stretches of time have in common."""
    return max(int((min(ends, stop) - max(begins, start)).total_seconds()), 0)
