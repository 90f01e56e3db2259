"""When runs are due: daily at a time, or at the times of a cron expression, in the machine's time zone."""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from apscheduler.triggers.cron import CronTrigger

from pipeline.errors import ScheduleError

DAILY_AT = time(6, 15)
ACTIVE_EVERY = timedelta(minutes=30)

_TIME_OF_DAY = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DAILY = re.compile(r"([0-9]+) ([0-9]+) \* \* \*")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WEEKDAY_ITEM = re.compile(r"(?P<first>\*|[a-z]{3}|[0-9])(?:-(?P<last>[a-z]{3}|[0-9]))?(?:/(?P<step>[1-7]))?")


def time_of_day(text: str) -> time:
    """`06:15` as a time. Raises ValueError with the fault."""
    if not (match := _TIME_OF_DAY.fullmatch(text)):
        raise ValueError(f"{text!r} is not a time of day, for example 06:15")
    return time(int(match[1]), int(match[2]))


def active_minutes(at: time) -> tuple[int, int]:
    """The two minutes of each hour at which to check for active sessions: never that of the daily run."""
    half = int(ACTIVE_EVERY.total_seconds()) // 60
    first = (at.minute + 10) % half
    return first, first + half


class DueTimes:
    """The times of a cron expression: minute, hour, day of the month, month, day of the week."""

    def __init__(self, expression: str, zone: tzinfo | None = None) -> None:
        """`zone` is the machine's by default. Raises ValueError with the fault of the expression."""
        self.expression = expression
        fields = expression.split()
        if len(fields) != 5:
            raise ValueError(f"{expression!r} has {len(fields)} fields, not the five of cron, for example 15 6 * * *")
        *_, day, _, weekday = fields
        choices = [(day, weekday)]
        if day[0] != "*" and weekday[0] != "*":  # cron requires one of the two to match, APScheduler both
            choices = [(day, "*"), ("*", weekday)]
        try:
            self._triggers = [
                CronTrigger(
                    minute=fields[0],
                    hour=fields[1],
                    day=day,
                    month=fields[3],
                    day_of_week=_named_weekdays(weekday),
                    timezone=zone,
                )
                for day, weekday in choices
            ]
        except ValueError as error:
            raise ValueError(f"{expression!r} is not a cron expression: {error}") from None
        except LookupError as error:  # from zoneinfo, if TZ is not a time zone
            raise ScheduleError(
                f"The machine's time zone is unknown: {error}.", "Set it, for example: export TZ=Europe/Copenhagen"
            ) from None
        if not self._next(datetime.now(UTC)):
            raise ValueError(f"{expression!r} is a date that does not exist")

    @classmethod
    def daily(cls, at: time, zone: tzinfo | None = None) -> "DueTimes":
        """Once a day."""
        return cls(f"{at.minute} {at.hour} * * *", zone)

    def __str__(self) -> str:
        daily = _DAILY.fullmatch(self.expression)
        return f"daily at {int(daily[2]):02}:{int(daily[1]):02}" if daily else f"at the times {self.expression}"

    @property
    def zone(self) -> tzinfo:
        """The time zone of the expression."""
        zone: tzinfo = self._triggers[0].timezone
        return zone

    def after(self, moment: datetime) -> datetime:
        """The first of the times after `moment`; UTC."""
        return min(self._next(moment))

    def _next(self, moment: datetime) -> list[datetime]:
        next_moment = moment.astimezone(UTC) + timedelta(microseconds=1)
        fire_times = [trigger.get_next_fire_time(None, next_moment) for trigger in self._triggers]
        return [due.astimezone(UTC) for due in fire_times if due is not None]


def _named_weekdays(field: str) -> str:
    """A day-of-week field with names instead of numbers, since cron counts from Sunday and APScheduler from Monday."""
    if field == "*":
        return field
    numbers: set[int] = set()
    for item in field.lower().split(","):
        match = _WEEKDAY_ITEM.fullmatch(item)
        if not match:
            raise ValueError(f"{item!r} is not a day of the week")
        first, last = (0, 6) if match["first"] == "*" else (_weekday(match["first"]), _weekday(match["first"]))
        if match["last"]:
            last = _weekday(match["last"])
            last += 7 if last == 0 < first else 0  # a week that ends on Sunday
        elif match["step"]:
            last = 6
        if last < first:
            raise ValueError(f"{item!r} ends before it begins")
        numbers.update(day % 7 for day in range(first, last + 1, int(match["step"] or 1)))
    return ",".join(_WEEKDAYS[number] for number in sorted(numbers))


def _weekday(text: str) -> int:
    number = int(text) if text.isdigit() else _WEEKDAYS.index(text) if text in _WEEKDAYS else 8
    if number > 7:
        raise ValueError(f"{text!r} is not a day of the week")
    return number
