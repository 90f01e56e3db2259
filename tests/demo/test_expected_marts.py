"""The expected marts, checked against sums calculated by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pipeline.demo import Tenant
from tests.demo import expected_marts


def row_of(tenant: Tenant, scene: str) -> dict[str, Any]:
    session_id = tenant.scene(scene).id
    return next(row for row in expected_marts.sessions(tenant) if row["session_id"] == session_id)


def test_the_session_at_the_minimum_price_has_the_calculated_row(demo: Tenant) -> None:
    # 2.50 * 0.25 / 1.25 = 0.50; from 15:04:10 to 15:41:37 are 37 minutes and 27 seconds, 260 s of them charging.
    row = row_of(demo, "minimum_price")
    assert row == {
        "session_id": demo.scene("minimum_price").id,
        "kind": "private",
        "charge_point": "Indkørslen",
        "evse": "2317",
        "started_at": datetime(2025, 9, 18, 13, 4, 10, tzinfo=UTC),
        "stopped_at": datetime(2025, 9, 18, 13, 41, 37, tzinfo=UTC),
        "started_local": datetime.fromisoformat("2025-09-18T15:04:10"),
        "stopped_local": datetime.fromisoformat("2025-09-18T15:41:37"),
        "duration_s": 2247,
        "idle_s": 1987,
        "energy_kwh": Decimal("0.470"),
        "amount_incl_tax": Decimal("2.50"),
        "tax_name": "Moms",
        "tax_rate": Decimal("0.25"),
        "tax_amount": Decimal("0.50"),
        "amount_excl_tax": Decimal("2.00"),
        "average_kw": row["average_kw"],
        "max_kw": row["max_kw"],
        "power_samples": 5,
        "payment_status": "paid",
        "stop_reason": "remote",
        "note": None,
        "currency": "DKK",
    }


def test_half_a_minor_unit_is_rounded_away_from_zero(demo: Tenant) -> None:
    # 87.125 -> 87.13; 87.13 / 5 = 17.426 -> 17.43.
    row = row_of(demo, "roaming")
    assert (row["amount_incl_tax"], row["tax_amount"]) == (Decimal("87.13"), Decimal("17.43"))
    assert row["amount_excl_tax"] == Decimal("69.70")
    assert (row["average_kw"], row["max_kw"], row["power_samples"]) == (None, None, 0)
    assert row["charge_point"] == "Ladepark Nord, Eksempelvej 1, 0000 Prøveby"


def test_a_session_in_a_foreign_currency_has_no_tax(demo: Tenant) -> None:
    row = row_of(demo, "abroad")
    assert (row["currency"], row["tax_name"]) == ("EUR", "MwSt.")
    assert row["tax_rate"] is row["tax_amount"] is row["amount_excl_tax"] is None
    periods = [p for p in expected_marts.charging_periods(demo) if p["session_id"] == row["session_id"]]
    assert all(period["price_incl_tax"] is None for period in periods)
    assert all(period["spot_price_excl_tax"] is not None for period in periods)


def test_a_corrected_bill_changes_the_tax(tenant: Tenant) -> None:
    session_id = tenant.scene("pause").id
    tenant.correct(session_id, energy_wh=40_000, amount=Decimal("85.78"))
    row = row_of(tenant, "pause")
    # 85.78 / 5 = 17.156 -> 17.16
    assert row["energy_kwh"] == 40
    assert (row["tax_amount"], row["amount_excl_tax"]) == (Decimal("17.16"), Decimal("68.62"))


def test_the_price_per_kwh_includes_tax_and_markup(demo: Tenant) -> None:
    prices = {
        (row["session_id"], row["started_at"]): row["price_incl_tax"] for row in expected_marts.charging_periods(demo)
    }
    forward_id = demo.scene("clocks_forward_2025").id
    # 04:00 local, just after the change: -0.00007 * 1.25 + 0.88.
    assert prices[forward_id, datetime(2025, 3, 30, 2, tzinfo=UTC)] == Decimal("0.8799125")
    minimum_session = demo.scene("minimum_price")
    assert prices[minimum_session.id, minimum_session.started_at] == Decimal("2.427")
    fixed_session = demo.scene("public_fixed_price")
    assert prices[fixed_session.id, fixed_session.started_at] is None


def test_periods_are_oldest_first_and_only_of_sessions_that_have_them(demo: Tenant) -> None:
    rows = expected_marts.charging_periods(demo)
    keys = [(row["session_id"], row["started_at"]) for row in rows]
    assert keys == sorted(set(keys))
    missing = {demo.scene(scene).id for scene in ("no_periods", "roaming", "active")}
    assert not missing & {row["session_id"] for row in rows}
    assert {row["state"] for row in rows} == {"charging", "idle"}


def test_the_last_listed_of_samples_at_one_time_counts(demo: Tenant) -> None:
    session = demo.scene("repeated_different")
    rows = [row for row in expected_marts.power_samples(demo) if row["session_id"] == session.id]
    times = [row["sampled_at"] for row in rows]
    assert times == sorted(set(times))
    assert len(rows) == row_of(demo, "repeated_different")["power_samples"] < len(session.samples)
    # The first of each pair has about half of the power.
    plateau = rows[5:-30]
    assert min(row["power_kw"] for row in plateau) > 10
    assert all(isinstance(row["power_kw"], Decimal) for row in rows)


def test_the_active_session_is_in_no_mart(demo: Tenant) -> None:
    active = demo.scene("active").id
    assert expected_marts.active(demo) == [active]
    assert active not in {row["session_id"] for row in expected_marts.sessions(demo)}
    assert active not in {row["session_id"] for row in expected_marts.power_samples(demo)}
    assert len(expected_marts.sessions(demo)) == len(demo.sessions) - 1


def test_a_session_belongs_to_the_local_day_it_stopped_on(demo: Tenant) -> None:
    rows = {(row["day"], row["currency"]): row for row in expected_marts.days(demo)}
    # Stopped at 22:50 on 30 June in UTC, the only one of 1 July in Copenhagen.
    row = row_of(demo, "month_end_local_only")
    first_of_july = rows[date(2025, 7, 1), "DKK"]
    assert first_of_july["sessions"] == 1
    assert first_of_july["amount_incl_tax"] == row["amount_incl_tax"]
    # 21.11 / 16.513 = 1.278386725...
    assert (row["amount_incl_tax"], row["energy_kwh"]) == (Decimal("21.11"), Decimal("16.513"))
    assert first_of_july["average_price_incl_tax"] == Decimal("1.278387")
    assert (date(2025, 1, 1), "DKK") in rows
    assert (date(2024, 12, 31), "DKK") not in rows


def test_a_day_without_energy_has_no_average_price(demo: Tenant) -> None:
    (row,) = [row for row in expected_marts.days(demo) if row["energy_kwh"] == 0]
    assert row == {
        "day": date(2025, 5, 27),
        "currency": "DKK",
        "sessions": 1,
        "energy_kwh": 0,
        "amount_incl_tax": 0,
        "tax_amount": 0,
        "amount_excl_tax": 0,
        "average_price_incl_tax": None,
        "max_kw": 0,
    }


def test_currencies_are_never_added(demo: Tenant) -> None:
    july = [row for row in expected_marts.months(demo) if row["month"] == date(2025, 7, 1)]
    assert [(row["currency"], row["sessions"]) for row in july] == [("DKK", 10), ("EUR", 1)]
    abroad = row_of(demo, "abroad")
    assert july[1]["amount_incl_tax"] == abroad["amount_incl_tax"]
    assert july[1]["tax_amount"] is july[1]["amount_excl_tax"] is None


def test_november_has_the_calculated_sums(demo: Tenant) -> None:
    november = [row for row in expected_marts.sessions(demo) if row["stopped_at"] > datetime(2025, 11, 1, tzinfo=UTC)]
    (month,) = [row for row in expected_marts.months(demo) if row["month"] == date(2025, 11, 1)]
    # 134.46 / 5 = 26.892, 68.98 / 5 = 13.796, 86.94 / 5 = 17.388
    assert [(row["energy_kwh"], row["amount_incl_tax"], row["tax_amount"]) for row in november] == [
        (Decimal("55.229"), Decimal("134.46"), Decimal("26.89")),
        (Decimal("47.169"), Decimal("68.98"), Decimal("13.80")),
        (Decimal("63.086"), Decimal("86.94"), Decimal("17.39")),
    ]
    assert (month["energy_kwh"], month["amount_incl_tax"]) == (Decimal("165.484"), Decimal("290.38"))
    assert (month["tax_amount"], month["amount_excl_tax"]) == (Decimal("58.08"), Decimal("232.30"))


def test_days_and_months_add_up_to_the_sessions(demo: Tenant) -> None:
    for currency in ("DKK", "EUR"):
        parts = [
            [row for row in rows if row["currency"] == currency]
            for rows in (expected_marts.sessions(demo), expected_marts.days(demo), expected_marts.months(demo))
        ]
        for figure in ("energy_kwh", "amount_incl_tax"):
            assert len({sum(row[figure] for row in rows) for rows in parts}) == 1


def test_values_are_decimal_integer_text_times_in_utc_or_wall_times(demo: Tenant) -> None:
    allowed = (Decimal, int, str, date, datetime, type(None))
    for rows in (
        expected_marts.sessions,
        expected_marts.charging_periods,
        expected_marts.power_samples,
        expected_marts.days,
        expected_marts.months,
    ):
        for row in rows(demo):
            assert all(isinstance(value, allowed) and not isinstance(value, float) for value in row.values())
            times = {name: value for name, value in row.items() if isinstance(value, datetime)}
            assert all((value.tzinfo is None) == name.endswith("_local") for name, value in times.items())
            assert {value.tzinfo for value in times.values()} <= {UTC, None}
