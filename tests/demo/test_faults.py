"""Each fault has its documented effect, and ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from pipeline.demo import DemoServer, Faults, Tenant
from pipeline.demo.faults import with_unknown_fields

Get = Callable[..., requests.Response]


def statuses(get: Get, times: int) -> list[int]:
    return [get("personal/charge-points").status_code for _ in range(times)]


def objects_in(answer: Any) -> Iterator[dict[str, Any]]:
    if isinstance(answer, list):
        for value in answer:
            yield from objects_in(value)
    if isinstance(answer, dict):
        yield answer
        for key, value in answer.items():
            if key != "newInLaterVersion":
                yield from objects_in(value)


def test_without_faults_every_request_succeeds(get: Get) -> None:
    assert statuses(get, 20) == [200] * 20


def test_answers_429_have_a_retry_after_header_and_every_third_request_succeeds(get: Get, server: DemoServer) -> None:
    server.faults = Faults(too_many=1.0, retry_after="1")
    answer = get("personal/charge-points")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert statuses(get, 5) == [429, 200, 429, 429, 200]
    server.faults = Faults(too_many=1.0, retry_after=None)
    assert "Retry-After" not in get("personal/charge-points").headers


def test_server_errors_have_three_statuses_and_every_third_request_succeeds(get: Get, server: DemoServer) -> None:
    server.faults = Faults(server_error=1.0)
    received = statuses(get, 60)
    assert set(received) == {200, 500, 502, 503}
    assert received[2::3] == [200] * 20


def test_a_truncated_body_is_shorter_than_its_length(get: Get, server: DemoServer) -> None:
    server.faults = Faults(truncated_body=1.0)
    for _ in range(2):
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            get("personal/charge-points")
    assert get("personal/charge-points").json()["data"]
    assert [request.fault for request in server.requests] == ["truncated_body", "truncated_body", None]


def test_a_web_page_has_status_200(get: Get, server: DemoServer) -> None:
    server.faults = Faults(not_json=1.0)
    answer = get("personal/charge-points")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    assert answer.text.startswith("<!DOCTYPE html>")
    get("personal/charge-points")
    assert get("personal/charge-points").json()["data"]


def test_the_token_expires_once_until_it_is_refreshed(get: Get, server: DemoServer, tenant: Tenant) -> None:
    server.faults = Faults(expired_token=True, expire_after=2)
    assert statuses(get, 4) == [200, 200, 401, 401]
    tenant.refresh(tenant.refresh_token)
    assert statuses(get, 4) == [200] * 4


def test_logging_in_again_also_ends_an_expiry(get: Get, server: DemoServer, tenant: Tenant) -> None:
    server.faults = Faults(expired_token=True, expire_after=0)
    assert statuses(get, 1) == [401]
    tenant.log_in(tenant.username, tenant.password)
    assert statuses(get, 3) == [200] * 3


def listed_ids(get: Get, **query: object) -> list[str]:
    answer = get("profile/session_history", **query).json()
    return [entry["session"]["id"] for entry in answer["session_history"]]


def test_paging_ignored_sends_everything_on_every_page(get: Get, tenant: Tenant) -> None:
    assert set(listed_ids(get, page=1, perPage=100)) == set(tenant.sessions)
    assert listed_ids(get, page=7, perPage=2) == listed_ids(get)


def test_paging_honoured_sends_each_session_once(get: Get, server: DemoServer, tenant: Tenant) -> None:
    server.faults = Faults(paging="honoured", per_page_cap=40)
    pages = [listed_ids(get, page=page, perPage=100) for page in (1, 2, 3, 4, 5)]
    assert [len(page) for page in pages[:3]] == [40, 40, 40]
    assert pages[4] == []
    server.faults = Faults()
    assert [session_id for page in pages for session_id in page] == listed_ids(get)
    server.faults = Faults(paging="honoured", per_page_cap=40)
    assert listed_ids(get, page=2, perPage=3) == pages[0][3:6]


def test_paging_honoured_divides_a_month_into_pages_of_five(get: Get, server: DemoServer) -> None:
    server.faults = Faults(paging="honoured")
    window = {"start_date": "2025-03-01", "end_date": "2025-03-31", "perPage": 100}
    assert len(listed_ids(get, page=1, **window)) == 5
    assert listed_ids(get, page=2, **window)


def test_a_listing_of_a_faulty_month_is_empty(get: Get, server: DemoServer) -> None:
    march = {"start_date": "2025-03-01", "end_date": "2025-03-31"}
    april = {"start_date": "2025-04-01", "end_date": "2025-04-30"}
    server.faults.empty_listing_months = frozenset({"2025-03"})
    assert listed_ids(get, **march) == []
    assert listed_ids(get, **april)
    server.faults.empty_listing_months = frozenset()
    assert listed_ids(get, **march)


def test_the_first_listings_are_empty(get: Get, server: DemoServer) -> None:
    server.faults.empty_listing_calls = 2
    assert [bool(listed_ids(get)) for _ in range(4)] == [False, False, True, True]


def test_unknown_fields_are_in_every_object_and_change_nothing_else(
    get: Get, server: DemoServer, tenant: Tenant
) -> None:
    path = f"session/{tenant.scene('pause').id}"
    expected = get(path, withPowerHistory=1).json()
    server.faults.unknown_fields = True
    answer = get(path, withPowerHistory=1).json()
    objects = list(objects_in(answer))
    assert len(objects) > 250
    assert all({"newInLaterVersion", "isBrandNew"} <= set(found) for found in objects)
    assert answer == with_unknown_fields(expected)


def test_slow_answers_take_at_least_the_time_that_was_set(get: Get, server: DemoServer) -> None:
    server.faults.slow = 0.2
    started_at = time.monotonic()
    assert get("personal/charge-points").ok
    assert time.monotonic() - started_at >= 0.2


def test_faults_do_not_depend_on_the_order_of_other_requests() -> None:
    def picked_faults(faults: Faults, request: str) -> list[str | None]:
        return [fault[0] if (fault := faults.pick(request)) else None for _ in range(50)]

    undisturbed, disturbed = Faults.every(seed=5), Faults.every(seed=5)
    for number in range(100):
        disturbed.pick(f"another {number}")
    assert picked_faults(undisturbed, "GET /x") == picked_faults(disturbed, "GET /x")
    assert picked_faults(Faults.every(seed=6), "GET /x") != picked_faults(Faults.every(seed=5), "GET /x")


def test_every_fault_happens_and_none_more_than_twice_in_a_row() -> None:
    faults = Faults.every()
    faults_by_path = [
        [fault[0] if (fault := faults.pick(f"GET /{path}")) else None for _ in range(40)] for path in range(40)
    ]
    assert {name for path_faults in faults_by_path for name in path_faults} == {
        None,
        "too_many",
        "server_error",
        "truncated_body",
        "not_json",
    }
    for path_faults in faults_by_path:
        assert all(None in path_faults[start : start + 3] for start in range(len(path_faults) - 2))
    assert not faults.empty_listing_months
    assert not faults.empty_listing_calls


def test_a_login_fails_only_with_answers_that_the_client_can_read() -> None:
    faults = Faults.every()
    names = {fault[0] for _ in range(500) if (fault := faults.pick("POST /token", login=True))}
    assert names == {"too_many", "server_error"}


def test_a_client_that_retries_reads_everything_despite_every_fault(server: DemoServer, tenant: Tenant) -> None:
    server.faults = Faults.every()

    def read(session_id: str) -> str:
        for _ in range(8):
            try:
                answer = requests.get(
                    f"{server.url}/api/v1/app/session/{session_id}",
                    headers={"Authorization": f"Bearer {tenant.token}"},
                    timeout=10,
                )
                if answer.status_code == 401 and not tenant.accepts(tenant.token):
                    tenant.refresh(tenant.refresh_token)
                elif answer.ok:
                    return str(answer.json()["session"]["id"])
            except requests.RequestException:
                continue
        raise AssertionError(f"session {session_id} was never received")

    with ThreadPoolExecutor(8) as readers:
        assert list(readers.map(read, tenant.sessions)) == list(tenant.sessions)
    assert {429, 401} < {request.status for request in server.requests}
    assert {"truncated_body", "not_json"} < {request.fault for request in server.requests}
