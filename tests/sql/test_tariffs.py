"""Which tariff a bill is audited by: the one in force when the session stopped."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sql.billed_archive import (
    FETCHED_AT,
    PLUGGED_IN_AT,
    TARIFF_KNOWN_AT,
    BilledArchive,
    BilledSession,
    Period,
    charge_points,
    evse,
)

pytestmark = pytest.mark.system

STOPPED_AT = PLUGGED_IN_AT + timedelta(hours=2)
SHORT_SESSION = BilledSession(energy_wh=470, amount="2.50")


def test_the_newest_tariff_before_the_stop_counts(tmp_path: Path) -> None:
    audit_rows = BilledArchive(tmp_path / "logbook").fetch(
        {"1": SHORT_SESSION},
        [
            (None, charge_points(evse(minPrice=1))),
            (TARIFF_KNOWN_AT, charge_points(evse(minPrice=2))),
            (STOPPED_AT, charge_points(evse(minPrice=2.5))),
            (STOPPED_AT + timedelta(seconds=1), charge_points(evse(minPrice=4))),
        ],
    )
    assert (audit_rows["1"]["minimum_price"], audit_rows["1"]["verdict"]) == (Decimal("2.5"), "minimum price")


def test_without_an_earlier_tariff_the_earliest_later_one_counts_and_the_reason_states_it(tmp_path: Path) -> None:
    later = datetime(2025, 3, 12, 23, 30, tzinfo=UTC)  # the 13th by local time
    audit_rows = BilledArchive(tmp_path / "logbook").fetch(
        {"1": SHORT_SESSION},
        [
            (later + timedelta(days=1), charge_points(evse(minPrice=2.5))),
            (later, charge_points(evse(minPrice=4))),
            (None, charge_points(evse(minPrice=9))),
        ],
    )
    assert (audit_rows["1"]["verdict"], audit_rows["1"]["reason"]) == (
        "underbilled",
        "by the tariff as of 2025-03-13, the first known after the session",
    )


def test_only_changed_tariffs_are_stored(tmp_path: Path) -> None:
    archive = BilledArchive(tmp_path / "logbook")
    days = [TARIFF_KNOWN_AT + timedelta(days=day) for day in range(4)]
    archive.fetch(
        points=[
            (days[0], charge_points(evse(pricePerKwh=2.179))),
            (days[1], charge_points(evse(pricePerKwh=1.9))),
            (days[2], charge_points(evse(pricePerKwh=1.9, minPrice=3))),
            (days[3], charge_points(evse(pricePerKwh=1.8, loyalty=1))),
        ]
    )
    tariffs = archive.rows(
        "select place, fetched_at, minimum_price, not_understood from staging.tariffs order by place"
    )
    assert [tuple(row.values()) for row in tariffs] == [
        (1, days[0], Decimal("2.5"), None),
        (3, days[2], Decimal(3), None),
        (4, days[3], Decimal("2.5"), "pricing.loyalty"),
    ]


def test_amounts_and_price_bands_of_a_tariff_are_stored(tmp_path: Path) -> None:
    bands = {"intervalPricing": [{"startsAt": "00:00", "endsAt": "06:00", "price": Decimal("0.82")}]}
    evse_sent = evse(
        minPrice=Decimal("2.505"),
        connectionFee="1.25",
        idleFeePerMinute=Decimal("1E-3"),
        taxID="1",
        flexibleMarkUpAsFixedPerKwh=bands,
    )
    archive = BilledArchive(tmp_path / "logbook")
    archive.fetch(points=[(TARIFF_KNOWN_AT, charge_points(evse_sent))])
    assert archive.rows("select * exclude (account, fetched_at, document_sha256) from staging.tariffs") == [
        {
            "evse_identifier": "2317",
            "place": 1,
            "tariff_id": "3307",
            "tariff_type": "energy tou",
            "currency": "DKK",
            "minimum_price": Decimal("2.505"),
            "connection_fee": Decimal("1.25"),
            "idle_fee_per_minute": Decimal("0.001"),
            "price_per_kwh": None,
            "price_per_session": None,
            "price_per_period": None,
            "price_period_minutes": None,
            "markup_bands": '[{"startsAt":"00:00","endsAt":"06:00","price":0.82}]',
            "not_understood": None,
        }
    ]


def test_pricing_that_is_not_an_object_is_not_understood(tmp_path: Path) -> None:
    archive = BilledArchive(tmp_path / "logbook")
    faulty_evses = [
        {**evse(name), "tariff": {"type": "energy tou", **pricing}}
        for name, pricing in (("1", {}), ("2", {"pricing": [2]}))
    ]
    archive.fetch(points=[(TARIFF_KNOWN_AT, charge_points(*faulty_evses, {**evse("3"), "tariff": "cheap"}))])
    tariffs = archive.rows("select evse_identifier, not_understood from staging.tariffs order by 1")
    assert [tuple(row.values()) for row in tariffs] == [
        ("1", "pricing"),
        ("2", "pricing"),
        ("3", "pricing, type missing"),
    ]


def test_earlier_sessions_are_audited_again_by_a_tariff_fetched_later(tmp_path: Path) -> None:
    archive = BilledArchive(tmp_path / "logbook")
    verdicts = [archive.fetch({"1": SHORT_SESSION}, points=[])["1"]["verdict"]]
    later = [(FETCHED_AT, charge_points(evse(minPrice=4)))]
    verdicts.append(archive.fetch(points=later)["1"]["verdict"])
    in_force = [(TARIFF_KNOWN_AT, charge_points(evse()))]
    audit_rows = archive.fetch(points=in_force)
    verdicts.append(audit_rows["1"]["verdict"])

    assert verdicts == ["cannot tell", "underbilled", "minimum price"]
    assert audit_rows == archive.rebuild()


def test_a_corrected_bill_is_audited_again(tmp_path: Path) -> None:
    archive = BilledArchive(tmp_path / "logbook")
    other = BilledSession(periods=(Period(0, 3600, "charging@price|1&markup|0"),), amount="12.50")
    before = archive.fetch({"1": BilledSession(), "2": other})
    after = archive.fetch({"1": BilledSession(amount="30.00")}, points=[])

    assert (before["1"]["verdict"], after["1"]["verdict"]) == ("ok", "overbilled")
    assert before["2"] == after["2"]
    assert after == archive.rebuild()
