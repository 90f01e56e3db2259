"""The server's answers have the shape of the app API's."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import requests

from pipeline.demo import DEMO_NOW, DemoServer, Tenant
from pipeline.demo.answers import price_text
from pipeline.demo.tenant import planned_sessions

Get = Callable[..., requests.Response]

DETAIL_QUERY = {"withPowerHistory": 1, "withSmartChargingSchedule": 1, "withTaxName": 1}
DETAIL_FIELDS = {"powerStats", "taxName", "smartChargingSchedule", "chargingPeriods", "lastPeriod"}
# The fields of a real answer of March 2025.
CAPTURED_FIELDS = set(
    """id startedAt duration totalDuration energy power locationId evseId evseStatus paymentMethodId
paymentMethodType amount totalAmount amountDue status summarySeen paymentStatus paymentDetails isExtending
isExtended isOptimized stopReason chargingState isSessionTimedOut stoppedAt isPersonal
reimbursementEligibility canToggleReimbursementEligibility hasThirdPartyElectricityCostIntegrationEnabled
nonBillableEnergy currencyId currency smartCharging electricityCost electricityCostCurrencyId
smartChargingSchedule powerAvg powerStats taxName isUsingChargingAllowance freeEnergyWh scaPendingTransaction
idlePeriod isRemoteStopEnabled isBalancePaymentPending lastPeriod idleFeeEligible""".split()  # noqa: SIM905 -- fifty names read better as text
)


def detail_of(get: Get, session_id: str) -> dict[str, Any]:
    session: dict[str, Any] = get(f"session/{session_id}", **DETAIL_QUERY).json()["session"]
    return session


def test_answers_have_the_headers_of_the_app_api(get: Get) -> None:
    first, second = get("personal/charge-points"), get("personal/charge-points")
    assert first.headers["Content-Type"] == "application/json"
    assert first.headers["Content-Encoding"] == "gzip"
    assert first.headers["Transfer-Encoding"] == "chunked"
    assert first.headers["Cache-Control"] == "no-cache, private"
    assert first.headers["Date"] == "Wed, 12 Nov 2025 05:15:00 GMT"
    assert first.headers["x-req-trace-id"].startswith("Root=1-")
    assert first.headers["x-req-trace-id"] != second.headers["x-req-trace-id"]
    assert "ETag" not in first.headers
    assert "Last-Modified" not in first.headers


def test_a_client_that_does_not_accept_gzip_gets_plain_chunks(server: DemoServer) -> None:
    host = server.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request(
        "GET", "/api/v1/app/personal/charge-points", headers={"Authorization": f"Bearer {server.tenant.token}"}
    )
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.getheader("Content-Encoding") is None
    assert answer.getheader("Transfer-Encoding") == "chunked"
    assert json.loads(body)["data"][0]["id"] == "52310"


def test_if_modified_since_is_answered_in_full(server: DemoServer) -> None:
    headers = {
        "Authorization": f"Bearer {server.tenant.token}",
        "If-Modified-Since": "Wed, 12 Nov 2025 05:15:00 GMT",
    }
    answer = requests.get(f"{server.url}/api/v1/app/personal/charge-points", headers=headers, timeout=10)
    assert (answer.status_code, bool(answer.content)) == (200, True)


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong"])
@pytest.mark.parametrize("path", ["personal/charge-points", "profile/session_history", "session/1"])
def test_nothing_is_sent_without_the_token(server: DemoServer, path: str, token: str) -> None:
    answer = requests.get(
        f"{server.url}/api/v1/app/{path}", headers={"Authorization": token} if token else {}, timeout=10
    )
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})


def test_an_unknown_session_is_a_404_in_json(get: Get) -> None:
    answer = get("session/1", **DETAIL_QUERY)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
    assert set(answer.json()) == {"message"}


def test_the_listing_is_newest_first_and_contains_sessions_without_details(get: Get, tenant: Tenant) -> None:
    entries = get("profile/session_history", start_date="2024-01-01", end_date="2025-12-31").json()
    items = entries["session_history"]
    assert {entry["session"]["id"] for entry in items} == set(tenant.sessions)
    starts = [entry["session"]["startedAt"] for entry in items]
    assert starts == sorted(starts, reverse=True)
    for entry in items:
        assert set(entry["session"]) == CAPTURED_FIELDS - DETAIL_FIELDS
        if entry["type"] == "private":
            assert set(entry) == {"session", "note", "type", "address"}
            assert entry["address"] == "Indkørslen"
            assert (entry["session"]["evseId"], entry["session"]["locationId"]) == ("2317", None)
        else:
            assert set(entry) == {"session", "note", "type", "address", "receiptUrl", "evse"}
            assert set(entry["evse"]) == {"identifier", "label"}
            assert type(entry["session"]["locationId"]) is int
            assert entry["session"]["isPersonal"] is False


def test_a_listing_is_of_local_days_and_includes_both_ends(get: Get, tenant: Tenant) -> None:
    # Starts 23:05 on 30 June in Copenhagen.
    session_id = tenant.scene("month_end_local_only").id

    def listed_ids(first: str, last: str) -> list[str]:
        answer = get("profile/session_history", start_date=first, end_date=last).json()
        return [entry["session"]["id"] for entry in answer["session_history"]]

    assert listed_ids("2025-06-30", "2025-06-30") == [session_id]
    assert session_id not in listed_ids("2025-07-01", "2025-07-31")
    months = [listed_ids(f"2025-{month:02}-01", f"2025-{month:02}-{28 + 2 * (month == 6)}") for month in (2, 6)]
    assert all(months)
    assert tenant.scene("after_midnight").id in listed_ids("2025-05-01", "2025-05-01")
    assert tenant.scene("after_midnight").started_at.date().isoformat() == "2025-04-30"
    assert not set(months[0]) & set(months[1])


def test_a_malformed_date_is_a_422(get: Get) -> None:
    answer = get("profile/session_history", start_date="01-02-2025")
    assert answer.status_code == 422
    assert "message" in answer.json()


def test_a_finished_session_has_the_captured_fields_and_its_periods(get: Get, tenant: Tenant) -> None:
    session = tenant.scene("month_end")
    detail = detail_of(get, session.id)
    assert set(detail) == CAPTURED_FIELDS | {"chargingPeriods"}
    assert (detail["status"], detail["taxName"]) == ("finished", "Moms")
    assert detail["startedAt"] == "2025-01-31T21:10:07+00:00"
    assert detail["stoppedAt"] == "2025-02-01T06:05:50+00:00"
    assert detail["duration"] == detail["totalDuration"] == 8 * 3600 + 55 * 60 + 43
    assert type(detail["energy"]) is int
    periods = detail["chargingPeriods"]
    assert detail["lastPeriod"] == periods[0]
    assert all(after["stoppedAt"] == before["startedAt"] for before, after in pairwise(periods))
    assert periods[-1]["startedAt"] == "2025-01-31T21:10:07.000000Z"
    assert set(periods[0]) == {
        "startedAt",
        "stoppedAt",
        "state",
        "durationInSeconds",
        "amount",
        "graceTimeEnd",
        "freeEnergyWh",
        "maxAllowanceWh",
    }
    assert detail["idlePeriod"] == sum(
        period["durationInSeconds"] for period in periods if period["state"].startswith("idle@")
    )
    history = detail["powerStats"]["history"]
    assert len(history) == len(session.samples)
    assert set(history[0]) == {"value", "timestamp"}
    assert history[-1]["value"] == 0


def test_details_are_sent_only_on_request(get: Get, tenant: Tenant) -> None:
    session_id = tenant.scene("month_end").id
    detail = get(f"session/{session_id}").json()["session"]
    assert "taxName" not in detail
    assert "smartChargingSchedule" not in detail
    assert set(detail["powerStats"]) == {"averageKw", "maxKw"}


def test_the_active_session_has_a_last_period_but_no_stop_and_no_periods(get: Get, tenant: Tenant) -> None:
    detail = detail_of(get, tenant.scene("active").id)
    assert set(detail) == CAPTURED_FIELDS
    assert (detail["status"], detail["stoppedAt"], detail["stopReason"]) == ("active", None, None)
    assert detail["paymentStatus"] == "pending"
    assert detail["lastPeriod"]["stoppedAt"] is None
    assert detail["lastPeriod"]["durationInSeconds"] is None
    assert detail["lastPeriod"]["startedAt"] == "2025-11-12T05:00:00.000000Z"
    assert detail["duration"] == int((DEMO_NOW - tenant.scene("active").started_at).total_seconds())


def test_details_lack_the_periods_and_the_history_that_a_session_lacks(get: Get, tenant: Tenant) -> None:
    assert "chargingPeriods" not in detail_of(get, tenant.scene("no_periods").id)
    assert detail_of(get, tenant.scene("no_history").id)["powerStats"]["history"] == []
    assert detail_of(get, tenant.scene("roaming").id)["powerStats"] is None


def test_states_contain_prices_as_the_operator_writes_them(get: Get, tenant: Tenant) -> None:
    def states(scene: str) -> list[str]:
        return [period["state"] for period in detail_of(get, tenant.scene(scene).id)["chargingPeriods"]]

    assert "charging@price|-7.0E-5&markup|0.88" in states("clocks_forward_2025")
    assert "idle@price|-7.0E-5&markup|1" in states("long_idle")
    assert "charging@price|1.0376&markup|1.13" in states("minimum_price")
    assert set(states("public_fixed_price")) == {"charging", "idle"}
    assert all(state.endswith("&markup|2.1&loyalty|silver") for state in states("public_loyalty"))


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("0.77516", "0.77516"),
        ("-0.00007", "-7.0E-5"),
        ("0.000075", "7.5E-5"),
        ("0.0001", "0.0001"),
        ("1.00", "1"),
        ("100", "100"),
        ("0.00000", "0"),
    ],
)
def test_prices_are_written_as_the_operator_writes_them(price: str, text: str) -> None:
    assert price_text(Decimal(price)) == text


def test_figures_in_json_are_exact_to_the_last_digit(get: Get, tenant: Tenant) -> None:
    for session in tenant.sessions.values():
        body = get(f"session/{session.id}", **DETAIL_QUERY).text
        detail = json.loads(body, parse_float=Decimal, parse_int=Decimal)["session"]
        assert detail["totalAmount"] == detail["amount"] == session.amount
        sent = [period["amount"] for period in reversed(detail.get("chargingPeriods", []))]
        assert sent == [period.amount for period in session.periods if sent]
        stats = detail["powerStats"] or {"history": []}
        assert [1000 * sample["value"] for sample in stats["history"]] == [s.power_w for s in session.samples]


def test_control_characters_and_emoji_are_escaped(get: Get, tenant: Tenant) -> None:
    answer = get("profile/session_history", start_date="2025-07-29", end_date="2025-07-29")
    assert b"\\ud83d\\ude97\\u0007" in answer.content
    assert answer.json()["session_history"][0]["note"] == tenant.scene("note_control_character").note


def test_the_charge_point_states_last_months_energy(get: Get, tenant: Tenant) -> None:
    (point,) = get("personal/charge-points").json()["data"]
    october = sum(
        session.energy_wh
        for session in tenant.sessions.values()
        if session.site.kind == "private" and session.started_at.strftime("%Y-%m") == "2025-10"
    )
    assert (point["id"], point["name"], point["electricity_cost_tax_percent"]) == ("52310", "Indkørslen", 25)
    assert Decimal(point["last_month_energy_kwh"]) * 1000 == october
    (evse,) = point["evses"]
    assert (evse["id"], evse["identifier"], evse["session"]["status"]) == ("148964", "2317", "active")
    assert evse["tariff"]["pricing"]["minPrice"] == 2.5
    tenant.finish_active(DEMO_NOW)
    assert get("personal/charge-points").json()["data"][0]["evses"][0]["session"] is None


def test_the_tariff_prices_today_and_tomorrow_by_local_hour(get: Get, tenant: Tenant) -> None:
    answer = get("tariffs/tou/148964/price-periods").json()
    periods = answer["periods"]
    assert answer["granularity"] == 60
    assert [period["atDay"] for period in periods] == ["2025-11-12"] * 24 + ["2025-11-13"] * 24
    assert [period["atTime"] for period in periods[:3]] == ["00:00:00", "01:00:00", "02:00:00"]
    # 06:00 local is the price of the period that the active session is in.
    state = detail_of(get, tenant.scene("active").id)["lastPeriod"]["state"]
    spot, markup = (Decimal(pair.partition("|")[2]) for pair in state.partition("@")[2].split("&"))
    assert Decimal(str(periods[6]["pricePerKwh"])) == round(spot * Decimal("1.25") + markup, 3)
    assert get("tariffs/tou/1/price-periods").status_code == 404


def test_the_tariff_of_a_clock_change_has_25_hours() -> None:
    with DemoServer(Tenant(now=Tenant().scene("clocks_back_2025").started_at)) as server:
        answer = requests.get(
            f"{server.url}/api/v1/app/tariffs/tou/148964/price-periods",
            headers={"Authorization": f"Bearer {server.tenant.token}"},
            timeout=10,
        )
    assert [period["atDay"] for period in answer.json()["periods"]].count("2025-10-26") == 25


def test_every_request_is_logged(get: Get, server: DemoServer) -> None:
    get("session/1", withTaxName=1)
    get("personal/charge-points")
    assert [(request.method, request.path, request.query, request.status) for request in server.requests] == [
        ("GET", "/api/v1/app/session/1", {"withTaxName": "1"}, 404),
        ("GET", "/api/v1/app/personal/charge-points", {}, 200),
    ]


@pytest.mark.system
def test_two_tenants_of_a_seed_answer_byte_for_byte_the_same() -> None:
    bodies = []
    for _ in range(2):
        planned_sessions.cache_clear()
        with DemoServer(Tenant(seed=3)) as server, requests.Session() as client:
            client.headers["Authorization"] = f"Bearer {server.tenant.token}"
            paths = ["profile/session_history", "personal/charge-points", "tariffs/tou/148964/price-periods"]
            paths += [f"session/{session_id}" for session_id in server.tenant.sessions]
            urls = [f"{server.url}/api/v1/app/{path}" for path in paths]
            bodies.append([client.get(url, params=DETAIL_QUERY, timeout=10).content for url in urls])
    assert bodies[0] == bodies[1]


def test_stopping_the_server_closes_its_connections(tenant: Tenant) -> None:
    with requests.Session() as client:
        with DemoServer(tenant) as server:
            assert client.get(server.url, timeout=10).status_code == 401
        with pytest.raises(requests.ConnectionError):
            client.get(server.url, timeout=10)
