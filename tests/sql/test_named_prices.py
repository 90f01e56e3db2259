"""The named queries about prices: few sessions whose figures are computed by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sql.named_answers import answers, texts
from tests.sql.reimbursed_archive import (
    LATER,
    Period,
    ReimbursedArchive,
    ReimbursedSession,
    account,
    reimbursed_archive,
)

HOUR = timedelta(hours=1)
EVENING = datetime(2025, 3, 5, 21, tzinfo=UTC)  # 22:00 in Denmark
PRICES = ("price|2&markup|0.5", "price|1&markup|0.5", "price|0.4&markup|0.5", "price|0.8&markup|0.5")
POWERS = ("10", "5", "0", "0")  # kW


def night(max_kw: float | None = 11, prices: tuple[str, ...] = PRICES, **fields: Any) -> ReimbursedSession:
    """Four hours from 22:00 at 3, 1.75, 1 and 1.50 kr. per kWh with tax: 10 kWh in the first, 5 in the second."""
    history = [
        {"timestamp": (EVENING + place * HOUR).isoformat(), "value": power} for place, power in enumerate(POWERS)
    ]
    statistics = {"history": history} if max_kw is None else {"history": history, "maxKw": max_kw}
    periods = tuple(
        Period(
            started=EVENING + place * HOUR,
            stopped=EVENING + (place + 1) * HOUR,
            kind="idle" if power == "0" else "charging",
            prices=price,
            amount=Decimal(0) if power == "0" else Decimal(1),
        )
        for place, (price, power) in enumerate(zip(prices, POWERS, strict=True))
    )
    defaults = {"id": "night", "energy_wh": 15_000, "bill": Decimal("38.75"), "periods": periods}
    return ReimbursedSession(
        started=EVENING, stopped=EVENING + 4 * HOUR, fields={"powerStats": statistics}, **(defaults | fields)
    )


def half_hour(**fields: Any) -> ReimbursedSession:
    """22:30 to 23:00 two days later, 1 kWh at 1 kr. per kWh."""
    started = EVENING + timedelta(days=2, minutes=30)
    stopped = started + HOUR / 2
    return ReimbursedSession(
        id="half",
        started=started,
        stopped=stopped,
        energy_wh=1_000,
        bill=Decimal(1),
        periods=(Period(started=started, stopped=stopped, prices="price|0.4&markup|0.5"),),
        **fields,
    )


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[ReimbursedArchive]:
    with reimbursed_archive(tmp_path / "logbook", account()) as empty:
        yield empty.load_charge_point(LATER)


@pytest.mark.system
@pytest.mark.parametrize(
    ("max_kw", "cheapest", "difference"),
    [
        (11, "17.000", "21.750"),  # 11 kWh at 1 kr., 4 at 1.50
        (8, "18.500", "20.250"),  # 8 kWh at 1 kr., 7 at 1.50
        (5, "21.250", "17.500"),  # 5 kWh at 1 kr., 5 at 1.50, 5 at 1.75
        (4, "24.750", "14.000"),  # 4 kWh at 1 kr., 4 at 1.50, 5 at 1.75 as it took that, 2 at 3
    ],
)
def test_the_same_energy_in_the_cheapest_periods_of_the_time_connected(
    archive: ReimbursedArchive, max_kw: float, cheapest: str, difference: str
) -> None:
    archive.load_sessions(night(max_kw)).transform()
    found = answers(archive.connection, "@cheapest-same-night")
    assert texts(found, "session_id", "energy_kwh", "amount_at_prices", "cheapest_amount", "difference") == [
        ("night", "15.000", "38.750", cheapest, difference)
    ]
    assert texts(found, "started_local", "charge_point") == [("2025-03-05 22:00:00", "Hjemme")]


def test_a_session_without_a_choice_saves_nothing(archive: ReimbursedArchive) -> None:
    archive.load_sessions(half_hour(fields={"powerStats": {"history": [], "maxKw": 11}})).transform()
    found = answers(archive.connection, "@cheapest-same-night")
    assert texts(found, "amount_at_prices", "cheapest_amount", "difference") == [("1.000", "1.000", "0.000")]


@pytest.mark.parametrize("session", [night(max_kw=None), night(prices=(*PRICES[:3], ""))], ids=["power", "price"])
def test_an_unknown_power_or_price_leaves_the_session_out(
    archive: ReimbursedArchive, session: ReimbursedSession
) -> None:
    archive.load_sessions(session).transform()
    assert answers(archive.connection, "@cheapest-same-night") == []


def test_the_price_paid_against_the_mean_of_the_known_hours_of_the_day(archive: ReimbursedArchive) -> None:
    """Paid: (10 × 3 + 5 × 1.75) / 15; the mean of the two hours before midnight: 2.375. No energy on the second day."""
    archive.load_sessions(night()).transform()
    assert texts(
        answers(archive.connection, "@price-against-day-mean"),
        "day",
        "charge_point",
        "energy_kwh",
        "paid_price_incl_tax",
        "mean_price_incl_tax",
        "difference",
        "difference_percent",
        "hours_known",
    ) == [("2025-03-05", "Hjemme", "15.000", "2.583333", "2.375000", "0.208333", "8.77", "2.0")]


def test_a_day_on_which_the_price_of_an_hour_is_unknown_has_no_price_paid(archive: ReimbursedArchive) -> None:
    archive.load_sessions(night(prices=(PRICES[0], "", *PRICES[2:]))).transform()
    assert texts(
        answers(archive.connection, "@price-against-day-mean"),
        "energy_kwh",
        "paid_price_incl_tax",
        "mean_price_incl_tax",
        "difference",
        "hours_known",
    ) == [("15.000", "None", "3.000000", "None", "1.0")]


def test_the_newest_days_come_first(archive: ReimbursedArchive) -> None:
    archive.load_sessions(night(), half_hour()).transform()
    assert texts(answers(archive.connection, "@price-against-day-mean"), "day") == [("2025-03-07",), ("2025-03-05",)]
    assert texts(answers(archive.connection, "@price-against-day-mean", rows="1"), "day") == [("2025-03-07",)]
    assert answers(archive.connection, "@price-against-day-mean", year="2024") == []


def test_the_cheapest_hours_of_the_day_come_first(archive: ReimbursedArchive) -> None:
    """22:00: an hour at 3 kr. and half an hour at 1."""
    archive.load_sessions(night(), half_hour()).transform()
    found = answers(archive.connection, "@cheapest-hours", min_hours="1")
    prices = ("average_price_incl_tax", "lowest_price_incl_tax", "highest_price_incl_tax", "hours_known")
    assert texts(found, "hour_of_day", *prices) == [
        ("0", "1.000000", "1.000000", "1.000000", "1.0"),
        ("1", "1.500000", "1.500000", "1.500000", "1.0"),
        ("23", "1.750000", "1.750000", "1.750000", "1.0"),
        ("22", "2.333333", "1.000000", "3.000000", "1.5"),
    ]
    assert {row["charge_point"] for row in found} == {"Hjemme"}
    assert texts(answers(archive.connection, "@cheapest-hours", min_hours="2"), "hour_of_day") == []
    assert answers(archive.connection, "@cheapest-hours") == []


def test_a_period_of_several_hours_counts_in_each_of_them(archive: ReimbursedArchive) -> None:
    started, stopped = EVENING + HOUR / 2, EVENING + 2 * HOUR
    session = ReimbursedSession(
        started=started,
        stopped=stopped,
        periods=(Period(started=started, stopped=stopped, prices="price|1&markup|0.5"),),
    )
    archive.load_sessions(session).transform()
    found = answers(archive.connection, "@cheapest-hours", min_hours="0")
    assert texts(found, "hour_of_day", "average_price_incl_tax", "hours_known") == [
        ("22", "1.750000", "0.5"),
        ("23", "1.750000", "1.0"),
    ]


def test_the_hour_that_an_autumn_night_has_twice_counts_twice(archive: ReimbursedArchive) -> None:
    started = datetime(2025, 10, 26, 0, tzinfo=UTC)
    session = ReimbursedSession(
        started=started,
        stopped=started + 2 * HOUR,
        periods=tuple(
            Period(
                started=started + place * HOUR, stopped=started + (place + 1) * HOUR, prices=f"price|{price}&markup|0"
            )
            for place, price in enumerate(("1", "2"))
        ),
    )
    archive.load_sessions(session).transform()
    found = answers(archive.connection, "@cheapest-hours", min_hours="0")
    assert texts(found, "hour_of_day", "average_price_incl_tax", "hours_known")[:1] == [("2", "1.875000", "2.0")]


def test_the_parts_of_the_price_per_kwh(archive: ReimbursedArchive) -> None:
    """Spot 25, markup 7.50 / 1.25 = 6 and tax 7.75 of 38.75 kr. for 15 kWh: nothing is left."""
    archive.load_sessions(night()).transform()
    assert texts(
        answers(archive.connection, "@price-decomposition"),
        "month",
        "currency",
        "energy_kwh",
        "amount_incl_tax",
        "price_incl_tax",
        "spot_per_kwh",
        "markup_per_kwh",
        "tax_per_kwh",
        "unexplained_per_kwh",
    ) == [
        ("2025-03-01", "DKK", "15.000", "38.750", "2.583333", "1.666667", "0.400000", "0.516667", "0.000000"),
    ]
