"""Logbooks of a demo operator, for tests of commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.cli.context import Context
from pipeline.clock import SystemClock
from pipeline.demo import DEMO_NOW, DemoServer, Tenant
from tests.conftest import reset_server
from tests.scenarios.demo_logbook import DemoLogbook
from tests.scenarios.prepared_folder import prepared_folder


@dataclass(frozen=True)
class CorrectedDemo:
    """A logbook, the tenant that it was fetched from, and the ids of the sessions that were corrected."""

    home: Path
    tenant: Tenant
    raised_bill_id: str
    lowered_bill_id: str
    lowered_energy_id: str


@pytest.fixture(scope="session")
def shared_logbook(shared_server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> DemoLogbook:
    """A logbook with the last three months. Tests read and copy it, and do not change it."""
    reset_server(shared_server)

    def build(folder: Path) -> None:
        logbook = DemoLogbook.begin(folder, shared_server.url)
        logbook.store_login(shared_server.tenant)
        logbook.archive("--since", "2025-09-01")

    shared = prepared_folder(tmp_path_factory, "shared", build)
    return DemoLogbook(shared).moved_to(tmp_path_factory.mktemp("shared") / "logbook", shared_server)


@pytest.fixture
def logbook(shared_logbook: DemoLogbook, operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A copy of the logbook with three months, to change. Its operator is new, whatever earlier tests made it do."""
    return shared_logbook.copied(tmp_path / "logbook")


@pytest.fixture
def empty_logbook(operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook with an account, without a login and without data."""
    return DemoLogbook.begin(tmp_path / "empty", operator.url, client_id="1")


@pytest.fixture(scope="session")
def corrected_demo(shared_server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> CorrectedDemo:
    """The demo's logbook, fetched twice: after the first time the operator corrected three sessions."""

    def build(folder: Path) -> None:
        reset_server(shared_server)
        logbook = DemoLogbook.begin(folder, shared_server.url)
        logbook.store_login(shared_server.tenant)
        logbook.archive()
        _correct(shared_server.tenant)
        logbook.archive(after=timedelta(hours=1))

    home = DemoLogbook(prepared_folder(tmp_path_factory, "corrected", build)).home
    tenant = Tenant()
    return CorrectedDemo(home, tenant, *_correct(tenant))


def _correct(tenant: Tenant) -> tuple[str, str, str]:
    """Correct three sessions; returns the ids of those with a raised bill, a lowered bill and a lowered energy."""
    raised_bill_id = tenant.scene("clocks_back_2025").id
    lowered_bill_id, lowered_energy_id = [
        session.id
        for session in tenant.sessions.values()
        if not session.scene and (session.stopped_at or DEMO_NOW) > DEMO_NOW - timedelta(days=30)
    ][:2]
    tenant.correct(raised_bill_id, amount=tenant.sessions[raised_bill_id].amount + 10)
    tenant.correct(lowered_bill_id, amount=Decimal("1.00"))
    tenant.correct(lowered_energy_id, energy_wh=tenant.sessions[lowered_energy_id].energy_wh - 1000)
    return raised_bill_id, lowered_bill_id, lowered_energy_id


@pytest.fixture
def ladebog(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """`ladebog(HOME, ...)` runs a command line in this process and returns its exit code, output and errors."""

    def run(home: Path, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("LADEBOG_HOME", str(home))
        code = main.run(arguments, Context(SystemClock()))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
