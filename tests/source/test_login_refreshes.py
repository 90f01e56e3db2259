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
_LOGIN_ENDED = (
    "ladebog: The operator no longer accepts the login of account demo.\n  Log in again: ladebog login demo\n"
)


class DelayingTenant(Tenant):
    """Delays the answer to a refresh until `release`; `tokens` is when it creates the new tokens, if at all."""

    def __init__(self, *, tokens: Literal["before", "after", "none"]) -> None:
        self.requested, self.release = threading.Event(), threading.Event()
        self._tokens = tokens
        super().__init__()

    def refresh(self, refresh_token: str) -> tuple[str, str] | None:
        granted = super().refresh(refresh_token) if self._tokens == "before" else None
        is_first = not self.requested.is_set()
        self.requested.set()
        self.release.wait(30)
        if is_first and self._tokens == "none":
            raise ConnectionAbortedError
        return granted if self._tokens == "before" else super().refresh(refresh_token)


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
    """The statuses of the answers to requests for a refresh."""
    return [request.status for request in server.requests if request.path == _TOKEN_PATH]


def secret_of(tenant: Tenant) -> Secret:
    return Secret(token=tenant.token, refresh_token=tenant.refresh_token, client_secret=tenant.client_secret)


def test_concurrent_processes_refresh_a_shared_login_once(
    operator: DemoServer, new_logbook: DemoLogbook, tmp_path: Path
) -> None:
    """Three copies of a logbook share one login, and all find it expired before any of them has renewed it."""
    copies = [new_logbook, *(new_logbook.copied(tmp_path / name) for name in ("second", "third"))]
    for copy in copies[1:]:
        copy.credentials = new_logbook.credentials
    tenant = DelayingTenant(tokens="after")
    reset_server(operator, tenant)
    new_logbook.store_login(tenant)
    tenant.expire_token()
    processes = [start(copy, *_EXTRACT) for copy in copies]
    assert tenant.requested.wait(60)
    refused = 0
    waiting = threading.Event()
    while refused < len(copies):  # until all of them know that their token is refused
        waiting.wait(0.05)
        refused = sum(request.status == 401 for request in operator.requests)
    tenant.release.set()
    results = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert results == [("", "", 0)] * len(copies)
    assert refreshes(operator) == [200]
    assert new_logbook.stored_login == secret_of(tenant)


def kill_during_refresh(logbook: DemoLogbook, tenant: DelayingTenant) -> None:
    """Start a run whose login has ended, and kill it while the operator holds the answer to its refresh."""
    logbook.store_login(tenant)
    old = logbook.stored_login
    tenant.expire_token()
    process = start(logbook, *_EXTRACT)
    assert tenant.requested.wait(60)
    process.kill()
    process.communicate(timeout=30)
    tenant.release.set()
    assert logbook.stored_login == old  # the old login stays until there is a new one


def test_a_run_killed_before_the_operator_renewed_its_login_keeps_the_old_one(
    operator: DemoServer, new_logbook: DemoLogbook
) -> None:
    tenant = DelayingTenant(tokens="none")
    reset_server(operator, tenant)
    kill_during_refresh(new_logbook, tenant)
    new_logbook.do(*_EXTRACT)
    assert new_logbook.stored_login == secret_of(tenant)


def test_a_run_killed_after_the_operator_renewed_its_login_needs_a_new_login(
    operator: DemoServer, new_logbook: DemoLogbook
) -> None:
    """Only then a login can be lost: the operator has replaced it, and the new one is not stored yet."""
    tenant = DelayingTenant(tokens="before")
    reset_server(operator, tenant)
    kill_during_refresh(new_logbook, tenant)
    old = new_logbook.stored_login
    assert new_logbook.run_process(*_EXTRACT) == Outcome(4, "", _LOGIN_ENDED)
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
