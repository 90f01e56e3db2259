"""Difficult cases of the split, with rows calculated by hand. Times are UTC."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipeline.database.connection import open_writer
from tests.scenarios.new_logbook import new_logbook
from tests.sql.charged_sessions import ChargedSession
from tests.sql.expected_split import Period, Sample
from tests.sql.split_archive import SplitArchive


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def session_of(
    started: str, stopped: str, kwh: str, amount: str, *, curve: str = "", account: str = "copenhagen", **other: Any
) -> ChargedSession:
    """`curve` reads `2025-01-01T10:00 11.0, ...`: times and kW."""
    samples = [sample.split() for sample in curve.split(", ")] if curve else []
    return ChargedSession(
        account=account,
        started_at=at(started),
        stopped_at=at(stopped),
        energy_wh=int(Decimal(kwh) * 1000),
        currency={"copenhagen": "DKK", "lord-howe": "AUD", "utc": "GBP"}[account],
        amount=Decimal(amount),
        samples=tuple(Sample(at(time), Decimal(power)) for time, power in samples),
        **other,
    )


def period(kind: str, started: str, stopped: str, amount: str, price: str | None = None) -> Period:
    return Period(kind, at(started), at(stopped), Decimal(amount), None if price is None else Decimal(price))


CASES = {
    "23 hours": session_of("2025-03-29T23:00", "2025-03-30T22:00", "23", "46", curve="2025-03-29T23:00 1"),
    "25 hours": session_of("2025-10-25T22:00", "2025-10-26T23:00", "25", "50", curve="2025-10-25T22:00 1"),
    "half an hour back": session_of(
        "2025-04-05T14:00", "2025-04-05T16:30", "5", "10", curve="2025-04-05T14:00 2", account="lord-howe"
    ),
    "three months": session_of(
        "2025-01-31T22:00",
        "2025-03-01T00:00",
        "10.001",
        "15.01",
        periods=(
            period("charging", "2025-01-31T22:00", "2025-01-31T23:00", "10"),
            period("idle", "2025-01-31T23:00", "2025-02-28T23:00", "0"),
            period("charging", "2025-02-28T23:00", "2025-03-01T00:00", "5.01"),
        ),
    ),
    "pause": session_of(
        "2025-02-12T18:00",
        "2025-02-12T22:00",
        "10",
        "20",
        curve="2025-02-12T18:00 10, 2025-02-12T21:00 5",  # no zero sample marks the pause
        periods=(
            period("charging", "2025-02-12T18:00", "2025-02-12T18:30", "7.5", "1.5"),
            period("idle", "2025-02-12T18:30", "2025-02-12T21:00", "0", "9"),
            period("charging", "2025-02-12T21:00", "2025-02-12T22:00", "12.5", "2.5"),
        ),
    ),
    "two prices": session_of(
        "2025-07-12T10:00",
        "2025-07-12T10:45",
        "4",
        "9",
        periods=(
            period("charging", "2025-07-12T10:00", "2025-07-12T10:30", "6", "1.0000004"),
            period("charging", "2025-07-12T10:30", "2025-07-12T10:45", "3", "1.0000014"),
        ),
    ),
    "minimum price": session_of(
        "2025-05-11T10:00",
        "2025-05-11T11:30",
        "3",
        "2.5",
        curve="2025-05-11T10:00 3, 2025-05-11T11:00 2",
        periods=(
            period("charging", "2025-05-11T10:00", "2025-05-11T11:00", "-1"),
            period("charging", "2025-05-11T11:00", "2025-05-11T11:30", "0.4"),
        ),
    ),
    "one negative period": session_of(
        "2025-05-12T10:00",
        "2025-05-12T11:30",
        "3",
        "2.5",
        curve="2025-05-12T10:00 3, 2025-05-12T11:00 2",
        periods=(
            period("charging", "2025-05-12T10:00", "2025-05-12T11:00", "-1"),
            period("charging", "2025-05-12T11:00", "2025-05-12T11:30", "2"),
        ),
    ),
    "midnight": session_of("2025-06-30T20:00", "2025-06-30T22:00", "20", "40", curve="2025-06-30T20:00 10"),
    "nothing but the meter": session_of("2025-06-30T22:00", "2025-07-01T00:00", "3", "6", account="utc"),
    "no bill but a tax": session_of("2025-08-01T21:00", "2025-08-01T23:00", "2", "0", net=Decimal(-5)),
    "stopped before it started": session_of("2025-09-01T12:00", "2025-09-01T10:30", "1", "2"),
}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with all cases; the session ids are their names."""
    logbook = new_logbook(tmp_path_factory.mktemp("cases") / "logbook")
    with logbook.lock(), open_writer(logbook) as connection:
        SplitArchive(connection, logbook.raw).add(CASES)
        yield connection


