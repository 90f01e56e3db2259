"""The operator that the tests talk to, and the archives that they begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest

from pipeline.demo import DemoServer, Faults, Request, Tenant
from tests.scenarios.demo_archive import DemoArchive, new_demo_archive
from tests.scenarios.demo_logbook import DemoLogbook
from tests.scenarios.made_archive import MadeArchive, made_archive

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


@dataclass(frozen=True)
class Whole:
    """An archive of everything that an undisturbed operator knows, and what it took to make it."""

    logbook: DemoLogbook
    requests: tuple[Request, ...]


@pytest.fixture(scope="session")
def whole(listening: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """To be copied, and not to be changed."""
    renew(listening)
    logbook = DemoLogbook.begin(tmp_path_factory.mktemp("whole") / "logbook", listening.url, client_id="1")
    logbook.keep_login(listening.tenant)
    logbook.archive()
    return Whole(logbook, tuple(listening.requests))


@pytest.fixture
def logbook(whole: Whole, tmp_path: Path) -> DemoLogbook:
    """A copy of the whole archive, to go on with."""
    return whole.logbook.copied(tmp_path / "logbook")


@pytest.fixture
def new_logbook(operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook with a login, of which no run was made."""
    new = DemoLogbook.begin(tmp_path / "new", operator.url, client_id="1")
    new.keep_login(operator.tenant)
    return new


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[MadeArchive]:
    """An empty archive of the account `home`."""
    with made_archive(tmp_path / "logbook") as made:
        yield made


@pytest.fixture(scope="session")
def fetched_demo(tmp_path_factory: pytest.TempPathFactory) -> DemoArchive:
    """The demo tenant's archive after its first run, published; no test changes it."""
    demo = new_demo_archive(tmp_path_factory.mktemp("demo") / "logbook")
    with DemoServer(demo.tenant) as server:
        demo.extract(server)
    demo.update()
    return demo


@pytest.fixture
def demo(fetched_demo: DemoArchive, tmp_path: Path) -> DemoArchive:
    """The same archive and tenant, the test's own."""
    return fetched_demo.copied_to(tmp_path / "logbook")
