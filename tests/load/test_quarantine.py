"""A document with a fault goes to quarantine with the path of the fault; other documents are not affected."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.raw.answer import Answer, Endpoint
from tests.scenarios.small_archive import (
    LATER,
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
    text,
    without,
)

WITHOUT_OFFSET = "2025-03-05T12:00:00"
BROKEN: dict[str, tuple[Json, str]] = {
    "19 decimals": (session(totalAmount="0.1234567890123456789"), "$.session.totalAmount"),
    "19 decimals, scientific": (session(totalAmount=1e-19), "$.session.totalAmount"),
    "too large": (session(amount="1000000000"), "$.session.amount"),
    "too small for any DECIMAL": (session(amount="1E-999999999"), "$.session.amount"),
    "too many digits for float arithmetic": (
        session(amount="123456789.1234567890123456789"),
        "$.session.amount",
    ),
    "too much energy for a session": (session(energy=10**9 + 1), "$.session.energy"),
    "an energy beyond 64 bits": (session(energy=2**63), "$.session.energy"),
    "a period's amount too large": (
        session(chargingPeriods=[period(0, 1) | {"amount": "10000000000"}]),
        "$.session.chargingPeriods[0].amount",
    ),
    "not a number": (session(totalAmount="NaN"), "$.session.totalAmount"),
    "text instead of a number": (session(totalAmount="much"), "$.session.totalAmount"),
    "an energy that is not an integer": (session(energy=12.5), "$.session.energy"),
    "no energy": (without(session(), "energy"), "$.session.energy"),
    "energy of null": (session(energy=None), "$.session.energy"),
    "no currency": (without(session(), "currency"), "$.session.currency"),
    "failed with an energy that is not a number": (session(status="failed", energy="x"), "$.session.energy"),
    "failed with energy and no stop": (session(status="failed", stoppedAt=""), "$.session.stoppedAt"),
    "free energy that is text": (session(freeEnergyWh="x"), "$.session.freeEnergyWh"),
    "a list of periods that is text": (session(chargingPeriods="x"), "$.session.chargingPeriods"),
    "a field that cannot be understood, and a figure": (
        session(paymentStatus=1, totalAmountWithoutTax=[]),
        "$.session.totalAmountWithoutTax",
    ),
    "whether prices include tax": (session(arePricesTaxInclusive=-1), "$.session.arePricesTaxInclusive"),
    "no currency code": (session(currency={"minorUnitDecimal": 2}), "$.session.currency"),
    "a currency in small letters": (
        session(currency={"code": "dkk", "minorUnitDecimal": 2}),
        "$.session.currency.code",
    ),
    "a currency of control characters": (
        session(currency={"code": "D\x1b\x07", "minorUnitDecimal": 2}),
        "$.session.currency.code",
    ),
    "a currency with a line feed": (
        session(currency={"code": "DKK\n", "minorUnitDecimal": 2}),
        "$.session.currency.code",
    ),
    "an empty currency": (session(currency={"code": "", "minorUnitDecimal": 2}), "$.session.currency.code"),
    "four minor digits": (
        session(currency={"code": "CLF", "minorUnitDecimal": 4}),
        "$.session.currency.minorUnitDecimal",
    ),
    "a start without offset": (session(startedAt=WITHOUT_OFFSET), "$.session.startedAt"),
    "a stop that is not a time": (session(stoppedAt="soon"), "$.session.stoppedAt"),
    "finished without a stop": (session(stoppedAt=None), "$.session.stoppedAt"),
    "finished without an amount": (session(totalAmount=None), "$.session.totalAmount"),
    "a period without a stop": (
        session(chargingPeriods=[period(0, 1), period(1, 2) | {"stoppedAt": None}]),
        "$.session.chargingPeriods[1].stoppedAt",
    ),
    "a period's amount of 19 decimals": (
        session(chargingPeriods=[period(0, 1), period(1, 2) | {"amount": "0.1234567890123456789"}]),
        "$.session.chargingPeriods[1].amount",
    ),
    "a start in year 1": (session(startedAt="0001-01-01T00:00:00Z"), "$.session.startedAt"),
    "a start before 2010": (session(startedAt="2009-12-31T23:59:59Z"), "$.session.startedAt"),
    "a stop in year 9999": (session(stoppedAt="9999-12-31T23:59:59Z"), "$.session.stoppedAt"),
    "401 days": (session(stoppedAt=text(at(401 * 1440))), "$.session.stoppedAt"),
    "401 days backwards": (session(stoppedAt=text(at(-401 * 1440))), "$.session.stoppedAt"),
    "a period of centuries": (
        session(chargingPeriods=[period(0, 1), period(0, 1) | {"startedAt": "1125-03-05T12:00:00Z"}]),
        "$.session.chargingPeriods[1].startedAt",
    ),
    "a sample of another century": (session(powerStats=curve((0, 1), (60_000_000, 1))), "$.session.powerStats.history"),
}


def broken(session_id: str, body: Json) -> Json:
    return body | {"id": session_id}


def test_each_fault_is_reported_by_its_path_and_affects_no_other_document(archive: SmallArchive) -> None:
    valid = [detail(session(f"valid {number}")) for number in range(len(BROKEN) + 1)]
    faulty = [detail(broken(name, body)) for name, (body, _) in BROKEN.items()]
    alternating = [one for pair in zip(valid, faulty, strict=False) for one in pair]
    archive.add(*alternating, valid[-1])
    found = dict(archive.rows("select key, fault from facts.quarantine"))
    assert {name: path for name, (_, path) in BROKEN.items()} == {
        name: fault.rpartition("`")[0].rpartition("`")[2] for name, fault in found.items()
    }
    assert [(f"valid {number}",) for number in range(len(BROKEN) + 1)] == archive.rows(
        "select session_id from facts.session_facts order by len(session_id), session_id"
    )
    for table in ("period_facts", "sample_facts"):
        assert archive.rows(f"select * from facts.{table}") == [], "rows of a broken document"  # noqa: S608


@pytest.mark.parametrize(
    ("endpoint", "body", "path"),
    [
        (Endpoint.SESSION, {"message": "try later"}, None),
        (Endpoint.SESSION, [], None),
        (Endpoint.SESSION, {"session": session("")}, "$.session.id"),
        (Endpoint.SESSION, {"session": session("")}, "$.session.id"),
        (Endpoint.CHARGE_POINTS, {"data": [{"name": "Drive"}]}, "$.data[0]"),
        (Endpoint.CHARGE_POINTS, {"data": [{"id": 1, "electricity_cost_tax_percent": "25 %"}]}, "$.data[0]"),
        (
            Endpoint.CHARGE_POINTS,
            {"data": [{"id": 1, "electricity_cost_tax_percent": 1e9, "evses": [{"id": 2}]}]},
            "$.data",
        ),
        (Endpoint.PRICE_PERIODS, {"granularity": 2**31, "periods": []}, "$.granularity"),
        (Endpoint.PRICE_PERIODS, {"granularity": 60, "periods": [{"atDay": "2025-03-30"}]}, "$.periods[0]"),
        (
            Endpoint.PRICE_PERIODS,
            {"granularity": 60, "periods": [{"atDay": "2025-02-30", "atTime": "01:00", "pricePerKwh": 1}]},
            "$.periods[0]",
        ),
    ],
)
def test_a_broken_answer_of_another_endpoint_goes_to_quarantine(
    archive: SmallArchive, endpoint: Endpoint, body: Any, path: str | None
) -> None:
    archive.add(answer(endpoint, "1", json.dumps(body).encode()), detail(session("valid")))
    [(found_endpoint, key, fault)] = archive.rows("select endpoint, key, fault from facts.quarantine")
    assert (endpoint.value, "1") == (found_endpoint, key)
    assert path is None or path in fault
    assert archive.rows("select session_id from facts.session_facts") == [("valid",)]


def test_a_broken_item_does_not_affect_the_others_of_its_listing(archive: SmallArchive) -> None:
    archive.add(listing(listed(session("1")), listed(session("2", energy="much")), listed(session("3"))))
    assert archive.rows("select endpoint, key from facts.quarantine") == [("session_history", "2")]
    assert archive.rows("select session_id from facts.session_facts order by 1") == [("1",), ("3",)]


@pytest.mark.parametrize("same_id", ["1", 1, 1.0])
def test_a_whole_number_is_an_id_however_it_is_written(archive: SmallArchive, same_id: object) -> None:
    archive.add(listing(listed({**session(), "id": same_id})), detail({**session(), "id": same_id}))
    assert archive.rows("select distinct key from documents") == [("1",)]
    assert archive.rows("select distinct session_id from facts.session_facts") == [("1",)]


@pytest.mark.parametrize("not_id", [True, 1.5, None])
def test_an_answer_about_no_session_and_a_charge_point_without_an_id_go_to_quarantine(
    archive: SmallArchive, not_id: object
) -> None:
    points = {"data": [{"id": not_id, "evses": []}, {"id": 1, "evses": [{"id": not_id}]}]}
    archive.add(
        answer(Endpoint.SESSION, "1", json.dumps({"session": {**session(), "id": not_id}}).encode()),
        answer(Endpoint.CHARGE_POINTS, "all", json.dumps(points).encode()),
    )
    faults = archive.rows("select endpoint, fault from facts.quarantine order by endpoint")
    assert [endpoint for endpoint, _ in faults] == ["charge_points", "session"]
    assert all(".id`" in fault for _, fault in faults)
    assert archive.rows("select session_id from facts.session_facts") == []


@pytest.mark.parametrize("body", [{"session_history": None}, {"session_history": {}}, {"data": []}, ["x"]])
def test_an_unreadable_listing_goes_to_quarantine_whole(archive: SmallArchive, body: Any) -> None:
    archive.add(answer(Endpoint.SESSION_HISTORY, "2025-03-01..2025-03-31 page 1", json.dumps(body).encode()))
    assert archive.rows("select endpoint, key from facts.quarantine") == [
        ("session_history", "2025-03-01..2025-03-31 page 1")
    ]
    assert archive.rows("select * from documents") == []


NAMELESS: dict[str, Json] = {
    "no id": {},
    "an empty id": {"id": ""},
    "a dot": {"id": "."},
    "two dots": {"id": ".."},
    "null": {"id": None},
    "a list": {"id": []},
    "true": {"id": True},
    "half a number": {"id": 1.5},
}


@pytest.mark.system
def test_an_item_without_an_id_puts_its_listing_in_quarantine_until_it_is_fixed(tmp_path: Path) -> None:
    """Not under a key of its own: two such items of different months would replace each other."""
    unreadable = "select key, month, fault from intermediate.unreadable where account = ? order by month"
    with small_archive(tmp_path / "logbook", NAMELESS) as archive:
        for account, nameless in NAMELESS.items():
            archive.of(account).add(
                listing({"session": nameless}, listed(session())),
                listing({"session": nameless | {"x": 1}}, fetched_at=at(100), month="2025-04"),
            )
        archive.transform()
        for account in NAMELESS:
            assert archive.rows("select key from documents where account = ?", account) == [("1",)]
            assert archive.rows(unreadable, account) == [
                (
                    f"2025-{month:02}-01..2025-{month:02}-31 page 1",
                    date(2025, month, 1),
                    "Item 1 has no id of a session - at `$.session_history[0].session.id`",
                )
                for month in (3, 4)
            ]
            archive.of(account).add(listing(listed(session()), fetched_at=LATER + timedelta(days=1)))
        archive.transform()
        for account in NAMELESS:
            assert [month for _, month, _ in archive.rows(unreadable, account)] == [date(2025, 4, 1)]


def test_a_charge_point_with_a_fault_is_left_out_alone(archive: SmallArchive) -> None:
    points = [
        {"name": "nameless"},
        {"id": 1, "evses": [{"id": 2}]},
        {"id": 3, "evses": [{"id": "x" * 9, "tariff": 1}, {}]},
    ]
    archive.add(answer(Endpoint.CHARGE_POINTS, "all", {"data": points}))
    assert archive.rows("select charge_point_id, evse_id from facts.evse_facts") == [("1", "2")]
    [(fault,)] = archive.rows("select fault from facts.quarantine")
    assert "`$.data[0]`" in fault
    assert "`$.data[2].evses[1]`" in fault


@pytest.mark.parametrize(
    ("faulty", "begin", "end"),
    [
        (detail(session(amount="1" * 5_000)), "1" * 300, "is too large - at `$.session.amount`"),
        (detail(session(totalAmount=f"0.{'1' * 5_000}")), "0.111", "decimals - at `$.session.totalAmount`"),
        (
            answer(
                Endpoint.PRICE_PERIODS,
                "9",
                {"granularity": 60, "periods": [{"atDay": "5" * 5_000, "atTime": "1", "pricePerKwh": 1}]},
            ),
            "Invalid isoformat string: '555",
            "' - at `$.periods[0]`",
        ),
        (
            answer(Endpoint.CHARGE_POINTS, "all", {"data": [{"name": "Drive"}] * 300}),
            "Object missing required field `id` - at `$.data[0]`; ",
            " - at `$.data[299]`",
        ),
        (
            listing(*[{"session": {}}] * 300),
            "Item 1 has no id of a session - at `$.session_history[0].session.id`; Item 2 ",
            " - at `$.session_history[299].session.id`",
        ),
    ],
    ids=["too large", "decimals", "day", "charge points", "items"],
)
def test_the_text_of_a_fault_is_short_whatever_was_sent(
    archive: SmallArchive, faulty: Answer, begin: str, end: str
) -> None:
    archive.add(faulty)
    [(fault,)] = archive.rows("select fault from facts.quarantine")
    assert len(fault) == 500
    assert fault.startswith(begin)
    assert fault.endswith(end)
    assert "…" in fault


@pytest.mark.parametrize(
    ("fetched_at", "is_read"),
    [(at(-1441), False), (at(-1380), True), (at(60), True), (None, True)],
)
def test_a_stop_more_than_a_day_after_its_answer_is_not_plausible(
    archive: SmallArchive, fetched_at: datetime | None, is_read: bool
) -> None:
    archive.add(detail(session(), fetched_at))
    assert (archive.rows("select session_id from facts.session_facts") == [("1",)]) is is_read


# What cannot be read, and the month that it keeps open, by account.
OPEN_MONTHS: dict[str, tuple[Json, date | None]] = {
    "only its stop": ({"startedAt": "0001-01-01T00:00:00Z"}, date(2025, 3, 1)),
    "only its start": ({"stoppedAt": "9999-12-31T23:59:59Z"}, date(2025, 3, 1)),
    "both": ({"energy": "much", "stoppedAt": "2025-05-01T00:00:00+02:00"}, date(2025, 5, 1)),
    "both, after the answer": (
        {"startedAt": "2030-01-13T18:00:00+01:00", "stoppedAt": "2030-01-13T20:00:00+01:00"},
        date(2030, 1, 1),
    ),
    "both, in the month after the answer": (
        {"startedAt": "2030-02-01T18:00:00+01:00", "stoppedAt": "2030-02-01T20:00:00+01:00"},
        date(2030, 2, 1),
    ),
    "both, years after the answer": (
        {"startedAt": "2032-01-13T18:00:00+01:00", "stoppedAt": "2032-01-13T20:00:00+01:00"},
        None,
    ),
    "its start, and a stop after the answer": ({"stoppedAt": "2030-01-13T20:00:00+01:00"}, date(2025, 3, 1)),
    "neither": ({"startedAt": 5, "stoppedAt": []}, None),
}


def test_quarantine_keeps_only_the_month_open_that_it_would_belong_to(tmp_path: Path) -> None:
    months = "select account, month from intermediate.unreadable where endpoint = 'session'"
    with small_archive(tmp_path / "logbook", OPEN_MONTHS) as archive:
        for account, (fields, _) in OPEN_MONTHS.items():
            archive.of(account).add(detail(session(**fields)))
        archive.transform()
        assert dict(archive.rows(months)) == {account: month for account, (_, month) in OPEN_MONTHS.items()}
        for account in OPEN_MONTHS:
            archive.of(account).add(listing(listed(session(energy="much")), month="2025-06"))
        archive.transform()
        expected = {account: month or date(2025, 6, 1) for account, (_, month) in OPEN_MONTHS.items()}
        assert dict(archive.rows(months)) == expected


def test_a_404_is_a_document_without_facts(archive: SmallArchive) -> None:
    archive.add(answer(Endpoint.SESSION, "1", {"message": "Not found"}, LATER, status=404))
    assert archive.rows("select key, status from documents") == [("1", 404)]
    assert archive.rows("select * from facts.quarantine") == []


@pytest.mark.system
def test_a_later_valid_document_replaces_a_broken_one(archive: SmallArchive) -> None:
    archive.add(detail(session(energy="much"), at(100)))
    unreadable = "select endpoint, key, month from intermediate.unreadable"
    archive.build(charge_point(NOON))
    assert archive.rows(unreadable) == [("session", "1", at(0).date().replace(day=1))]
    archive.build(detail(session(), at(200)))
    assert archive.rows(unreadable) == []
    archive.build(detail(session(energy="very much"), at(300)))
    assert [("session", "1", at(0).date().replace(day=1))] == archive.rows(unreadable)
    assert archive.rows("select cast(energy_kwh as integer) from sessions") == [(10,)]


def test_the_largest_figures_reach_the_marts(archive: SmallArchive) -> None:
    body = session(
        energy=10**9,
        totalAmount="999999999.99",
        powerStats=curve((0, 9998.9)) | {"averageKw": "999999999", "maxKw": "999999999"},
        chargingPeriods=[
            period(0, 60, "charging@price|100000000000&markup|1", amount=999999999),
            period(60, 61, "idle@price|999999&markup|999999", amount=-999999999),
        ],
    )
    archive.build(detail(body), charge_point(NOON, tax_percent="99.999999"))
    assert archive.rows("select energy_kwh, amount_incl_tax from sessions") == [
        (Decimal("1000000.000"), Decimal("999999999.990"))
    ]
    assert archive.rows("select spot_price_excl_tax, energy_kwh from charging_periods order by period") == [
        (None, Decimal("1000000.000")),
        (Decimal(999999), Decimal(0)),
    ]


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_a_blank_text_is_a_missing_one(tmp_path: Path, blank: str) -> None:
    with small_archive(tmp_path / "logbook") as archive:
        archive.build(detail(session("1", evseId=blank)), listing(listed(session("1", evseId=blank), note=blank)))
        assert archive.rows("select evse, note from sessions") == [(None, None)]
