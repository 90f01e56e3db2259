"""From the operator's digits to the fact tables: nothing is lost, and nothing that is missing stops a document."""

import json
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.raw.answer import Endpoint
from tests.scenarios.small_archive import (
    NOON,
    Json,
    SmallArchive,
    answer,
    at,
    charge_point,
    curve,
    detail,
    listed,
    listing,
    period,
    session,
    small_archive,
    without,
)

FIGURES = ["amount", "totalAmount", "totalAmountWithoutTax", "electricityCost"]
COLUMNS = "amount, total_amount, amount_without_tax, electricity_cost"


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number below 10⁹ of at most 18 decimals, in one of the ways in which JSON can write it."""
    exponent = draw(st.integers(-18, 6))
    largest = 10 ** (9 - exponent) - 1
    digits = draw(st.integers(-largest, largest))
    plain = f"{Decimal(f'{digits}E{exponent}'):f}"
    notations = [plain, f"{digits}E{exponent}", f"{digits}e{exponent:+d}", json.dumps(plain)]
    return draw(st.sampled_from(notations))


def decimal_value(number: str) -> Decimal:
    return Decimal(number.strip('"'))


def document_with_figures(session_id: str, figures: list[str]) -> bytes:
    """A session's document with the numbers in this notation."""
    fields = session(session_id) | {name: f"<{name}>" for name in FIGURES}
    document = json.dumps({"session": fields})
    for name, number in zip(FIGURES, figures, strict=True):
        document = document.replace(f'"<{name}>"', number)
    return document.encode()


