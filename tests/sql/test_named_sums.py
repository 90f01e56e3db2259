"""The named queries that add up: sums computed by hand for few sessions, and the same sums as the months of marts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.settings.schema import Car, Rule, Settings
from tests.scenarios.demo_archive import DemoArchive
from tests.scenarios.small_archive import charge_point, detail, listed, listing, session, small_archive
from tests.sql.named_answers import answers, texts
from tests.sql.reimbursed_archive import (
    LATER,
    ReimbursedArchive,
    account,
    hour_session,
    reimbursed_archive,
)

WINTER_NOON = datetime(2025, 1, 8, 11, tzinfo=UTC)  # 12:00 in Denmark, a Wednesday
NEW_YEAR = datetime(2024, 12, 31, 22, 30, tzinfo=UTC)  # 23:30 in Denmark, a Tuesday


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[ReimbursedArchive]:
    """Two accounts: `home`, and `work`, which has a charge point without a name."""
    with reimbursed_archive(tmp_path / "logbook", account(), account("work")) as empty:
        yield empty.load_charge_point(LATER)


@pytest.fixture(scope="module")
def published(fetched_demo: DemoArchive) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(fetched_demo.logbook.database, read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def sums(connection: duckdb.DuckDBPyConnection, mart: str, year: str | None = None) -> dict[str, tuple[Any, ...]]:
    """Energy and money per currency of a mart of months."""
    found = connection.execute(
        f"select currency, sum(energy_kwh), sum(amount_incl_tax) from {mart} "  # noqa: S608
        "where coalesce(year(month) = cast($year as integer), true) group by currency",
        {"year": year},
    ).fetchall()
    return {currency: figures for currency, *figures in found}


def sums_of(found: list[dict[str, Any]], energy: str = "energy_kwh") -> dict[str, tuple[Any, ...]]:
    """Energy and money per currency of a query's rows."""
    currencies = {row["currency"] for row in found}
    return {
        currency: [
            sum(row[column] for row in found if row["currency"] == currency) for column in (energy, "amount_incl_tax")
        ]
        for currency in currencies
    }


@pytest.mark.parametrize("year", [None, "2024", "2025"])
@pytest.mark.parametrize("name", ["@cost-by-hour", "@cost-by-weekday"])
def test_the_hours_and_days_of_a_year_sum_to_its_divided_months(
    published: duckdb.DuckDBPyConnection, name: str, year: str | None
) -> None:
    given = {} if year is None else {"year": year}
    assert sums_of(answers(published, name, **given)) == sums(published, "months_split", year)


@pytest.mark.parametrize("year", [None, "2024", "2025"])
@pytest.mark.parametrize("name", ["@by-charge-point", "@cost-per-car", "@price-decomposition"])
def test_whole_sessions_sum_to_the_months(published: duckdb.DuckDBPyConnection, name: str, year: str | None) -> None:
    given = {} if year is None else {"year": year}
    assert sums_of(answers(published, name, **given)) == sums(published, "months", year)


def test_the_months_of_a_comparison_are_those_of_the_mart(published: duckdb.DuckDBPyConnection) -> None:
    found = answers(published, "@month-against-year-before")
    assert [
        (row["currency"], row["month"], row["energy_kwh"], row["amount_incl_tax"])
        for row in found
        if row["energy_kwh"] is not None
    ] == published.execute(
        "select currency, month, energy_kwh, amount_incl_tax from months order by currency, month"
    ).fetchall()


def test_the_cost_of_each_hour_of_the_day(archive: ReimbursedArchive) -> None:
    """10 kWh for 25 kr. over midnight and the year's end, half in each hour; 10 kWh for 20 kr. from 12 o'clock."""
    archive.load_sessions(hour_session(NEW_YEAR), hour_session(WINTER_NOON, "2", bill=Decimal(20))).transform()
    columns = ("hour_of_day", "sessions", "energy_kwh", "amount_incl_tax", "average_price_incl_tax", "energy_percent")
    assert texts(answers(archive.connection, "@cost-by-hour"), *columns) == [
        ("0", "1", "5.000", "12.500", "2.500000", "25.00"),
        ("12", "1", "10.000", "20.000", "2.000000", "50.00"),
        ("13", "0", "0.000", "0.000", "None", "0.00"),  # the session stopped at its first moment
        ("23", "1", "5.000", "12.500", "2.500000", "25.00"),
    ]
    assert texts(answers(archive.connection, "@cost-by-hour", year="2024"), *columns) == [
        ("23", "1", "5.000", "12.500", "2.500000", "100.00"),
    ]


@pytest.mark.parametrize("name", ["@cost-by-hour", "@cost-by-weekday"])
def test_energy_without_a_power_history_is_named_as_assumed(archive: ReimbursedArchive, name: str) -> None:
    archive.load_sessions(hour_session(NEW_YEAR), hour_session(WINTER_NOON, "2", curve=())).transform()
    found = answers(archive.connection, name)
    assert sum(row["energy_kwh"] for row in found) == 20
    assert [str(row["assumed_kwh"]) for row in found if row["assumed_kwh"]] == ["10.000"]


