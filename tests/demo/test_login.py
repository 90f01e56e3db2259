"""The token endpoint: password and refresh token grants."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from pipeline.demo import DemoServer, Tenant


def post(server: DemoServer, **body: Any) -> requests.Response:
    client = {"client_id": server.tenant.client_id, "client_secret": server.tenant.client_secret}
    return requests.post(f"{server.url}/api/v1/app/oauth/token", json=client | body, timeout=10)


def log_in(server: DemoServer, **changes: Any) -> requests.Response:
    tenant = server.tenant
    parameters = {"grant_type": "password", "username": tenant.username, "password": tenant.password}
    return post(server, **(parameters | changes))


def test_a_login_returns_the_tokens(server: DemoServer, tenant: Tenant) -> None:
    answer = log_in(server)
    assert answer.status_code == 200
    assert answer.json() == {
        "token_type": "Bearer",
        "expires_in": 31_536_000,
        "access_token": tenant.token,
        "refresh_token": tenant.refresh_token,
    }
    assert answer.headers["X-RateLimit-Limit"] == "5"
    assert answer.headers["X-RateLimit-Remaining"] == "4"
    assert log_in(server).headers["X-RateLimit-Remaining"] == "3"


@pytest.mark.parametrize("wrong_field", ["username", "password", "client_id", "client_secret"])
def test_wrong_credentials_are_refused_with_401_and_a_message(server: DemoServer, wrong_field: str) -> None:
    answer = log_in(server, **{wrong_field: "wrong"})
    assert answer.status_code == 401
    assert answer.json()["message"]
    assert "X-RateLimit-Remaining" in answer.headers


def test_refreshing_rotates_both_tokens(server: DemoServer, tenant: Tenant) -> None:
    old = (tenant.token, tenant.refresh_token)
    answer = post(server, grant_type="refresh_token", refresh_token=old[1])
    assert answer.json()["access_token"] == tenant.token != old[0]
    assert answer.json()["refresh_token"] == tenant.refresh_token != old[1]
    again = post(server, grant_type="refresh_token", refresh_token=old[1])
    assert again.status_code == 401
    url = f"{server.url}/api/v1/app/personal/charge-points"
    statuses = [
        requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10).status_code
        for token in (old[0], tenant.token)
    ]
    assert statuses == [401, 200]


def test_other_grants_methods_and_bodies_are_refused(server: DemoServer) -> None:
    url = f"{server.url}/api/v1/app/oauth/token"
    assert post(server, grant_type="implicit").status_code == 400
    assert requests.post(url, data=b"{", timeout=10).status_code == 400
    assert requests.get(url, timeout=10).status_code == 405
