"""The demo tenant, its server, and a client that sends the app's requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from pipeline.demo import DemoServer, Faults, Tenant

Get = Callable[..., requests.Response]


@pytest.fixture(scope="session")
def demo() -> Tenant:
    """A shared tenant, which no test changes."""
    return Tenant()


@pytest.fixture
def tenant() -> Tenant:
    """A tenant that the test may change."""
    return Tenant()


@pytest.fixture
def server(tenant: Tenant) -> Iterator[DemoServer]:
    with DemoServer(tenant, Faults()) as running:
        yield running


@pytest.fixture
def get(server: DemoServer) -> Iterator[Get]:
    """`get("session/1", withTaxName=1)` with the tenant's current token."""
    with requests.Session() as client:

        def send(path: str, **query: object) -> requests.Response:
            headers = {"Authorization": f"Bearer {server.tenant.token}"}
            parameters = {name: str(value) for name, value in query.items()}
            return client.get(f"{server.url}/api/v1/app/{path}", params=parameters, headers=headers, timeout=10)

        yield send