Tuples = list[tuple[Any, ...]]


def hours(connection: duckdb.DuckDBPyConnection, case: str) -> Tuples:
    """Start, kWh and amount of each hour."""
    query = "select hour_start, energy_kwh, amount_incl_tax from session_hours where session_id = ? order by 1"
    return [(f"{begins:%m-%d %H:%M}", *rest) for begins, *rest in connection.execute(query, [case]).fetchall()]


def prices(connection: duckdb.DuckDBPyConnection, case: str) -> list[Decimal | None]:
    query = "select price_incl_tax from session_hours where session_id = ? order by hour_start"
    return [price for (price,) in connection.execute(query, [case]).fetchall()]


def parts(connection: duckdb.DuckDBPyConnection, table: str, unit: str, case: str) -> Tuples:
    """Day or month, kWh, amount, tax."""
    query = f"select {unit}, energy_kwh, amount_incl_tax, tax_amount from {table} where session_id = ? order by 1"  # noqa: S608
    return connection.execute(query, [case]).fetchall()


def numbers(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


@pytest.mark.parametrize(
    ("case", "placed_by"),
    [("midnight", "power history"), ("three months", "charging periods"), ("nothing but the meter", "stop")],
)
def test_each_hour_states_what_its_energy_is_placed_by(
    connection: duckdb.DuckDBPyConnection, case: str, placed_by: str
) -> None:
    query = "select distinct placed_by from session_hours where session_id = ?"
    assert connection.execute(query, [case]).fetchall() == [(placed_by,)]


@pytest.mark.parametrize(("case", "first", "count", "day"), [
    ("23 hours", "2025-03-29T23:00", 23, date(2025, 3, 30)),
    ("25 hours", "2025-10-25T22:00", 25, date(2025, 10, 26)),
])  # fmt: skip
def test_a_day_that_the_clocks_change_on_has_all_its_hours(
    connection: duckdb.DuckDBPyConnection, case: str, first: str, count: int, day: date
) -> None:
    begins = [at(first) + number * timedelta(hours=1) for number in range(count + 1)]
    expected = [(f"{hour:%m-%d %H:%M}", *numbers("1", "2")) for hour in begins]
    expected[-1] = (expected[-1][0], *numbers("0", "0"))  # it stopped at midnight, the first moment of the next day
    assert hours(connection, case) == expected
    assert parts(connection, "intermediate.session_days", "day", case) == [
        (day, Decimal(count), Decimal(2 * count), Decimal(2 * count) / 5),
        (day + timedelta(days=1), *numbers("0", "0", "0")),
    ]


def test_an_hour_is_half_as_long_when_the_clock_goes_back_by_half_an_hour(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert hours(connection, "half an hour back") == [
        ("04-05 14:00", *numbers("2", "4")),  # from one o'clock until two
        ("04-05 15:00", *numbers("1", "2")),  # from half past one until two again
        ("04-05 15:30", *numbers("2", "4")),
        ("04-05 16:30", *numbers("0", "0")),
    ]


def test_a_session_over_three_months_is_divided_by_its_periods(connection: duckdb.DuckDBPyConnection) -> None:
    # Without a curve, half of 10001 Wh lies in each hour of charging, and the extra one goes to the earlier. The tax of
    # 3.00 is 1.9987 and 1.0013, the larger remainder takes the cent.
    assert parts(connection, "session_months", "month", "three months") == [
        (date(2025, 1, 1), *numbers("5.001", "10", "2")),
        (date(2025, 2, 1), *numbers("0", "0", "0")),
        (date(2025, 3, 1), *numbers("5", "5.01", "1")),
    ]
    assert len(parts(connection, "intermediate.session_days", "day", "three months")) == 1 + 28 + 1


def test_a_pause_has_no_energy_and_no_price(connection: duckdb.DuckDBPyConnection) -> None:
    assert hours(connection, "pause") == [
        ("02-12 18:00", *numbers("5", "7.5")),
        ("02-12 19:00", *numbers("0", "0")),
        ("02-12 20:00", *numbers("0", "0")),
        ("02-12 21:00", *numbers("5", "12.5")),
        ("02-12 22:00", *numbers("0", "0")),
    ]
    assert prices(connection, "pause") == [Decimal("1.5"), None, None, Decimal("2.5"), None]


def test_an_hours_price_is_weighted_by_its_energy_and_rounded_once(connection: duckdb.DuckDBPyConnection) -> None:
    # Two thirds at 1.0000004, one third at 1.0000014: 1.00000073. Rounded first, the result would be 1.00000033.
    assert prices(connection, "two prices") == [Decimal("1.000001")]


def test_what_a_minimum_price_adds_to_negative_periods_is_divided_by_energy(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    # Periods of -1.00 and 0.40, a bill of 2.50: 3.10 more, three quarters and one quarter of it. 132.5 and 117.5
    # have the same remainder, so the earlier hour takes the cent.
    assert hours(connection, "minimum price") == [
        ("05-11 10:00", *numbers("2.25", "1.33")),
        ("05-11 11:00", *numbers("0.75", "1.17")),
    ]


def test_one_negative_period_is_enough_to_keep_the_periods_own_amounts(connection: duckdb.DuckDBPyConnection) -> None:
    # The bill is 1.50 more than the periods: -1.00 plus three quarters of it, 2.00 plus one quarter.
    assert hours(connection, "one negative period") == [
        ("05-12 10:00", *numbers("2.25", "0.13")),
        ("05-12 11:00", *numbers("0.75", "2.37")),
    ]


def test_a_session_that_stops_at_midnight_has_an_empty_part_on_the_next_day(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert parts(connection, "session_months", "month", "midnight") == [
        (date(2025, 6, 1), *numbers("20", "40", "8")),
        (date(2025, 7, 1), *numbers("0", "0", "0")),
    ]
    query = """
        select day, sessions, energy_kwh, amount_incl_tax, tax_amount from {}
        where account = 'copenhagen' and day between '2025-06-30' and '2025-07-01' order by all
    """
    assert connection.execute(query.format("days_split")).fetchall() == [
        (date(2025, 6, 30), 1, *numbers("20", "40", "8")),
        (date(2025, 7, 1), 1, *numbers("0", "0", "0")),
    ]
    assert connection.execute(query.format("days")).fetchall() == [
        (date(2025, 7, 1), 1, *numbers("20", "40", "8")),
    ]


def test_energy_and_money_of_unknown_time_are_at_the_stop(connection: duckdb.DuckDBPyConnection) -> None:
    assert parts(connection, "session_months", "month", "nothing but the meter") == [
        (date(2025, 6, 1), *numbers("0", "0", "0")),
        (date(2025, 7, 1), *numbers("3", "6", "1")),
    ]


def test_the_tax_of_a_bill_of_zero_is_where_the_session_stopped(connection: duckdb.DuckDBPyConnection) -> None:
    assert parts(connection, "intermediate.session_days", "day", "no bill but a tax") == [
        (date(2025, 8, 1), *numbers("0", "0", "0")),
        (date(2025, 8, 2), *numbers("2", "0", "5")),
    ]


def test_a_session_that_stopped_before_it_started_keeps_its_energy(connection: duckdb.DuckDBPyConnection) -> None:
    assert hours(connection, "stopped before it started") == [("09-01 10:00", *numbers("1", "2"))]
