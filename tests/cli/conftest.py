"""The demo's logbook, fetched twice: after the first time the operator corrected three bills."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline import archive, settings
from pipeline.cli import main
from pipeline.cli.terminal import SilentProgress
from pipeline.clock import StartedClock
from pipeline.demo import DEMO_NOW, DemoServer, Tenant
from pipeline.extract import extract_account
from pipeline.logbook import Logbook
from pipeline.source.credentials import MemoryCredentials, Secret


@dataclass(frozen=True)
class CorrectedDemo:
    """A logbook, the tenant that it was fetched from, and the ids of the sessions whose bills were corrected."""

    home: Path
    tenant: Tenant
    dearer: str
    cheaper: str
    metered: str


@pytest.fixture(scope="session")
def corrected_demo(tmp_path_factory: pytest.TempPathFactory) -> CorrectedDemo:
    home = tmp_path_factory.mktemp("corrected") / "logbook"
    tenant = Tenant()
    dearer = tenant.scene("clocks_back_2025").id
    cheaper, metered = [
        session.id
        for session in tenant.sessions.values()
        if not session.scene and (session.stopped_at or DEMO_NOW) > DEMO_NOW - timedelta(days=30)
    ][:2]
    with DemoServer(tenant) as server:
        _fetch(home, tenant, server, DEMO_NOW)
        tenant.correct(dearer, amount=tenant.sessions[dearer].amount + 10)
        tenant.correct(cheaper, amount=Decimal("1.00"))
        tenant.correct(metered, energy_wh=tenant.sessions[metered].energy_wh - 1000)
        _fetch(home, tenant, server, DEMO_NOW + timedelta(hours=1))
    return CorrectedDemo(home, tenant, dearer, cheaper, metered)


@pytest.fixture
def ladebog(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """`ladebog(HOME, ...)` runs a command line in this process; gives its exit code, output and errors."""

    def run(home: Path, *arguments: str) -> tuple[int, str, str]:
        code = main.run(["--home", str(home), *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    yield run


def _fetch(home: Path, tenant: Tenant, server: DemoServer, now: datetime) -> None:
    clock = StartedClock(now)
    logbook = Logbook.create(home)
    account = settings.Account(name="demo", url=server.url)
    settings.write_account(logbook.settings, account)
    credentials = MemoryCredentials()
    credentials.write(account, Secret(token=tenant.token))
    read = settings.read(logbook.settings)
    with archive.opened(logbook, read, clock) as connection:
        extract_account(
            connection,
            logbook,
            account,
            source=settings.Source(requests_per_second=1000),
            credentials=credentials,
            clock=clock,
            progress=SilentProgress(),
        )
    archive.update(logbook, read, clock)
