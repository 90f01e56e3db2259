"""Refreshing a login: by several processes at once, by one that is killed, and while the operator fails."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Literal

import pytest

from pipeline.demo import DemoServer, Faults, Tenant
from pipeline.source.credentials.secret import Secret
from tests.conftest import reset_server
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

pytestmark = pytest.mark.system

_EXTRACT = ("-q", "extract", "--since", "2025-11-01")
_TOKEN_PATH = "/api/v1/app/oauth/token"
_ENDED = "ladebog: The operator no longer accepts the login of account demo.\n  Log in again: ladebog login demo\n"


class HoldingTenant(Tenant):
    """Holds a refresh until it is released; makes new tokens before the wait, after it, or at first not at all."""

    def __init__(self, *, makes: Literal["before", "after", "none"]) -> None:
        self.asked, self.released = threading.Event(), threading.Event()
        self._makes = makes
        super().__init__()

    def refresh(self, refresh_token: str) -> tuple[str, str] | None:
        granted = super().refresh(refresh_token) if self._makes == "before" else None
        is_first = not self.asked.is_set()
        self.asked.set()
        self.released.wait(30)
        if is_first and self._makes == "none":
            raise ConnectionAbortedError
        return granted if self._makes == "before" else super().refresh(refresh_token)


def start(logbook: DemoLogbook, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        logbook.command(*arguments),
        env=logbook.environment,
        cwd=logbook.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refreshes(server: DemoServer) -> list[int]:
    """The statuses of the refreshes that the operator was asked for."""
    return [request.status for request in server.requests if request.path == _TOKEN_PATH]


def secret_of(tenant: Tenant) -> Secret:
    return Secret(token=tenant.token, refresh_token=tenant.refresh_token, client_secret=tenant.client_secret)


def test_processes_at_once(operator: DemoServer, new_logbook: DemoLogbook, tmp_path: Path) -> None:
    """Three copies of a logbook share one login, and all find it expired before any of them has renewed it."""
    copies = [new_logbook, *(new_logbook.copied(tmp_path / name) for name in ("second", "third"))]
    for copy in copies[1:]:
        copy.credentials = new_logbook.credentials
    tenant = HoldingTenant(makes="after")
    reset_server(operator, tenant)
    new_logbook.store_login(tenant)
    tenant.expire_token()
    processes = [start(copy, *_EXTRACT) for copy in copies]
    assert tenant.asked.wait(60)
    refused = 0
    waiting = threading.Event()
    while refused < len(copies):  # until all of them know that their token is refused
        waiting.wait(0.05)
        refused = sum(request.status == 401 for request in operator.requests)
    tenant.released.set()
    ended = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert ended == [("", "", 0)] * len(copies)
    assert refreshes(operator) == [200]
    assert new_logbook.stored_login == secret_of(tenant)


def kill_in_the_middle(logbook: DemoLogbook, tenant: HoldingTenant) -> None:
    """Start a run whose login has ended, and kill it while the operator holds the answer to its refresh."""
    logbook.store_login(tenant)
    old = logbook.stored_login
    tenant.expire_token()
    process = start(logbook, *_EXTRACT)
    assert tenant.asked.wait(60)
    process.kill()
    process.communicate(timeout=30)
    tenant.released.set()
    assert logbook.stored_login == old  # the old login stays until there is a new one


def test_killed_before_the_operator_renewed_it(operator: DemoServer, new_logbook: DemoLogbook) -> None:
    tenant = HoldingTenant(makes="none")
    reset_server(operator, tenant)
    kill_in_the_middle(new_logbook, tenant)
    new_logbook.do(*_EXTRACT)
    assert new_logbook.stored_login == secret_of(tenant)


def test_killed_after_the_operator_renewed_it(operator: DemoServer, new_logbook: DemoLogbook) -> None:
    """The one moment at which a login can be lost: the next run asks for a new one."""
    tenant = HoldingTenant(makes="before")
    reset_server(operator, tenant)
    kill_in_the_middle(new_logbook, tenant)
    old = new_logbook.stored_login
    assert new_logbook.run_process(*_EXTRACT) == Outcome(4, "", _ENDED)
    assert new_logbook.stored_login == old
    new_logbook.do("login", "demo", "--token-stdin", stdin=tenant.token)
    new_logbook.do(*_EXTRACT)


@pytest.mark.parametrize("fault", ["server_error", "too_many", "truncated_body", "not_json"])
def test_a_temporary_fault_does_not_end_the_login(operator: DemoServer, new_logbook: DemoLogbook, fault: str) -> None:
    old = new_logbook.stored_login
    operator.tenant.expire_token()
    operator.faults = Faults(**{fault: 1.0}, most_in_a_row=1000)  # type: ignore[arg-type]
    for _ in range(2):
        assert new_logbook.run(*_EXTRACT).code in (75, 0)
        assert new_logbook.stored_login in (old, secret_of(operator.tenant))
    operator.faults = Faults()
    new_logbook.do(*_EXTRACT)
    assert new_logbook.stored_login == secret_of(operator.tenant)
