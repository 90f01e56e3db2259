"""The one place that knows what time it is."""

import calendar
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the pipeline asks of a clock."""

    def now(self) -> datetime:
        """The time now, aware, UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class StartedClock:
    """A clock that was set to `start` and has run on from there, so that a demo of last winter can run today."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ForwardClock:
    """Another clock that is never behind what it showed before, nor behind `past`: then it stands still.

    What is fetched later is later, also where the machine's clock was set back in between.
    """

    def __init__(self, clock: Clock, past: datetime | None) -> None:
        self._clock = clock
        self._latest = past
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            now = self._clock.now()
            self._latest = max(self._latest or now, now)
            return self._latest

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


def utc_text(moment: datetime) -> str:
    """`2025-03-30T14:36:38.000000Z`: how times stand in raw/."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_back(newest: date, oldest: date) -> Iterator[date]:
    """The first days of the months from that of `newest` back to that of `oldest`, both included."""
    month = first_of_month(newest)
    while month >= first_of_month(oldest):
        yield month
        month = first_of_month(month - timedelta(days=1))
