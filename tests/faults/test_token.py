"""The access token ends: two processes refresh it at the same time, and one is killed meanwhile."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.demo import DemoServer, Tenant
from pipeline.demo.endpoints import TOKEN_PATH, DemoAnswer
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items
from tests.faults.processes import KILLED, Starter
from tests.faults.steps import KilledAt, Step
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_STORE = Step("store the new login", "pipeline.source.credentials.file:FileCredentials.write")


class SlowRefreshServer(DemoServer):
    """Answers the first request for a new token when a second one arrives, or after a timeout."""

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(tenant)
        self._two_requests = threading.Barrier(2)

    def answer(self, method: str, path: str, query: dict[str, str], token: str, body: bytes) -> DemoAnswer:
        if path == TOKEN_PATH and not self._two_requests.broken:
            with contextlib.suppress(threading.BrokenBarrierError):
                self._two_requests.wait(1.5)
        return super().answer(method, path, query, token, body)


@pytest.fixture
def slow_server() -> Iterator[SlowRefreshServer]:
    with SlowRefreshServer(Tenant(now=NOW)) as server:
        yield server


def test_two_processes_that_renew_the_login_at_once_both_succeed(
    slow_server: SlowRefreshServer, new_logbook: DemoLogbook, tmp_path: Path, record: Record
) -> None:
    new_logbook.do("account", "add", "demo", "--url", slow_server.url)
    new_logbook.store_login(slow_server.tenant)
    other = new_logbook.copied(tmp_path / "other")
    other.credentials.unlink()
    other.credentials = new_logbook.credentials
    slow_server.tenant.expire_token()
    running = [Starter(logbook, NOW).start("run") for logbook in (new_logbook, other)]
    outcomes = [one.outcome() for one in running]
    assert [outcome.code for outcome in outcomes] == [0, 0]
    login = new_logbook.stored_login
    assert login is not None
    assert (login.token, login.refresh_token) == (slow_server.tenant.token, slow_server.tenant.refresh_token)
    for logbook in (new_logbook, other):
        items_before = items(logbook)
        Starter(logbook, NOW).do("run")
        record("token refreshed by two processes at once", 1, count_lost(items_before, logbook))
        assert_complete(logbook, slow_server.tenant)


@pytest.mark.parametrize("is_after", [False, True], ids=["before the login is stored", "after"])
def test_a_process_killed_while_it_renews_the_login_loses_no_item(
    is_after: bool, new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    new_operator.tenant.expire_token()
    starter, items_before, message, advice = Starter(archived_logbook, NOW), items(archived_logbook), "", ""
    # Logins are written once before the operator is asked, to find out whether that is possible.
    assert starter.run("run", fault=KilledAt(_STORE, 2, is_after)).code == KILLED
    if not is_after:  # the new login is lost, and the operator no longer accepts the old one
        message, advice = refusal(starter.run("run"), 4)
        assert message == "The operator no longer accepts the login of account demo."
        assert advice == f"Log in again: ladebog --home {archived_logbook.home} login demo"
        archived_logbook.store_login(new_operator.tenant)
    starter.do("run")
    when = "after" if is_after else "before"
    record(
        f"token refreshed, killed {when} it is stored", 1, count_lost(items_before, archived_logbook), message, advice
    )
    assert_complete(archived_logbook, new_operator.tenant)
