"""The clocks, the only code that reads the current time; and helpers for months and for times as text."""

import calendar
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait for this many seconds."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class StartedClock:
    """A clock that is set to `start` and runs on from there, so that a demo of last winter can run today."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._monotonic_start = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._monotonic_start)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ForwardClock:
    """A clock that never goes back: it returns no time before `earliest` or before one that it has returned.

    With it, answers that are fetched later have later times, even if the machine's clock is set back in between.
    """

    def __init__(self, clock: Clock, earliest: datetime | None) -> None:
        self._clock = clock
        self._latest = earliest
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            now = self._clock.now()
            self._latest = max(self._latest or now, now)
            return self._latest

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


def utc_text(moment: datetime) -> str:
    """`2025-03-30T14:36:38.000000Z`, as times are written in raw/ and journal/."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_back(newest: date, oldest: date) -> Iterator[date]:
    """The first days of the months, from the month of `newest` back to that of `oldest`."""
    month = first_of_month(newest)
    while month >= first_of_month(oldest):
        yield month
        month = first_of_month(month - timedelta(days=1))


EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
"""Before this, no operator had such an app."""

CLOCK_TOLERANCE = timedelta(days=1)
"""How far the clocks of an operator and of this machine may differ."""


def is_plausible(moment: datetime, now: datetime) -> bool:
    """Whether something can have happened at `moment`: from EARLIEST to a day after `now`."""
    return EARLIEST <= moment <= now + CLOCK_TOLERANCE
