"""The chart of a month, one per currency: the positions of its columns, line and axes as fractions of its height."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal

import msgspec

from pipeline.claims.document import Claim, Day
from reports.claims.pdf.totals import digits_of, money_text
from reports.claims.words import Words

_MOST_CHARTS = 2  # what fits on the first page
_INTERVALS = 4  # of each axis, from zero up
_STEPS = tuple(Decimal(step) for step in ("1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10"))


class Tick(msgspec.Struct, frozen=True):
    """A grid line `at` a fraction of the height from the bottom, and both axes' labels; energy has none below zero."""

    at: float
    energy: str
    amount: str


class ChartDay(msgspec.Struct, frozen=True):
    """A day: whether it had a session, and the heights of its column and of its point on the line, from the bottom."""

    day: str
    has_session: bool
    energy: float
    amount: float


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Energy as columns that start at `zero`, and the amount as a line with its own axis."""

    heading: str
    alt: str
    energy_label: str
    amount_label: str
    zero: float
    ticks: list[Tick]
    days: list[ChartDay]


def charts_of(claim: Claim, words: Words) -> list[Chart]:
    """The charts of a claim, one for each of its first currencies with sessions; none without a month."""
    currencies = [total.currency for total in claim.totals if any(day.currency == total.currency for day in claim.days)]
    if claim.month is None:
        return []
    return [
        _chart(claim.month, [day for day in claim.days if day.currency == currency], words, currency)
        for currency in currencies[:_MOST_CHARTS]
    ]


def _chart(month: date, days: Sequence[Day], words: Words, currency: str) -> Chart:
    energies = {day.day: day.energy_kwh for day in days}
    amounts = {day.day: day.amount_incl_tax for day in days}
    energy_step, amount_step = _step(list(energies.values())), _step(list(amounts.values()))
    below = int((-min(Decimal(0), *amounts.values()) / amount_step).to_integral_value(ROUND_CEILING))
    height = below + _INTERVALS
    return Chart(
        heading=f"{words.text('chart')}, {currency}",
        alt=_alt(month, days, words, currency),
        energy_label="kWh",
        amount_label=currency,
        zero=below / height,
        ticks=[
            Tick(
                (step_number + below) / height,
                _tick_label(step_number, energy_step, words) if step_number >= 0 else "",
                _tick_label(step_number, amount_step, words),
            )
            for step_number in range(-below, _INTERVALS + 1)
        ],
        days=[
            ChartDay(
                str(day.day),
                day in energies,
                _height(energies.get(day, Decimal(0)) / energy_step, below, height),
                _height(amounts.get(day, Decimal(0)) / amount_step, below, height),
            )
            for day in (month.replace(day=number) for number in range(1, monthrange(month.year, month.month)[1] + 1))
        ],
    )


def _step(values: Sequence[Decimal]) -> Decimal:
    """The smallest round number of which four cover the values."""
    farthest = max(abs(value) for value in values)
    if not farthest:
        return Decimal(1)
    least = farthest / _INTERVALS
    unit = Decimal(1).scaleb(least.adjusted())
    return next(step * unit for step in _STEPS if step * unit >= least)


def _height(steps: Decimal, below: int, height: int) -> float:
    return float(round((steps + below) / height, 4))


def _tick_label(step_number: int, step: Decimal, words: Words) -> str:
    return words.money(step_number * step, digits_of(step.normalize()))


def _alt(month: date, days: Sequence[Day], words: Words, currency: str) -> str:
    """The chart's figures as text, for screen readers."""
    figures = (
        f"{words.day(day.day)}: {words.kwh(day.energy_kwh)} kWh, {money_text(day.amount_incl_tax, words)} {currency}"
        for day in days
    )
    return f"{words.text('chart')}, {words.month(month)}. {'; '.join(figures)}."
