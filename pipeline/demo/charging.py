"""Turns a planned charge into a session: power curve, metered energy, charging periods, bill."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from pipeline.demo.model import (
    MINIMUM_PRICE,
    DemoPeriod,
    DemoSample,
    DemoSession,
    PaymentStatus,
    PeriodKind,
    Site,
    round_half_away,
)
from pipeline.demo.prices import HOUR, SpotPrices, markup_at, price_incl_tax

KEPT_POINTS = 300
"""About how many points of an old session's history the operator keeps."""

THINNED_AFTER = timedelta(days=3)
"""How long after the stop the operator thins the history."""

_RAMP = (130, 620, 970)  # thousandths of the peak in the first minutes
_MINUTE = timedelta(minutes=1)

Repetition = Literal["", "equal", "different"]


@dataclass(frozen=True)
class Stretch:
    """A stretch of time in which current flows. Without `ends_in_zero` no sample marks its end."""

    started_at: datetime
    stopped_at: datetime
    ends_in_zero: bool = True


@dataclass(frozen=True)
class Plan:
    """What will happen in a session, and which of it the API will leave out or repeat.

    `energy_wh` and `amount` replace the values from meter and tariff. `repeated` lists some samples twice.
    """

    site: Site
    started_at: datetime
    stopped_at: datetime
    stretches: tuple[Stretch, ...]
    scene: str = ""
    note: str | None = None
    stop_reason: str = "evdisconnected"
    tapers: bool = True
    delivers: bool = True
    energy_wh: int | None = None
    amount: Decimal | None = None
    repeated: Repetition = ""
    has_history: bool = True
    has_periods: bool = True
    has_power_stats: bool = True

    def stopping(self, at: datetime) -> Plan:
        """The same plan, cut off at an instant."""
        begun = [stretch for stretch in self.stretches if stretch.started_at < at]
        stretches = [replace(stretch, stopped_at=min(stretch.stopped_at, at)) for stretch in begun]
        return replace(self, stopped_at=at, stretches=tuple(stretches))


def session_of(
    plan: Plan,
    session_id: str,
    *,
    seed: int,
    spot_prices: SpotPrices,
    now: datetime,
    payment: PaymentStatus,
    stopped_at: datetime | None = None,
) -> DemoSession:
    """The session of a plan at `now`: finished, or active if the plan lasts longer.

    `stopped_at` replaces the planned stop. The samples of an active session stay the same once it has finished.
    """
    stopped_at = stopped_at or plan.stopped_at
    is_active = stopped_at > now
    until_now = plan.stopping(now if is_active else stopped_at)
    draw = random.Random(f"{seed}:{plan.started_at.isoformat()}")  # noqa: S311 -- a model, not a secret
    meter_lag = timedelta(seconds=draw.randint(0, 59))
    meter_error_wh = draw.randint(-2, 3)
    curve = _curve(plan, until_now, draw, ends=not is_active)
    meter = _Meter(curve, until_now.stretches)
    energy_wh = _metered(plan, meter, meter_error_wh)
    periods = _periods(until_now, meter, energy_wh, meter_lag, spot_prices)
    charging_powers = [sample.power_w for sample in curve if sample.power_w > 0]
    average_w = Decimal(sum(charging_powers)) / len(charging_powers) if charging_powers else Decimal(0)
    is_old = now - until_now.stopped_at > THINNED_AFTER
    kept_samples = thinned(curve, KEPT_POINTS) if is_old else curve
    return DemoSession(
        id=session_id,
        scene=plan.scene,
        site=plan.site,
        started_at=plan.started_at,
        stopped_at=None if is_active else stopped_at,
        seen_at=now,
        energy_wh=energy_wh,
        amount=plan.amount if plan.amount is not None else _bill(periods, energy_wh, plan.site),
        periods=tuple(periods),
        samples=tuple(_repeated(kept_samples, plan.repeated)) if plan.has_history else (),
        average_kw=round_half_away(average_w / 1000, 3) if plan.has_power_stats else None,
        max_kw=Decimal(max(charging_powers, default=0)) / 1000 if plan.has_power_stats else None,
        stop_reason=None if is_active else plan.stop_reason,
        payment_status=payment,
        note=plan.note,
        has_periods=plan.has_periods,
        has_power_stats=plan.has_power_stats,
    )


