"""The named queries about single sessions: few of them, whose figures are computed by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.scenarios.small_archive import LATER, NOON, SmallArchive, charge_point, curve, detail, period, session
from tests.sql.named_answers import answers, texts


def at_midday(day: int, **fields: Any) -> dict[str, Any]:
    """A session of an hour at 13:00 local time on a day of March 2025; its id is the day."""
    started = NOON + timedelta(days=day - 5)
    times = {"startedAt": started.isoformat(), "stoppedAt": (started + timedelta(hours=1)).isoformat()}
    return session(str(day), **(times | fields))


def test_the_idle_time_of_each_month(archive: SmallArchive) -> None:
    """Two of three sessions of March state their idle time: 15 and 45 of 120 minutes."""
    april = at_midday(35, idlePeriod=0)
    archive.build(
        detail(at_midday(5, idlePeriod=900)), detail(at_midday(6, idlePeriod=2700)), detail(at_midday(7)), detail(april)
    )
    found = answers(archive.connection, "@idle-time")
    columns = (
        "month",
        "sessions",
        "connected_hours",
        "idle_hours",
        "idle_percent",
        "longest_idle_hours",
        "idle_unknown",
    )
    assert texts(found, *columns) == [
        ("2025-03-01", "2", "2.0", "1.0", "50.00", "0.8", "1"),
        ("2025-04-01", "1", "1.0", "0.0", "0.00", "0.0", "0"),
    ]


def test_the_power_history_against_the_meter(archive: SmallArchive) -> None:
    """10 kWh by the meter, and an hour at 9.5 kW and at 10.2 kW by the history; one of zeros counts as missing."""
    archive.build(
        charge_point(LATER),
        detail(session("1", powerStats=curve((0, 9.5)), chargingPeriods=[period(0, 60)])),
        detail(session("2", powerStats=curve((0, 10.2)), chargingPeriods=[period(0, 60)])),
        detail(session("3", powerStats=curve((0, 0)), chargingPeriods=[period(0, 60)])),
        detail(session("4")),
    )
    columns = ("session_id", "meter_kwh", "curve_kwh", "difference_kwh", "difference_percent", "power_samples")
    assert texts(answers(archive.connection, "@losses"), *columns) == [
        ("1", "10.000", "9.500", "0.500", "5.00", "1"),
        ("2", "10.000", "10.200", "-0.200", "-2.00", "1"),
    ]
    assert texts(answers(archive.connection, "@losses", rows="1"), "session_id", "charge_point") == [("1", "Drive")]


def test_the_effective_power_of_a_session(archive: SmallArchive) -> None:
    """10 kWh in 50 minutes of charging periods; in 45 minutes that the idle time leaves; in an unknown time."""
    periods = [period(0, 30), period(30, 40, "idle"), period(40, 60)]
    power = {"maxKw": 16, "averageKw": 11.9, "history": []}
    archive.build(
        detail(at_midday(5)),
        detail(at_midday(6, idlePeriod=900)),
        detail(session("7", chargingPeriods=periods, powerStats=power)),
        detail(at_midday(8, energy=0)),
    )
    columns = ("session_id", "charging_hours", "effective_kw", "average_kw", "max_kw", "percent_of_max")
    assert sorted(texts(answers(archive.connection, "@effective-power"), *columns)) == [
        ("5", "None", "None", "None", "None", "None"),
        ("6", "0.75", "13.333", "None", "None", "None"),
        ("7", "0.83", "12.000", "11.900000", "16.000000", "75.00"),
    ]


def test_the_newest_session_comes_first(archive: SmallArchive) -> None:
    archive.build(detail(at_midday(5)), detail(at_midday(8)), detail(at_midday(6)))
    assert texts(answers(archive.connection, "@effective-power", rows="2"), "session_id") == [("8",), ("6",)]


@pytest.mark.system
@pytest.mark.parametrize(
    ("changes", "changed", "difference"),
    [
        ({"energy": 11_000}, "energy", "0.000"),
        ({"totalAmount": 27.5}, "amount", "2.500"),
        ({"energy": 11_000, "totalAmount": 24}, "energy, amount", "-1.000"),
        ({"stoppedAt": (NOON + timedelta(hours=2)).isoformat()}, "times", "0.000"),
        ({"currency": {"code": "EUR", "minorUnitDecimal": 2}}, "currency", "None"),
    ],
)
def test_what_the_operator_changed(
    archive: SmallArchive, changes: dict[str, Any], changed: str, difference: str
) -> None:
    archive.add(detail(session(), LATER - timedelta(days=2)))
    archive.build(detail(session(**changes), LATER - timedelta(days=1)))
    found = answers(archive.connection, "@revisions")
    assert texts(found, "session_id", "revision", "changed", "amount_difference") == [("1", "2", changed, difference)]
    assert texts(found, "energy_kwh_before", "amount_before", "currency_before") == [("10.000", "25.000", "DKK")]
    assert texts(found, "fetched_at", "started_local") == [("2029-12-31 00:00:00+00:00", "2025-03-05 13:00:00")]


def test_a_gap_begins_at_the_last_moment_and_not_at_the_latest_wall_time(archive: SmallArchive) -> None:
    """One session stops at 02:50 in summer time and the next 20 minutes later, at 02:10 in winter time."""
    midnight = datetime(2025, 10, 26, tzinfo=UTC)
    archive.build(
        *(
            detail(
                session(
                    str(number),
                    startedAt=(midnight + timedelta(minutes=started)).isoformat(),
                    stoppedAt=(midnight + timedelta(minutes=stopped)).isoformat(),
                )
            )
            for number, (started, stopped) in enumerate([(-60, 50), (55, 70), (130, 140)])
        )
    )
    columns = ("next_session_id", "gap_hours", "stopped_local", "started_local")
    assert texts(answers(archive.connection, "@longest-gaps"), *columns) == [
        ("2", "1.0", "2025-10-26 02:10:00", "2025-10-26 03:10:00"),
        ("1", "0.1", "2025-10-26 02:50:00", "2025-10-26 02:55:00"),
    ]


def test_a_session_that_never_changed_has_no_revision(archive: SmallArchive) -> None:
    archive.build(detail(session()))
    assert answers(archive.connection, "@revisions") == []
