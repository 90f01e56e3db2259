"""Local calendar months."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta


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
