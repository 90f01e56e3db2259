"""Which tariff a bill is audited by: the one in force when the session stopped."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sql.billed_archive import FETCHED, KNOWN, PLUGGED_IN, Billed, BilledArchive, Period, charge_points, evse

pytestmark = pytest.mark.system

STOPPED = PLUGGED_IN + timedelta(hours=2)
SHORT = Billed(energy_wh=470, amount="2.50")


def test_the_newest_tariff_before_the_stop_counts(tmp_path: Path) -> None:
    audited = BilledArchive(tmp_path / "logbook").fetch(
        {"1": SHORT},
        [
            (None, charge_points(evse(minPrice=1))),
            (KNOWN, charge_points(evse(minPrice=2))),
            (STOPPED, charge_points(evse(minPrice=2.5))),
            (STOPPED + timedelta(seconds=1), charge_points(evse(minPrice=4))),
        ],
    )
    assert (audited["1"]["minimum_price"], audited["1"]["verdict"]) == (Decimal("2.5"), "minimum price")


def test_without_an_earlier_tariff_the_earliest_later_one_counts_and_the_reason_states_it(tmp_path: Path) -> None:
    later = datetime(2025, 3, 12, 23, 30, tzinfo=UTC)  # the 13th by local time
    audited = BilledArchive(tmp_path / "logbook").fetch(
        {"1": SHORT},
        [
            (later + timedelta(days=1), charge_points(evse(minPrice=2.5))),
            (later, charge_points(evse(minPrice=4))),
        ],
    )
    assert (audited["1"]["verdict"], audited["1"]["reason"]) == (
        "underbilled",
        "by the tariff as of 2025-03-13, the first known after the session",
    )


def test_only_changed_tariffs_are_stored(tmp_path: Path) -> None:
    archive = BilledArchive(tmp_path / "logbook")
    days = [KNOWN + timedelta(days=day) for day in range(4)]
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


def test_figures_and_bands_are_read_as_sent(tmp_path: Path) -> None:
    bands = {"intervalPricing": [{"startsAt": "00:00", "endsAt": "06:00", "price": Decimal("0.82")}]}
    sent = evse(
        minPrice=Decimal("2.505"),
        connectionFee="1.25",
        idleFeePerMinute=Decimal("1E-3"),
        taxID="1",
        flexibleMarkUpAsFixedPerKwh=bands,
    )
    archive = BilledArchive(tmp_path / "logbook")
    archive.fetch(points=[(KNOWN, charge_points(sent))])
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
            "markup_bands": '[{"startsAt":"00:00","endsAt":"06:00","price":0.82}]',
            "not_understood": None,
        }
    ]


def test_pricing_that_is_not_an_object_is_not_understood(tmp_path: Path) -> None:
    archive = BilledArchive(tmp_path / "logbook")
    faulty = [
        {**evse(name), "tariff": {"type": "energy tou", **pricing}}
        for name, pricing in (("1", {}), ("2", {"pricing": [2]}))
    ]
    archive.fetch(points=[(KNOWN, charge_points(*faulty, {**evse("3"), "tariff": "cheap"}))])
    tariffs = archive.rows("select evse_identifier, not_understood from staging.tariffs order by 1")
    assert [tuple(row.values()) for row in tariffs] == [
        ("1", "pricing"),
        ("2", "pricing"),
        ("3", "pricing, type missing"),
    ]


def test_a_tariff_found_later_audits_earlier_sessions_again(tmp_path: Path) -> None:
    archive = BilledArchive(tmp_path / "logbook")
    verdicts = [archive.fetch({"1": SHORT}, points=[])["1"]["verdict"]]
    later = [(FETCHED, charge_points(evse(minPrice=4)))]
    verdicts.append(archive.fetch(points=later)["1"]["verdict"])
    in_force = [(KNOWN, charge_points(evse()))]
    audited = archive.fetch(points=in_force)
    verdicts.append(audited["1"]["verdict"])

    assert verdicts == ["cannot tell", "underbilled", "minimum price"]
    assert audited == archive.rebuilt()


def test_a_corrected_bill_is_audited_again(tmp_path: Path) -> None:
    archive = BilledArchive(tmp_path / "logbook")
    other = Billed(periods=(Period(0, 3600, "charging@price|1&markup|0"),), amount="12.50")
    before = archive.fetch({"1": Billed(), "2": other})
    after = archive.fetch({"1": Billed(amount="30.00")}, points=[])

    assert (before["1"]["verdict"], after["1"]["verdict"]) == ("ok", "overbilled")
    assert before["2"] == after["2"]
    assert after == archive.rebuilt()