@given(st.lists(st.lists(numbers(), min_size=4, max_size=4), min_size=10, max_size=30))
@settings(max_examples=5, deadline=None)
def test_every_digit_of_a_figure_is_stored(figures: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, small_archive(Path(folder) / "logbook") as archive:
        documents = [document_with_figures(str(number), row) for number, row in enumerate(figures)]
        archive.add(*(answer(Endpoint.SESSION, str(number), body) for number, body in enumerate(documents)))
        found = archive.rows(f"select {COLUMNS} from facts.session_facts order by cast(session_id as integer)")  # noqa: S608
    assert [tuple(map(decimal_value, row)) for row in figures] == found


def test_all_fields_of_a_detail_are_stored(archive: SmallArchive) -> None:
    body = session(
        "42",
        startedAt="2025-03-05T13:00:00.250000+01:00",
        chargingState="eVConnected",
        paymentStatus="paid",
        stopReason="evdisconnected",
        duration=3600,
        idlePeriod=60,
        nonBillableEnergy=1,
        freeEnergyWh=2,
        powerStats={"averageKw": 7.25, "maxKw": "11.040", **curve((0, 7.4), (30.5, 0))},
        chargingPeriods=[period(0, 60, "charging@price|0.7&markup|0.8", 19.60385) | {"freeEnergyWh": 3}],
        taxName="Moms",
        arePricesTaxInclusive=True,
    )
    archive.add(detail(body))
    assert archive.rows("select * exclude (account, document_sha256) from facts.session_facts") == [
        (
            "detail",
            "42",
            None,
            "finished",
            "paid",
            "eVConnected",
            "evdisconnected",
            "2317",
            None,
            None,
            None,
            "DKK",
            2,
            "Moms",
            NOON.replace(microsecond=250000),
            at(60),
            3600,
            60,
            10000,
            1,
            2,
            Decimal("7.25"),
            Decimal("11.04"),
            None,
            Decimal(25),
            None,
            None,
            True,
            True,
        )
    ]
    assert archive.rows("select * exclude (account, document_sha256) from facts.period_facts") == [
        (1, "42", "charging@price|0.7&markup|0.8", NOON, at(60), Decimal("19.60385"), 3)
    ]
    assert archive.rows("select * exclude (account, document_sha256) from facts.sample_facts") == [
        ("42", [NOON, at(30.5)], [Decimal("7.4"), Decimal(0)])
    ]


def test_fields_of_a_listing_are_stored(archive: SmallArchive) -> None:
    item = listed(
        without(session(), "evseId"),
        type="public",
        note="Ærø 🚗",
        address="Vej 1",
        receiptUrl="https://r.invalid/1",
        evse={"identifier": "90417", "label": "Stander 4"},
    )
    archive.add(listing(item))
    assert archive.rows(
        "select source, type, evse_identifier, note, address, receipt_url from facts.session_facts"
    ) == [("listing", "public", "90417", "Ærø 🚗", "Vej 1", "https://r.invalid/1")]


def test_all_fields_of_a_charge_point_are_stored(archive: SmallArchive) -> None:
    evse = {"id": 9, "identifier": "2317", "maxPower": 11_000, "tariffId": "t", "tariff": {"a": [1.50]}}
    points = {
        "data": [
            {
                "id": 7,
                "name": "Drive",
                "electricity_cost_tax_percent": 25,
                "electricity_cost_tax_name": "Moms",
                "has_electricity_tax_reimbursement": False,
                "evses": [evse, {"id": 10}],
            },
            {"id": 8},
        ]
    }
    prices = {"granularity": 60, "periods": [{"atDay": "2025-03-30", "atTime": "02:30:00", "pricePerKwh": -0.07}]}
    archive.add(answer(Endpoint.CHARGE_POINTS, "all", points), answer(Endpoint.PRICE_PERIODS, "9", prices))
    assert archive.rows("select * exclude (account, document_sha256) from facts.evse_facts order by evse_id desc") == [
        (
            "7",
            "Drive",
            "9",
            "2317",
            "Moms",
            "t",
            '{"a": [1.5]}',
            Decimal(25),
            Decimal(11_000),
            False,
        ),
        ("7", "Drive", "10", None, "Moms", None, None, Decimal(25), None, False),
    ]
    assert archive.rows("select * exclude (account, document_sha256) from facts.price_facts") == [
        ("9", 60, datetime(2025, 3, 30, 2, 30), Decimal("-0.07"))  # noqa: DTZ001 (local, as sent)
    ]


def test_numbers_as_text_and_ids_as_numbers_are_accepted(archive: SmallArchive) -> None:
    body = session() | {"id": 402117, "energy": "12500", "duration": "60", "totalAmount": "19.60385", "evseId": 2317}
    archive.add(detail(body))
    found = archive.rows(
        "select session_id, energy_wh, duration_s, total_amount, evse_identifier from facts.session_facts"
    )
    assert [("402117", 12_500, 60, Decimal("19.60385"), "2317")] == found


def test_optional_fields_may_be_missing(archive: SmallArchive) -> None:
    archive.add(detail(without(session(), "evseId", "isPersonal")))
    assert archive.rows("select status, evse_identifier, is_personal from facts.session_facts") == [
        ("finished", None, None)
    ]


def test_unknown_fields_and_values_are_accepted(archive: SmallArchive) -> None:
    new_fields: Json = {"newInLaterVersion": {"a": [1, None, {"b": "æ"}]}}
    body = session(
        status="superseded",
        paymentStatus="frozen",
        stopReason="solarFlare",
        chargingPeriods=[period(0, 60, "levitating@price|x&colour|blue") | new_fields],
        powerStats=curve((0, 1)) | new_fields,
        currency={"code": "XTS", "minorUnitDecimal": 3} | new_fields,
    )
    archive.add(detail(body | new_fields), charge_point(NOON))
    assert archive.rows(
        "select status, payment_status, stop_reason, currency, minor_unit_decimal from facts.session_facts"
    ) == [("superseded", "frozen", "solarFlare", "XTS", 3)]
    assert archive.rows("select state from facts.period_facts") == [("levitating@price|x&colour|blue",)]
    assert archive.rows("select * from facts.quarantine") == []


def test_an_active_session_needs_neither_stop_nor_amount(archive: SmallArchive) -> None:
    archive.add(detail(without(session(status="active", stoppedAt=None), "totalAmount")))
    assert archive.rows("select stopped_at, total_amount from facts.session_facts") == [(None, None)]


def test_times_with_different_utc_offsets_are_the_same_moment(archive: SmallArchive) -> None:
    sample_times = ["2025-03-30T01:59:59.999999+01:00", "2025-03-30T03:00:00+02:00", "2025-03-30T01:00:00.5Z"]
    history = [{"timestamp": moment, "value": 1} for moment in sample_times]
    archive.add(detail(session(powerStats={"history": history})))
    moment = datetime(2025, 3, 30, 1, tzinfo=UTC)
    expected = [datetime(2025, 3, 30, 0, 59, 59, 999999, UTC), moment, moment.replace(microsecond=500_000)]
    assert expected == archive.value("select sampled_at from facts.sample_facts")
