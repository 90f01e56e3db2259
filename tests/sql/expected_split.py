"""The rules of the numbers for one session, in fractions and without SQL, to compare the marts with.

A session's Wh and bill are divided over the local clock hours, days and months that it lasts into, its tax over days
and months. All times are aware and in UTC; energies are whole Wh, money is whole minor units, prices are per kWh.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import floor
from typing import TypeVar
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
MICROSECOND = timedelta(microseconds=1)
NANO = 10**9

Key = TypeVar("Key", int, date, datetime)
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Period:
    """A charging period; its price is None where its state does not contain it."""

    kind: str
    started_at: datetime
    stopped_at: datetime
    amount: Decimal
    price: Decimal | None = None


@dataclass(frozen=True)
class Sample:
    """A power sample as listed."""

    at: datetime
    power_kw: Decimal


@dataclass(frozen=True)
class Metered:
    """The part of a session that the rules read. `tax` is in minor units, None where it is not known."""

    zone: ZoneInfo
    started_at: datetime
    stopped_at: datetime
    energy_wh: int
    bill: int
    minor_digits: int
    tax: int | None
    periods: tuple[Period, ...]
    samples: tuple[Sample, ...]

    @cached_property
    def steps(self) -> list[tuple[Stretch, int]]:
        """The curve as stretches of constant power (mW) above zero.

        Each sample holds until the next, the end of the run of charging that it lies in, or the stop. Where there are
        periods, samples outside every run are ignored.
        """
        by_time = {sample.at: sample.power_kw for sample in self.samples}  # the last one listed counts
        times = sorted(by_time)
        found = []
        for at, following in zip(times, [*times[1:], self.stopped_at], strict=False):
            power_mw = round(by_time[at] * 1_000_000)
            begins, ends = max(at, self.started_at), min(following, self.stopped_at)
            if self.periods:
                ends = min(ends, next((end for start, end in self.runs if start <= begins < end), begins))
            if begins < ends and power_mw > 0:
                found.append(((begins, ends), power_mw))
        return found

    @cached_property
    def runs(self) -> list[Stretch]:
        """The unbroken runs of charging, merged from charging periods that touch."""
        merged: list[Stretch] = []
        for start, stop in sorted((p.started_at, p.stopped_at) for p in self.periods if p.kind == "charging"):
            if stop <= start:
                continue
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
            else:
                merged.append((start, stop))
        return merged


@dataclass(frozen=True)
class Part:
    """An hour, day or month of a session. `tax` is None for hours, and where the session's tax is not known."""

    energy_wh: int
    money: int
    tax: int | None = None


@dataclass(frozen=True)
class Split:
    """A divided session: by the start of each hour, by day, and by the first day of each month."""

    hours: dict[datetime, Part]
    days: dict[date, Part]
    months: dict[date, Part]
    hour_prices: dict[datetime, Decimal | None]


def split(session: Metered) -> Split:
    """Divide a session by rules 1 to 5."""
    hours = clock_hours(session)
    weights = [weight(session, hour) for hour in hours]
    energy = [session.energy_wh * Fraction(part, sum(weights)) for part in weights]
    money = exact_money(session, hours, weights)
    energy_of = Shares(session, hours, energy, session.energy_wh)
    money_of = Shares(session, hours, money, session.bill)
    tax_of = None if session.tax is None else Shares(session, hours, taxes(session, hours, money_of), session.tax)
    days, months = (tax_of.days, tax_of.months) if tax_of else ({}, {})
    return Split(
        hours={hour[0]: Part(energy_of.hours[hour[0]], money_of.hours[hour[0]]) for hour in hours},
        days={day: Part(wh, money_of.days[day], days.get(day)) for day, wh in energy_of.days.items()},
        months={month: Part(wh, money_of.months[month], months.get(month)) for month, wh in energy_of.months.items()},
        hour_prices={hour[0]: hour_price(session, hour) for hour in hours},
    )