def thinned(samples: Sequence[DemoSample], points: int) -> list[DemoSample]:
    """At most `points` of the samples, evenly chosen, the first and the last among them."""
    if len(samples) <= points or points < 2:
        return list(samples)
    return [samples[place * (len(samples) - 1) // (points - 1)] for place in range(points)]


def _curve(plan: Plan, until_now: Plan, draw: random.Random, ends: bool) -> list[DemoSample]:
    """One sample per minute while current flows, up to the end of `until_now`."""
    curve: list[DemoSample] = []
    # Drawn from the whole plan, so that the curve of an active session only grows.
    for planned in plan.stretches:
        samples = _stretch_samples(planned, plan.site.peak_w, plan.tapers, draw) if plan.delivers else []
        curve += [sample for sample in samples if sample.at < until_now.stopped_at]
        is_over = planned.stopped_at <= until_now.stopped_at
        if planned.ends_in_zero and planned.started_at < until_now.stopped_at and (ends or is_over):
            curve.append(DemoSample(min(planned.stopped_at, until_now.stopped_at), 0))
    return curve


def _stretch_samples(stretch: Stretch, peak_w: int, tapers: bool, draw: random.Random) -> list[DemoSample]:
    first = stretch.started_at + timedelta(seconds=draw.randint(4, 40))
    minutes = -((first - stretch.stopped_at) // _MINUTE)
    taper = min(draw.randint(10, 22), minutes // 3) if tapers else 0
    samples = []
    for minute in range(minutes):
        remaining = minutes - minute
        share = 985
        if minute < len(_RAMP):
            share = _RAMP[minute]
        elif remaining <= taper:
            share = 300 + 680 * remaining // (taper + 1)
        level_w = peak_w * share // 1000
        samples.append(DemoSample(first + minute * _MINUTE, level_w + draw.randint(-level_w // 300, level_w // 300)))
    return samples


class _Meter:
    """Energy in watt-seconds up to any instant: each sample holds until the next, never past its stretch."""

    def __init__(self, curve: Sequence[DemoSample], stretches: Sequence[Stretch]) -> None:
        self._edges: list[datetime] = []
        self._energy_before: list[int] = []
        self._power: list[int] = []
        total = 0
        for stretch in stretches:
            inside = [sample for sample in curve if stretch.started_at <= sample.at < stretch.stopped_at]
            ends = [sample.at for sample in inside[1:]] + [stretch.stopped_at]
            for sample, end in zip(inside, ends, strict=False):
                self._add(sample.at, total, sample.power_w)
                total += sample.power_w * int((end - sample.at).total_seconds())
            self._add(stretch.stopped_at, total, 0)
        self.total = total

    def _add(self, edge: datetime, energy_before: int, power_w: int) -> None:
        self._edges.append(edge)
        self._energy_before.append(energy_before)
        self._power.append(power_w)

    def until(self, instant: datetime) -> int:
        place = bisect_right(self._edges, instant) - 1
        if place < 0:
            return 0
        seconds = int((instant - self._edges[place]).total_seconds())
        return self._energy_before[place] + self._power[place] * seconds


def _metered(plan: Plan, meter: _Meter, error_wh: int) -> int:
    if plan.energy_wh is not None:
        return plan.energy_wh
    return max(0, round(meter.total / 3600) + error_wh) if meter.total else 0


def _periods(
    plan: Plan, meter: _Meter, energy_wh: int, meter_lag: timedelta, spot_prices: SpotPrices
) -> list[DemoPeriod]:
    """Contiguous periods, oldest first, each with its energy times its price to five decimals.

    The operator uses the newest meter value, so between two charging periods the energy of an amount lags the curve
    by up to a minute. There is no lag where charging starts or ends.
    """
    edges = _edges(plan)
    kinds = [_kind(plan, start) for start in edges[:-1]]
    readings = [meter.until(edge) for edge in edges]
    for place in range(1, len(edges) - 1):
        if kinds[place - 1] == kinds[place] == "charging":
            readings[place] = meter.until(max(edges[place] - meter_lag, edges[place - 1]))
    periods = []
    for place, kind in enumerate(kinds):
        start, stop = edges[place], edges[place + 1]
        share = Decimal(readings[place + 1] - readings[place]) / meter.total if meter.total else Decimal(0)
        spot, markup, price = _price(plan.site, start, spot_prices)
        amount = round_half_away(Decimal(energy_wh) / 1000 * share * price, 5)
        periods.append(DemoPeriod(start, stop, kind, spot, markup, amount, plan.site.loyalty))
    return periods


def _edges(plan: Plan) -> list[datetime]:
    """Start, stop, every full hour and every change of state between them, in order."""
    edges = {plan.started_at, plan.stopped_at}
    edges |= {edge for stretch in plan.stretches for edge in (stretch.started_at, stretch.stopped_at)}
    hour = plan.started_at.replace(minute=0, second=0, microsecond=0) + HOUR
    while hour < plan.stopped_at:
        edges.add(hour)
        hour += HOUR
    return sorted(edge for edge in edges if plan.started_at <= edge <= plan.stopped_at)


def _kind(plan: Plan, instant: datetime) -> PeriodKind:
    flows = any(stretch.started_at <= instant < stretch.stopped_at for stretch in plan.stretches)
    return "charging" if flows else "idle"


def _price(site: Site, instant: datetime, spot_prices: SpotPrices) -> tuple[Decimal | None, Decimal | None, Decimal]:
    """Spot without tax, markup with tax, and the price per kWh with tax, all in the site's currency."""
    if site.fixed_price is not None:
        return None, None, site.fixed_price
    spot = round_half_away(spot_prices.at(instant) * site.units_per_dkk, 5)
    markup = site.fixed_markup if site.fixed_markup is not None else markup_at(instant)
    return spot, markup, price_incl_tax(spot, markup, site.tax_percent)


def _bill(periods: Sequence[DemoPeriod], energy_wh: int, site: Site) -> Decimal:
    """The periods' sum in whole minor units; at home at least the minimum price, if energy flowed."""
    total = sum((period.amount for period in periods), Decimal(0))
    rounded_bill = round_half_away(total, site.currency.minor_unit_decimal)
    return max(rounded_bill, MINIMUM_PRICE) if site.kind == "private" and energy_wh > 0 else rounded_bill


def _repeated(samples: Sequence[DemoSample], repetition: Repetition) -> list[DemoSample]:
    """Every fortieth sample listed twice; `different` lists another value before the one that counts."""
    if not repetition:
        return list(samples)
    listed_samples = []
    for place, sample in enumerate(samples):
        if place % 40 == 20:
            listed_samples.append(
                sample if repetition == "equal" else replace(sample, power_w=sample.power_w // 2 + 17)
            )
        listed_samples.append(sample)
    return listed_samples
