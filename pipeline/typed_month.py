"""Months as people type them: which one a text is, and which one it probably means."""

import calendar
import re
from datetime import date, timedelta

from pipeline.clock import first_of_month

_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_NAMES = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_BEGINNINGS = {**{name[:3]: number for name, number in _NAMES.items()}, "maj": 5, "okt": 10}  # those two in Danish
_PREVIOUS = {"last", "previous", "sidste", "forrige", "seneste"}
_CURRENT = {"this", "current", "denne", "nuværende"}


def month_of(text: str) -> date | None:
    """The first day of a month written as `2025-03` or `2025-3`; None for all other text."""
    match = _MONTH.fullmatch(text)
    return _first_day(int(match[1]), int(match[2])) if match else None


def likely_month(text: str, today: date) -> date | None:
    """The month that text probably means, or None.

    It can be written as `03/2025`, `202503`, `2025-03-30`, `30.3.2025` or `March 2025`. Without a year, a month's name
    is the newest month of that name, and `last` or `sidste` is the month before today's.
    """
    numbers = [int(number) for number in re.findall(r"[0-9]{1,2}(?![0-9])|[0-9]{4}", text)]
    years = [number for number in numbers if number >= 1000]
    words = re.findall(r"[a-zæøå]{3,}", text.lower())
    named = [number for word in words if (number := _month_named(word))]
    months = named or [number for number in numbers if number < 1000]
    if len(years) == 1 and months:
        return _first_day(years[0], months[0] if years[0] == numbers[0] else months[-1])
    if years:
        return None
    if named:
        return _first_day(today.year if named[0] <= today.month else today.year - 1, named[0])
    return _relative(set(words), today)


def _relative(words: set[str], today: date) -> date | None:
    current = first_of_month(today)
    if words & _PREVIOUS:
        return first_of_month(current - timedelta(days=1))
    return current if words & _CURRENT else None


def _month_named(word: str) -> int | None:
    import difflib

    close = difflib.get_close_matches(word, _NAMES, n=1, cutoff=0.75)
    return _NAMES[close[0]] if close else _BEGINNINGS.get(word[:3])


def _first_day(year: int, month: int) -> date | None:
    try:
        return date(year, month, 1)
    except ValueError:
        return None
