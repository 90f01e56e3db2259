"""When runs are due: by the rules of cron, in the machine's time zone."""

import re
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from pipeline.operations.schedule.times import DueTimes, active_minutes, time_of_day

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def next_times(expression: str, after: datetime, times: int) -> list[str]:
    """The next local times of an expression."""
    local_times, time_found = [], after
    due_times = DueTimes(expression, COPENHAGEN)
    for _ in range(times):
        time_found = due_times.after(time_found)
        local_times.append(f"{time_found.astimezone(COPENHAGEN):%a %d %H:%M}")
    return local_times


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
        # One of the two days must match.
        ("0 6 4 * 1", ["Mon 03 06:00", "Tue 04 06:00", "Mon 10 06:00"]),
    ],
)
def test_an_expression_has_the_times_that_cron_gives_it(expression: str, expected: list[str]) -> None:
    assert next_times(expression, datetime(2025, 11, 1, 0, 0, tzinfo=UTC), len(expected)) == expected


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("", "'' has 0 fields, not the five of cron, for example 15 6 * * *"),
        ("@daily", "'@daily' has 1 fields, not the five of cron, for example 15 6 * * *"),
        ("15 6 * * * *", "'15 6 * * * *' has 6 fields, not the five of cron, for example 15 6 * * *"),
        ("0 0 31 2 *", "'0 0 31 2 *' is a date that does not exist"),
        ("0 0 * * 8", "'0 0 * * 8' is not a cron expression: '8' is not a day of the week"),
        ("0 0 * * xyz", "'0 0 * * xyz' is not a cron expression: 'xyz' is not a day of the week"),
        ("0 0 * * 1-", "'0 0 * * 1-' is not a cron expression: '1-' is not a day of the week"),
        ("0 0 * * 3-2", "'0 0 * * 3-2' is not a cron expression: '3-2' ends before it begins"),
    ],
)
def test_invalid_expressions_are_refused(expression: str, fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(fault)}$"):
        DueTimes(expression)


@pytest.mark.parametrize(
    "expression", ["61 6 * * *", "15 24 * * *", "x 6 * * *", "*/0 * * * *", "5-3 6 * * *", "0 6 32 * *"]
)
def test_values_out_of_range_are_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="is not a cron expression: "):
        DueTimes(expression)


def test_times_are_local_on_days_of_23_and_25_hours() -> None:
    daily = DueTimes.daily(time(6, 15), COPENHAGEN)
    moments = [datetime(2025, 3, 28, 12, tzinfo=UTC)]
    for _ in range(3):
        moments.append(daily.after(moments[-1]))
    assert [later - earlier for earlier, later in pairwise(moments[1:])] == [timedelta(hours=23), timedelta(hours=24)]
    # In the hour that is repeated, no time is repeated.
    half_hours = DueTimes("*/30 * * * *", COPENHAGEN)
    moments = [datetime(2025, 10, 25, 23, 50, tzinfo=UTC)]
    for _ in range(8):
        moments.append(half_hours.after(moments[-1]))
    assert {later - earlier for earlier, later in pairwise(moments[1:])} == {timedelta(minutes=30)}


def test_the_next_time_is_later_than_now() -> None:
    daily = DueTimes.daily(time(6, 15), COPENHAGEN)
    first = daily.after(datetime(2025, 11, 1, tzinfo=UTC))
    assert daily.after(first) - first == timedelta(days=1)


@pytest.mark.parametrize(("text", "expected"), [("06:15", time(6, 15)), ("6:15", time(6, 15)), ("23:59", time(23, 59))])
def test_valid_times_of_day_are_read(text: str, expected: time) -> None:
    assert time_of_day(text) == expected


@pytest.mark.parametrize("text", ["", "24:00", "6", "06:60", "06:1", "06:15:00", "noon", "٦:15", "06:15\n"])
def test_invalid_times_of_day_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time of day, for example 06:15"):
        time_of_day(text)


def test_checks_are_not_close_to_the_daily_run() -> None:
    for minute in range(60):
        first, second = active_minutes(time(6, minute))
        assert second - first == 30
        assert 0 <= first < second < 60
        assert min(abs(minute - first), abs(minute - second)) >= 10
