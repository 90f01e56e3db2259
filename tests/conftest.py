"""The demo operator and the archives that tests share."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest

from pipeline.demo import DemoServer, Faults, Request, Tenant
from tests.scenarios.demo_archive import DemoArchive, demo_archive, new_demo_archive
from tests.scenarios.demo_logbook import DemoLogbook
from tests.scenarios.prepared_folder import prepared_folder
from tests.scenarios.small_archive import SmallArchive, small_archive

# Otherwise keyring uses a backend that a test defines, or the keyring of the user who runs the tests.
keyring.set_keyring(keyring.backends.fail.Keyring())


@pytest.fixture(scope="session")
def shared_server() -> Iterator[DemoServer]:
    """One server for all tests, so that copies of a logbook can use it; `operator` resets it for each test."""
    with DemoServer(Tenant()) as server:
        yield server


@pytest.fixture
def operator(shared_server: DemoServer) -> DemoServer:
    """The server with a new tenant, without faults and with an empty log."""
    reset_server(shared_server)
    return shared_server


@pytest.fixture
def tenant(operator: DemoServer) -> Tenant:
    return operator.tenant


def reset_server(server: DemoServer, tenant: Tenant | None = None, faults: Faults | None = None) -> None:
    """Give the server a new tenant, new faults and an empty log."""
    server.tenant = tenant or Tenant()
    server.faults = faults or Faults()
    server.requests.clear()


@dataclass(frozen=True)
class FullDemo:
    """An archive of all data of an operator without faults, and the requests that fetched it."""

    logbook: DemoLogbook
    requests: tuple[Request, ...]


@pytest.fixture(scope="session")
def full_demo(shared_server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> FullDemo:
    """The archive of all data. Tests copy it and do not change it."""

    def build(folder: Path) -> None:
        logbook = DemoLogbook.begin(folder, shared_server.url, client_id="1")
        logbook.store_login(shared_server.tenant)
        logbook.archive()
        (folder / "requests.pickle").write_bytes(pickle.dumps(tuple(shared_server.requests)))

    reset_server(shared_server)
    folder = prepared_folder(tmp_path_factory, "full", build)
    logbook = DemoLogbook(folder).moved_to(tmp_path_factory.mktemp("full") / "logbook", shared_server)
    return FullDemo(logbook, pickle.loads((folder / "requests.pickle").read_bytes()))  # noqa: S301 (written above)


@pytest.fixture
def logbook(full_demo: FullDemo, operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A copy of the complete archive, to change. Its operator is new, whatever earlier tests made it do."""
    return full_demo.logbook.copied(tmp_path / "logbook")


@pytest.fixture
def new_logbook(operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook with a login, before its first run."""
    new = DemoLogbook.begin(tmp_path / "new", operator.url, client_id="1")
    new.store_login(operator.tenant)
    return new


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SmallArchive]:
    """An empty archive of the account `home`."""
    with small_archive(tmp_path / "logbook") as small:
        yield small


@pytest.fixture(scope="session")
def fetched_demo(tmp_path_factory: pytest.TempPathFactory) -> DemoArchive:
    """The demo tenant's archive after its first run, published; no test changes it."""

    def build(folder: Path) -> None:
        demo = new_demo_archive(folder)
        with DemoServer(demo.tenant) as server:
            demo.extract(server)
        demo.update()

    return demo_archive(prepared_folder(tmp_path_factory, "demo", build))


@pytest.fixture
def demo(fetched_demo: DemoArchive, tmp_path: Path) -> DemoArchive:
    """A copy of that archive, and a new tenant."""
    return fetched_demo.copied_to(tmp_path / "logbook")
