"""When runs are due: as cron counts, in the machine's own time zone."""

import re
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from pipeline.operations.schedule.times import DueTimes, active_minutes, time_of_day

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def due(expression: str, after: datetime, times: int) -> list[str]:
    """The next times, local."""
    found, moment = [], after
    due_times = DueTimes(expression, COPENHAGEN)
    for _ in range(times):
        moment = due_times.after(moment)
        found.append(f"{moment.astimezone(COPENHAGEN):%a %d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("15 6 * * *", ["Sat 01 06:15", "Sun 02 06:15", "Mon 03 06:15"]),
        ("0,30 6 * * *", ["Sat 01 06:00", "Sat 01 06:30", "Sun 02 06:00"]),
        # Sunday is 0 and 7, Monday 1.
        ("0 6 * * 0", ["Sun 02 06:00", "Sun 09 06:00"]),
        ("0 6 * * 7", ["Sun 02 06:00", "Sun 09 06:00"]),
        ("0 6 * * 1", ["Mon 03 06:00", "Mon 10 06:00"]),
        ("0 6 * * 5-7", ["Sat 01 06:00", "Sun 02 06:00", "Fri 07 06:00"]),
        ("0 6 * * 0-1", ["Sun 02 06:00", "Mon 03 06:00", "Sun 09 06:00"]),
        ("0 6 * * sat-sun", ["Sat 01 06:00", "Sun 02 06:00", "Sat 08 06:00"]),
        ("0 6 * * Mon,3", ["Mon 03 06:00", "Wed 05 06:00", "Mon 10 06:00"]),
        ("0 6 * * */3", ["Sat 01 06:00", "Sun 02 06:00", "Wed 05 06:00"]),
        # Either of the two days.
        ("0 6 4 * 1", ["Mon 03 06:00", "Tue 04 06:00", "Mon 10 06:00"]),
    ],
)
def test_as_cron_counts(expression: str, expected: list[str]) -> None:
    assert due(expression, datetime(2025, 11, 1, 0, 0, tzinfo=UTC), len(expected)) == expected


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("", "'' has 0 fields, not the five of cron, for example 15 6 * * *"),
        ("@daily", "'@daily' has 1 fields, not the five of cron, for example 15 6 * * *"),
        ("15 6 * * * *", "'15 6 * * * *' has 6 fields, not the five of cron, for example 15 6 * * *"),
        ("0 0 31 2 *", "'0 0 31 2 *' names a day that never comes"),
        ("0 0 * * 8", "'0 0 * * 8' is no cron expression: '8' is no day of the week"),
        ("0 0 * * xyz", "'0 0 * * xyz' is no cron expression: 'xyz' is no day of the week"),
        ("0 0 * * 1-", "'0 0 * * 1-' is no cron expression: '1-' is no day of the week"),
        ("0 0 * * 3-2", "'0 0 * * 3-2' is no cron expression: '3-2' ends before it begins"),
    ],
)
def test_what_is_no_expression(expression: str, fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(fault)}$"):
        DueTimes(expression)


@pytest.mark.parametrize(
    "expression", ["61 6 * * *", "15 24 * * *", "x 6 * * *", "*/0 * * * *", "5-3 6 * * *", "0 6 32 * *"]
)
def test_what_is_no_expression_either(expression: str) -> None:
    with pytest.raises(ValueError, match="is no cron expression: "):
        DueTimes(expression)


def test_days_of_23_and_25_hours() -> None:
    daily = DueTimes.daily(time(6, 15), COPENHAGEN)
    moments = [datetime(2025, 3, 28, 12, tzinfo=UTC)]
    for _ in range(3):
        moments.append(daily.after(moments[-1]))
    assert [later - earlier for earlier, later in pairwise(moments[1:])] == [timedelta(hours=23), timedelta(hours=24)]
    # The hour that is there twice brings no time twice.
    half_hours = DueTimes("*/30 * * * *", COPENHAGEN)
    moments = [datetime(2025, 10, 25, 23, 50, tzinfo=UTC)]
    for _ in range(8):
        moments.append(half_hours.after(moments[-1]))
    assert {later - earlier for earlier, later in pairwise(moments[1:])} == {timedelta(minutes=30)}


def test_a_time_that_is_due_now_is_not_due_again() -> None:
    daily = DueTimes.daily(time(6, 15), COPENHAGEN)
    first = daily.after(datetime(2025, 11, 1, tzinfo=UTC))
    assert daily.after(first) - first == timedelta(days=1)


@pytest.mark.parametrize(("text", "expected"), [("06:15", time(6, 15)), ("6:15", time(6, 15)), ("23:59", time(23, 59))])
def test_a_time_of_the_day(text: str, expected: time) -> None:
    assert time_of_day(text) == expected


@pytest.mark.parametrize("text", ["", "24:00", "6", "06:60", "06:1", "06:15:00", "noon", "٦:15", "06:15\n"])
def test_no_time_of_the_day(text: str) -> None:
    with pytest.raises(ValueError, match="is no time of the day, for example 06:15"):
        time_of_day(text)


def test_looks_keep_clear_of_the_daily_run() -> None:
    for minute in range(60):
        first, second = active_minutes(time(6, minute))
        assert second - first == 30
        assert 0 <= first < second < 60
        assert min(abs(minute - first), abs(minute - second)) >= 10
