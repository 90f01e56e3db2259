"""The period of a report: a calendar month or a calendar year, in the account's zone."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.clock import last_of_month

MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{1,2}))?")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_DECEMBER = 12


@dataclass(frozen=True)
class ReportPeriod:
    """A month, or with `month` None a whole year."""

    year: int
    month: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a month outside 1 to 12, or a year outside 2000 to 2100."""
        known_year = _FIRST_YEAR <= self.year <= _LAST_YEAR
        known_month = self.month is None or 1 <= self.month <= _DECEMBER
        if not (known_year and known_month):
            raise ValueError(_fault(self.name))

    @classmethod
    def parse(cls, text: str) -> "ReportPeriod":
        """The period written as `2025-03`, `2025-3` or `2025`.

        Raises ValueError for all other text.
        """
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(_fault(text))
        year, month = match.groups()
        try:
            return cls(int(year), None if month is None else int(month))
        except ValueError:
            raise ValueError(_fault(text)) from None

    @property
    def is_year(self) -> bool:
        """Whether it is a year rather than a month."""
        return self.month is None

    @property
    def name(self) -> str:
        """`2025-03` or `2025`: as users write it, and safe in a file name."""
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"

    @property
    def label(self) -> str:
        """`March 2025` or `2025`, for people."""
        return f"{self.year}" if self.month is None else f"{MONTH_NAMES[self.month - 1]} {self.year}"

    @property
    def first_month(self) -> date:
        """The first day of its first month."""
        return date(self.year, self.month or 1, 1)

    @property
    def last_month(self) -> date:
        """The first day of its last month."""
        return date(self.year, self.month or _DECEMBER, 1)

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each of its months."""
        numbers = range(1, _DECEMBER + 1) if self.month is None else (self.month,)
        return tuple(date(self.year, number, 1) for number in numbers)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return last_of_month(self.last_month)

    @property
    def days(self) -> tuple[date, ...]:
        """Each of its days."""
        count = (self.last_day - self.first_month).days + 1
        return tuple(self.first_month + timedelta(days=number) for number in range(count))


def _fault(text: str) -> str:
    return (
        f"{text!r} is not a period: write a month like 2025-03 or a year like 2025, from {_FIRST_YEAR} to {_LAST_YEAR}."
    )
