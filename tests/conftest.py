"""The operator that the tests talk to."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import keyring.backends.fail
import pytest

from pipeline.demo import DemoServer, Faults, Tenant

# Otherwise keyring takes up the backends that tests define, or that of whoever runs the tests.
keyring.set_keyring(keyring.backends.fail.Keyring())


@pytest.fixture(scope="session")
def listening() -> Iterator[DemoServer]:
    """One server for all tests, so that copies of a logbook find it again; `operator` makes it a test's own."""
    with DemoServer(Tenant()) as server:
        yield server


@pytest.fixture
def operator(listening: DemoServer) -> DemoServer:
    """The server with a new tenant, without faults and with an empty log."""
    renew(listening)
    return listening


@pytest.fixture
def tenant(operator: DemoServer) -> Tenant:
    return operator.tenant


def renew(server: DemoServer, tenant: Tenant | None = None, faults: Faults | None = None) -> None:
    """Make the server another tenant's."""
    server.tenant = tenant or Tenant()
    server.faults = faults or Faults()
    server.requests.clear()