def test_the_cost_of_each_day_of_the_week(archive: ReimbursedArchive) -> None:
    archive.load_sessions(hour_session(NEW_YEAR), hour_session(WINTER_NOON, "2", bill=Decimal(20))).transform()
    columns = ("weekday", "weekday_name", "sessions", "energy_kwh", "amount_incl_tax", "energy_percent")
    assert texts(answers(archive.connection, "@cost-by-weekday"), *columns) == [
        ("2", "Tuesday", "1", "5.000", "12.500", "25.00"),
        ("3", "Wednesday", "2", "15.000", "32.500", "75.00"),
    ]


@pytest.mark.system
def test_currencies_and_accounts_are_never_added(archive: ReimbursedArchive) -> None:
    euros = hour_session(WINTER_NOON, "2", currency="EUR", bill=Decimal(3))
    archive.load_sessions(hour_session(WINTER_NOON), euros)
    archive.load_sessions(hour_session(WINTER_NOON, "3"), account="work").transform()
    expected = [("home", "DKK", "25.000"), ("home", "EUR", "3.000"), ("work", "DKK", "25.000")]
    for name in ("@by-charge-point", "@cost-per-car", "@cost-by-weekday", "@month-against-year-before"):
        found = answers(archive.connection, name)
        assert sorted(texts(found, "account", "currency", "amount_incl_tax")) == expected, name
        of_work = answers(archive.connection, name, account="work")
        assert texts(of_work, "account", "amount_incl_tax") == [("work", "25.000")], name


def test_a_month_against_the_year_before(archive: ReimbursedArchive) -> None:
    """10 kWh for 25 kr. in March 2024; 12 kWh for 24 kr. in March 2025; nothing in May 2025 but in May 2024."""
    march, may = datetime(2024, 3, 5, 12, tzinfo=UTC), datetime(2024, 5, 5, 12, tzinfo=UTC)
    archive.load_sessions(
        hour_session(march),
        hour_session(may, "2"),
        hour_session(march + timedelta(days=365), "3", energy_wh=12_000, bill=Decimal(24)),
        hour_session(datetime(2025, 6, 5, 12, tzinfo=UTC), "4"),
    ).transform()
    found = answers(archive.connection, "@month-against-year-before", year="2025")
    assert texts(found, "month", "energy_kwh", "energy_kwh_before", "energy_percent") == [
        ("2025-03-01", "12.000", "10.000", "20.00"),
        ("2025-05-01", "None", "10.000", "None"),
        ("2025-06-01", "10.000", "None", "None"),
    ]
    assert texts(found, "amount_incl_tax", "amount_before", "amount_percent")[0] == ("24.000", "25.000", "-4.00")
    assert texts(found, "price_incl_tax", "price_before", "price_percent")[0] == ("2.000000", "2.500000", "-20.00")
    assert {row["is_closed"] for row in found} == {False}  # no listing was archived
    assert texts(answers(archive.connection, "@month-against-year-before", year="2026"), "month") == []


def test_where_the_energy_is_charged(tmp_path: Path) -> None:
    """Twice at home, and once at a public charge point, whose address only the listing has."""
    home = [session("1", totalAmount=19.99), session("2", totalAmount=20.01)]
    park = session("3", energy=30_000, totalAmount=120, evseId="90417", isPersonal=False)
    with small_archive(tmp_path / "logbook") as small:
        page = listing(listed(park, type="public", address="Ladepark Nord"))
        small.build(charge_point(LATER), page, *(detail(body) for body in (*home, park)))
        found = answers(small.connection, "@by-charge-point")
    columns = ("kind", "charge_point", "sessions", "energy_kwh", "amount_incl_tax", "average_price_incl_tax")
    assert texts(found, *columns, "first_local") == [
        ("public", "Ladepark Nord", "1", "30.000", "120.000", "4.000000", "2025-03-05 13:00:00"),
        ("private", "Drive", "2", "20.000", "40.000", "2.000000", "2025-03-05 13:00:00"),
    ]


def test_what_each_car_costs(archive: ReimbursedArchive) -> None:
    """The Golf charges on Wednesdays; no rule is about the Polo."""
    archive.settings = Settings(
        accounts=archive.settings.accounts,
        cars=(Car(name="Golf"), Car(name="Polo")),
        rules=(Rule(car="Golf", weekdays=("wed",)),),
    )
    after = WINTER_NOON + timedelta(days=2)
    archive.load_sessions(hour_session(WINTER_NOON), hour_session(after, "2", bill=Decimal(20))).transform()
    found = answers(archive.connection, "@cost-per-car")
    assert texts(found, "car", "sessions", "energy_kwh", "amount_incl_tax", "tax_amount", "last_local") == [
        ("Golf", "1", "10.000", "25.000", "5.000", "2025-01-08 12:00:00"),
        ("None", "1", "10.000", "20.000", "4.000", "2025-01-10 12:00:00"),
    ]
