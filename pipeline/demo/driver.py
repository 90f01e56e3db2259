"""The driver's ordinary weeks: when they come home, plug in and leave."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from pipeline.demo.charging import Plan, Stretch
from pipeline.demo.model import ZONE, Site

HOME = Site(kind="private", address="Indkørslen", evse_identifier="2317", peak_w=11085)
"""The driver's own charge point."""

FIRST_DAY = date(2024, 9, 2)

# How the operator's `last_month_energy_kwh` splits a session is not known, so none crosses these nights.
_NIGHTS_WITHOUT_CHARGE = {date(2025, 9, 30), date(2025, 10, 31)}
_GAP = timedelta(hours=5)


def ordinary_plans(seed: int, until: datetime, other_plans: Sequence[Plan]) -> list[Plan]:
    """Two or three charges a week up to `until`, with a gap before and after each of `other_plans`."""
    draw = random.Random(f"{seed}:driver")  # noqa: S311 -- a model, not a secret
    plans = []
    day = FIRST_DAY
    while day < until.astimezone(ZONE).date() - timedelta(days=1):
        plan = _by_day(day, draw) if day.weekday() >= 5 and draw.random() < 0.3 else _by_night(day, draw)
        if day not in _NIGHTS_WITHOUT_CHARGE and not any(_overlap(plan, other) for other in other_plans):
            plans.append(plan)
        day += timedelta(days=draw.randint(2, 5))
    return plans


def _overlap(plan: Plan, other: Plan) -> bool:
    return plan.started_at < other.stopped_at + _GAP and other.started_at < plan.stopped_at + _GAP


def _by_night(day: date, draw: random.Random) -> Plan:
    """Plugged in in the evening, charged immediately or after midnight, unplugged in the morning."""
    started_at = _clock(day, draw.randint(17 * 60, 23 * 60 + 20), draw)
    unplugged_at = _clock(day + timedelta(days=1), draw.randint(6 * 60 + 20, 8 * 60 + 10), draw)
    begins = started_at
    if draw.random() < 0.55:
        begins = _clock(day + timedelta(days=1), draw.randint(0, 90), draw)
    ends = begins + timedelta(seconds=draw.randint(40 * 60, 350 * 60))
    return _plan(started_at, begins, min(ends, unplugged_at), unplugged_at, draw)


def _by_day(day: date, draw: random.Random) -> Plan:
    """A weekend charge between errands."""
    started_at = _clock(day, draw.randint(9 * 60, 13 * 60), draw)
    unplugged_at = started_at + timedelta(seconds=draw.randint(50 * 60, 260 * 60))
    ends = started_at + timedelta(seconds=draw.randint(45 * 60, 200 * 60))
    return _plan(started_at, started_at, min(ends, unplugged_at), unplugged_at, draw)


def _plan(started_at: datetime, begins: datetime, ends: datetime, unplugged_at: datetime, draw: random.Random) -> Plan:
    return Plan(
        site=HOME,
        started_at=started_at,
        stopped_at=unplugged_at,
        stretches=(Stretch(begins, ends),),
        tapers=ends < unplugged_at and draw.random() < 0.7,
        stop_reason="remote" if draw.random() < 0.15 else "evdisconnected",
    )


def _clock(day: date, minute: int, draw: random.Random) -> datetime:
    """The UTC instant of a local minute of a day, some seconds past it."""
    wall = datetime.combine(day, time(minute // 60, minute % 60, draw.randint(0, 59)), tzinfo=ZONE)
    return wall.astimezone(UTC)
