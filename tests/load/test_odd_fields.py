"""A field that no figure needs may have any value: one that cannot be understood counts as not stated."""

from datetime import date
from typing import Any

import pytest

from pipeline.raw.answer import Endpoint
from tests.scenarios.small_archive import (
    Json,
    SmallArchive,
    answer,
    at,
    curve,
    detail,
    listed,
    listing,
    period,
    session,
    text,
    without,
)

pytestmark = pytest.mark.system

OF_SESSIONS: dict[str, Any] = {
    "paymentStatus": 0,
    "stopReason": -1,
    "chargingState": {},
    "isPersonal": -1,
    "duration": 10**30,
    "idlePeriod": "x",
    "powerStats": [],
    "taxName": 5,
    "evseId": {},
    "electricityCost": "-Infinity",
    "electricityCostCurrencyId": [],
}
OF_ITEMS: dict[str, Any] = {"type": 5, "note": {}, "address": [], "receiptUrl": 5, "evse": []}
DEEP: dict[str, tuple[Json, str, int]] = {
    "a power": ({"powerStats": {"averageKw": "n/a"}}, "$.session.powerStats.averageKw", 1),
    "a power that is too large": ({"powerStats": {"maxKw": "1e13"}}, "$.session.powerStats.maxKw", 1),
    "a history": ({"powerStats": {"history": {}}}, "$.session.powerStats.history", 1),
    "the currency's id": (
        {"currency": {"code": "DKK", "minorUnitDecimal": 2, "id": {}}, "electricityCost": 3},
        "$.session.currency.id",
        1,
    ),
    "a period's free energy": (
        {"chargingPeriods": [period(0, 60, amount=25) | {"freeEnergyWh": "x"}]},
        "$.session.chargingPeriods[...].freeEnergyWh",
        1,
    ),
}
SAMPLES: dict[str, list[Any]] = {
    "null": [{"timestamp": text(at(1)), "value": None}],
    "no time": [{"timestamp": "", "value": 1}, {"timestamp": "2025-03-05T12:00:00", "value": 1}],
    "not an object": [5, None, []],
    "not a number": [{"timestamp": text(at(1)), "value": "NaN"}],
    "10 MW": [{"timestamp": text(at(1)), "value": 9999.9999995}, {"timestamp": text(at(2)), "value": 1e5}],
}

PATHS = "select path, times from facts.odd_fields order by path"
FINDINGS = "select session_id, month, detail from check_results where rule = 'field_not_understood' order by session_id"


def test_a_field_that_no_figure_needs_costs_only_itself(archive: SmallArchive) -> None:
    details = [detail(session(name) | {name: value}) for name, value in OF_SESSIONS.items()]
    items = [listed(session(name), **{name: value}) for name, value in OF_ITEMS.items()]
    deep = [detail(session(name, **fields)) for name, (fields, _, _) in DEEP.items()]
    archive.build(*details, listing(*items), *deep)
    assert archive.rows("select * from facts.quarantine") == []
    names = [*OF_SESSIONS, *OF_ITEMS, *DEEP]
    assert archive.rows("select count(*), sum(amount_incl_tax), sum(energy_kwh) from sessions") == [
        (len(names), 25 * len(names), 10 * len(names))
    ]
    expected = {(f"$.session.{name}", 1) for name in OF_SESSIONS} | {(f"$.{name}", 1) for name in OF_ITEMS}
    expected |= {(path, times) for _, path, times in DEEP.values()}
    assert set(archive.rows(PATHS)) == expected
    findings = archive.rows(FINDINGS)
    assert [(session_id, month) for session_id, month, _ in findings] == [
        (name, date(2025, 3, 1)) for name in sorted(names)
    ]
    (told,) = (row for session_id, _, row in findings if session_id == "receiptUrl")
    assert told == (
        "Of its answers, what cannot be understood counts as not stated: Expected `str`, got `int` - at "
        "`$.receiptUrl`. A newer Ladebog may understand it; the answer is kept. Nothing needs to be done."
    )
    assert archive.rows("select value from facts.odd_fields where path = '$.session.duration'") == [(str(10**30),)]
    costs = "select distinct electricity_cost from facts.session_facts where session_id like '%currency%id%'"
    assert archive.rows(costs) == [(None,)]