def clock_hours(session: Metered) -> list[Stretch]:
    """The local clock hours from the hour of the start to the hour of the stop.

    An hour begins where the clock shows a full hour and where the clock is changed, so no clock time occurs twice in
    one. An hour that contains only the time of the stop counts too.
    """
    earliest = min(session.started_at, session.stopped_at)
    moment = datetime.fromtimestamp(earliest.timestamp() // 900 * 900, UTC) - 4 * HOUR
    edges: list[datetime] = []
    while not edges or edges[-1] <= session.stopped_at:
        local, before = moment.astimezone(session.zone), (moment - QUARTER).astimezone(session.zone)
        if local.minute == 0 or local.utcoffset() != before.utcoffset():
            edges.append(moment)
        moment += QUARTER
    return [(begins, ends) for begins, ends in pairwise(edges) if ends > earliest]


def weight(session: Metered, hour: Stretch) -> int:
    """Rule 1: the weight of an hour in the session's energy, an integer without a unit."""
    if session.steps:
        return by_curve(session, hour)
    if any(charging_time(session)):
        return sum(shared(hour, stretch) for stretch in charging_time(session))
    return int(hour[0] <= session.stopped_at < hour[1])


def charging_time(session: Metered) -> list[Stretch]:
    """The charging periods, cut to the session, without empty ones."""
    inside = [within(session, period) for period in session.periods if period.kind == "charging"]
    return [(start, stop) for start, stop in inside if start < stop]


def within(session: Metered, period: Period) -> Stretch:
    """A period cut to the session; one before it is empty at the start, one after it at the stop."""
    start, stop = (
        min(max(moment, session.started_at), session.stopped_at) for moment in (period.started_at, period.stopped_at)
    )
    return start, stop


def exact_money(session: Metered, hours: Sequence[Stretch], weights: Sequence[int]) -> list[Fraction]:
    """Rule 2: the exact value of each hour's part of the bill, in minor units."""
    shares = [Fraction(part, sum(weights)) for part in weights]
    if not session.periods:
        return [session.bill * share for share in shares]
    own = [0] * len(hours)
    for period in session.periods:
        for place, nano in enumerate(period_amounts(session, period, hours)):
            own[place] += nano
    total = sum(own)
    if total > 0 and all(period.amount >= 0 for period in session.periods):
        return [session.bill * Fraction(nano, total) for nano in own]
    in_minor = Fraction(10**session.minor_digits, NANO)
    remainder = session.bill - total * in_minor
    return [nano * in_minor + remainder * share for nano, share in zip(own, shares, strict=True)]


def period_amounts(session: Metered, period: Period, hours: Sequence[Stretch]) -> list[int]:
    """A period's amount per hour in billionths: by energy, else by time; the last hour takes the remainder."""
    start, stop = within(session, period)
    pieces = [(max(start, hour[0]), min(stop, hour[1])) for hour in hours]
    touched = [place for place, piece in enumerate(pieces) if piece[0] < piece[1]]
    touched = touched or [place for place, hour in enumerate(hours) if hour[0] <= start < hour[1]]
    measures = [charged(session, period, pieces[place]) for place in touched]
    if not any(measures):
        measures = [shared(pieces[place], pieces[place]) for place in touched]
    period_amount = int(period.amount * NANO)
    amounts = [0] * len(hours)
    for place, measure in list(zip(touched, measures, strict=True))[:-1]:
        amounts[place] = floor(period_amount * Fraction(measure, sum(measures)))
    amounts[touched[-1]] = period_amount - sum(amounts)
    return amounts


def charged(session: Metered, period: Period, stretch: Stretch) -> int:
    """The energy of a stretch of a period by the curve. Energy flows in charging periods only."""
    if period.kind != "charging":
        return 0
    return by_curve(session, stretch)


def by_curve(session: Metered, stretch: Stretch) -> int:
    """The energy of a stretch by the curve, whose steps are in order and do not overlap."""
    first = bisect_right(session.steps, stretch[0], key=lambda step: step[0][1])
    end = bisect_left(session.steps, stretch[1], key=lambda step: step[0][0])
    return sum(power_mw * shared(stretch, step) for step, power_mw in session.steps[first:end])


def period_energy(session: Metered) -> list[int]:
    """The session's Wh in each period, oldest first; all in the last one if nothing was charged."""
    weights = [measured(session, period, within(session, period)) for period in session.periods]
    if weights and not any(weights):
        weights[-1] = 1
    exact = {place: session.energy_wh * Fraction(part, sum(weights)) for place, part in enumerate(weights)}
    return list(apportioned(exact, session.energy_wh).values())


def measured(session: Metered, period: Period, stretch: Stretch) -> int:
    """The weight of a stretch of a period: its energy by the curve, without a curve its charging time."""
    if session.steps:
        return charged(session, period, stretch)
    return shared(stretch, stretch) if period.kind == "charging" else 0


def hour_price(session: Metered, hour: Stretch) -> Decimal | None:
    """The price per kWh in an hour: the charging periods' prices weighted by energy, to six decimals."""
    priced: list[tuple[int, Decimal | None]] = []
    for period in session.periods:
        measure = measured(session, period, shared_stretch(hour, within(session, period)))
        if measure > 0:
            priced.append((measure, period.price))
    if not priced or any(price is None for _, price in priced):
        return None
    paid = sum((measure * Fraction(price or 0) for measure, price in priced), Fraction(0))
    mean = paid / sum(measure for measure, _ in priced)
    return Decimal(half_away(mean * 1_000_000)).scaleb(-6)


def taxes(session: Metered, hours: Sequence[Stretch], money: "Shares") -> list[Fraction]:
    """Rule 4: the tax in proportion to the divided money; if the bill is zero, all in the hour of the stop."""
    tax = session.tax or 0
    if session.bill == 0:
        return [Fraction(tax if hour == hours[-1] else 0) for hour in hours]
    return [tax * Fraction(money.hours[hour[0]], session.bill) for hour in hours]


class Shares:
    """Rule 3: exact hourly values, rounded to integers by month, day and hour; each level sums to the one above."""

    def __init__(self, session: Metered, hours: Sequence[Stretch], exact: Sequence[Fraction], total: int) -> None:
        by_hour = {hour[0]: value for hour, value in zip(hours, exact, strict=True)}
        day_of = {begins: begins.astimezone(session.zone).date() for begins in by_hour}
        by_day = summed(by_hour, lambda begins: day_of[begins])
        by_month = summed(by_day, first_of_month)
        self.months = apportioned(by_month, total)
        self.days: dict[date, int] = {}
        for month, share in self.months.items():
            self.days |= apportioned({d: v for d, v in by_day.items() if first_of_month(d) == month}, share)
        self.hours: dict[datetime, int] = {}
        for day, share in self.days.items():
            self.hours |= apportioned({h: v for h, v in by_hour.items() if day_of[h] == day}, share)


def apportioned(exact: dict[Key, Fraction], total: int) -> dict[Key, int]:
    """The floor of each value, then one more for the largest remainders until `total` is reached, ties first."""
    shares = {key: floor(value) for key, value in exact.items()}
    remainder = total - sum(shares.values())
    assert 0 <= remainder <= len(exact), "the remainder is at most one for each"
    for key in sorted(exact, key=lambda key: (shares[key] - exact[key], key))[:remainder]:
        shares[key] += 1
    return shares


def summed(values: dict[Key, Fraction], above: Callable[[Key], date]) -> dict[date, Fraction]:
    sums: dict[date, Fraction] = {}
    for key, value in values.items():
        sums[above(key)] = sums.get(above(key), Fraction(0)) + value
    return sums


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def half_away(value: Fraction) -> int:
    """Rounded half away from zero."""
    return floor(abs(value) + Fraction(1, 2)) * (1 if value >= 0 else -1)


def shared_stretch(one: Stretch, other: Stretch) -> Stretch:
    return max(one[0], other[0]), min(one[1], other[1])


def shared(one: Stretch, other: Stretch) -> int:
    """Microseconds that two stretches have in common."""
    return max((min(one[1], other[1]) - max(one[0], other[0])) // MICROSECOND, 0)


def total(parts: Iterable[Part]) -> Part:
    """The sum of parts; `tax` is None if the tax of any part is."""
    listed = list(parts)
    known = [part.tax for part in listed if part.tax is not None]
    return Part(
        sum(part.energy_wh for part in listed),
        sum(part.money for part in listed),
        sum(known) if len(known) == len(listed) else None,
    )
