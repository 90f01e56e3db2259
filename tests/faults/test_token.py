"""The access token ends: two processes that refresh it at once, and one that is killed in between."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.demo import DemoServer, Tenant
from pipeline.demo.endpoints import TOKEN_PATH, DemoAnswer
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Tried
from tests.faults.kept import assert_whole, held, lost
from tests.faults.processes import KILLED, Starter
from tests.faults.steps import KilledAt, Step
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults

_KEEP = Step("the new login is kept", "pipeline.source.credentials.file:FileCredentials.write")


class Waiting(DemoServer):
    """Answers the first request for a new token once there is a second, or none comes for a while."""

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(tenant)
        self._both = threading.Barrier(2)

    def answer(self, method: str, path: str, query: dict[str, str], token: str, body: bytes) -> DemoAnswer:
        if path == TOKEN_PATH and not self._both.broken:
            with contextlib.suppress(threading.BrokenBarrierError):
                self._both.wait(1.5)
        return super().answer(method, path, query, token, body)


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    with Waiting(Tenant(now=NOW)) as server:
        yield server


def test_refreshed_by_two_processes_at_once(waiting: Waiting, new: DemoLogbook, tmp_path: Path, tried: Tried) -> None:
    new.do("account", "add", "demo", "--url", waiting.url)
    other = new.copied(tmp_path / "other")
    other.credentials.unlink()
    other.credentials = new.credentials
    waiting.tenant.expire_token()
    running = [Starter(logbook, NOW).start("run") for logbook in (new, other)]
    outcomes = [one.outcome() for one in running]
    assert [outcome.code for outcome in outcomes] == [0, 0]
    kept = new.stored_login
    assert kept is not None
    assert (kept.token, kept.refresh_token) == (waiting.tenant.token, waiting.tenant.refresh_token)
    for logbook in (new, other):
        before = held(logbook)
        Starter(logbook, NOW).do("run")
        tried("token refreshed by two at once", 1, lost(before, logbook))
        assert_whole(logbook, waiting.tenant)


@pytest.mark.parametrize("is_after", [False, True], ids=["before it is kept", "after"])
def test_killed_in_between(is_after: bool, young: DemoServer, archived: DemoLogbook, tried: Tried) -> None:
    young.tenant.expire_token()
    starter, before, message, advice = Starter(archived, NOW), held(archived), "", ""
    # The first time that logins are written is before the operator is asked, to see that they can be.
    assert starter.run("run", fault=KilledAt(_KEEP, 2, is_after)).code == KILLED
    if not is_after:  # the operator ended the old login when it gave the new one, which nobody holds now
        message, advice = refusal(starter.run("run"), 4)
        assert message == "The operator no longer accepts the login of account demo."
        assert advice == "Log in again: ladebog login demo"
        archived.keep_login(young.tenant)
    starter.do("run")
    when = "after" if is_after else "before"
    tried(f"token refreshed, killed {when} it is kept", 1, lost(before, archived), message, advice)
    assert_whole(archived, young.tenant)