def test_a_sample_that_cannot_be_used_costs_only_itself(archive: SmallArchive) -> None:
    good = curve((0, 10), (30, 10), (60, 0))["history"]
    for name, samples in SAMPLES.items():
        archive.add(detail(session(name, powerStats={"history": [*samples, *good]})))
    archive.transform()
    assert archive.rows("select session_id, power_samples from sessions order by 1") == [
        (one, 3) for one in sorted(SAMPLES)
    ]
    assert archive.value("select sum(times) from facts.odd_fields") == sum(map(len, SAMPLES.values()))
    findings = {session_id: told for session_id, _, told in archive.rows(FINDINGS)}
    assert findings.keys() == SAMPLES.keys()
    assert "`$.session.powerStats.history[0]` and 2 more in its list." in findings["not an object"]


def test_a_finding_ends_with_an_answer_that_can_be_understood(archive: SmallArchive) -> None:
    archive.build(detail(session(stopReason=1), at(100)), listing(listed(session(), note={}), fetched_at=at(100)))
    [(_, _, told)] = archive.rows(FINDINGS)
    assert "`$.note`" in told
    assert "`$.session.stopReason`" in told
    archive.build(detail(session(), at(200)), listing(listed(session(), note="x"), fetched_at=at(200)))
    assert archive.rows(FINDINGS) == []


def test_a_charge_point_needs_only_its_ids_and_its_tax(archive: SmallArchive) -> None:
    evse = {"id": 2, "identifier": {}, "maxPower": "much", "tariffId": []}
    point = {"id": 1, "name": {}, "has_electricity_tax_reimbursement": -1, "electricity_cost_tax_name": 5}
    archive.build(
        answer(
            Endpoint.CHARGE_POINTS,
            "all",
            {"data": [{"id": 0}, point | {"electricity_cost_tax_percent": 25, "evses": [evse]}]},
        ),
        detail(session()),
    )
    assert archive.rows("select * from facts.quarantine") == []
    assert archive.rows("select charge_point, evse_id, cast(tax_percent as integer) from facts.evse_facts") == [
        (None, "2", 25)
    ]
    [(session_id, month, told)] = archive.rows(FINDINGS)
    assert (session_id, month) == (None, None)
    assert told.startswith("Of the charge points, what cannot be understood counts as not stated: ")
    for name in ("name", "evses[0].maxPower", "evses[0].identifier", "evses[0].tariffId"):
        assert f"`$.data[1].{name}`" in told


NEVER_CHARGED: dict[str, Json] = {
    "energy null": session(energy=None, totalAmount=None),
    "no energy": without(session(totalAmount=0), "energy"),
    "no amount": without(session(energy=0), "totalAmount"),
    "no currency": without(session(energy=None, totalAmount=None), "currency"),
    "currency null": session(energy=0, totalAmount=0, currency=None),
    "currency without a code": session(energy=0, totalAmount=0, currency={}),
    "an empty start": session(energy=0, totalAmount=0, startedAt=""),
    "a start of zeros": session(energy=0, totalAmount=0, startedAt="0000-00-00 00:00:00", stoppedAt="0000-00-00"),
    "no times": without(session(energy=None, totalAmount=None), "startedAt", "stoppedAt"),
    "periods of text": session(energy=0, totalAmount=0, chargingPeriods="x"),
}


@pytest.mark.parametrize("status", ["failed", "expired"])
def test_what_ended_otherwise_without_stating_energy_and_amount_never_charged(
    archive: SmallArchive, status: str
) -> None:
    bodies = [body | {"id": name, "status": status} for name, body in NEVER_CHARGED.items()]
    archive.build(listing(*map(listed, bodies)), *map(detail, bodies))
    assert archive.rows("select * from facts.quarantine") == []
    assert archive.rows("select * from sessions") == []
    assert archive.rows(
        "select session_id from intermediate.session_states where not is_finished and not is_active order by 1"
    ) == [(name,) for name in sorted(NEVER_CHARGED)]
    rule = "select session_id from check_results where rule = 'never_charged' order by 1"
    assert archive.rows(rule) == [(name,) for name in sorted(NEVER_CHARGED)]
    assert archive.rows("select * from intermediate.missing_details") == []


def test_an_active_session_may_state_its_figures_later(archive: SmallArchive) -> None:
    fields = {"stoppedAt": None, "energy": None, "totalAmount": None, "currency": None}
    archive.build(listing(listed(session("1", status="active", **fields), note="x")))
    assert archive.rows("select is_active from intermediate.session_states") == [(True,)]
    archive.build(detail(session("1")))
    assert archive.value("select count(*) from sessions") == 1
