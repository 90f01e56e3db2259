"""A login is renewed while it still works, by one process at a time; if that fails there is a warning."""

import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import jwt
import pytest

from pipeline.errors import BusyError, LoginError
from pipeline.settings.schema import Account, Source
from pipeline.source.app.client import AppApi
from pipeline.source.app.login import expiry_warning
from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import MemoryCredentials
from tests.source.loopback import NOW, Handler, RecordingClock, Request, Responder, Script, answer, json_answer, serving

SOURCE = Source(requests_per_second=1000, connect_timeout=2, read_timeout=5, attempts=1)
TOKEN_PATH = "/api/v1/app/oauth/token"


def token(days: float, now: datetime = NOW) -> str:
    return jwt.encode({"exp": (now + timedelta(days=days)).timestamp()}, "k" * 32)


def account_at(script: Script) -> Account:
    return Account(name="home", url=script.url, client_id="7", device_id="00000000000000aa")


class Operator:
    """Accepts any token; answers a refresh with `token_answer`."""

    def __init__(self, token_answer: Responder) -> None:
        self.token_answer = token_answer

    def __call__(self, handler: Handler, request: Request) -> None:
        (self.token_answer if request.path == TOKEN_PATH else answer())(handler, request)


GRANT = json_answer(200, {"access_token": token(365), "refresh_token": "new-refresh"})


@contextmanager
def api_client(stored: Secret, token_answer: Responder) -> Iterator[tuple[AppApi, MemoryCredentials, Script]]:
    with serving(Operator(token_answer)) as script:
        credentials = MemoryCredentials()
        credentials.write(account_at(script), stored)
        with AppApi(account_at(script), SOURCE, credentials, RecordingClock()) as api:
            yield api, credentials, script


@pytest.mark.parametrize("days", [13.9, 1, 0.1, -1])
def test_a_login_that_ends_soon_is_renewed_before_it_does(days: float) -> None:
    with api_client(Secret(token=token(days), refresh_token="old-refresh"), GRANT) as (api, credentials, script):
        assert api.login_warning(NOW) is None
        stored = credentials.read(account_at(script))
        api.charge_points()
    assert stored == Secret(token=token(365), refresh_token="new-refresh")
    assert [request.path for request in script.requests] == [TOKEN_PATH, "/api/v1/app/personal/charge-points"]
    assert script.requests[1].headers["authorization"] == f"Bearer {token(365)}"


@pytest.mark.parametrize("days", [14.1, 300])
def test_a_login_that_ends_later_is_not_renewed(days: float) -> None:
    with api_client(Secret(token=token(days), refresh_token="old-refresh"), GRANT) as (api, _, script):
        assert api.login_warning(NOW) is None
    assert script.requests == []


@pytest.mark.parametrize(
    "token_answer",
    [answer(503), answer(500), answer(429), answer(200, b"<html>", content_type="text/html"), json_answer(200, {})],
    ids=["503", "500", "429", "html", "no token"],
)
def test_a_temporary_failure_leaves_the_login_unchanged_and_in_use(token_answer: Responder) -> None:
    old = Secret(token=token(3.5), refresh_token="old-refresh")
    with api_client(old, token_answer) as (api, credentials, script):
        warning = api.login_warning(NOW)
        assert api.charge_points().status == 200
        assert credentials.read(account_at(script)) == old
    assert warning == (
        "The login of account home ends on 2025-04-03, in 4 days. Log in again before: ladebog login home"
    )


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_renewal_does_not_stop_a_login_that_works(status: int) -> None:
    old = Secret(token=token(1.5), refresh_token="old-refresh")
    with api_client(old, json_answer(status, {})) as (api, credentials, script):
        assert "ends on 2025-04-01, in 2 days." in (api.login_warning(NOW) or "")
        assert api.charge_points().status == 200
        assert credentials.read(account_at(script)) == old


def test_a_login_that_cannot_be_renewed_is_warned_about_from_14_days_before_its_end() -> None:
    account = Account(name="home", url="https://tenant.example")
    warnings = {days: expiry_warning(account, Secret(token=token(days)), NOW) for days in (15, 14, 0.5, 0.1, -2)}
    assert warnings == {
        15: None,
        14: "The login of account home ends on 2025-04-13, in 14 days. Log in again before: ladebog login home",
        0.1: "The login of account home ends on 2025-03-30, today. Log in again before: ladebog login home",
        0.5: "The login of account home ends on 2025-03-31, in 1 day. Log in again before: ladebog login home",
        -2: "The login of account home ended on 2025-03-28. Log in again: ladebog login home",
    }
    assert expiry_warning(account, Secret(token="opaque"), NOW) is None
    with api_client(Secret(token=token(2)), GRANT) as (api, _, script):
        assert api.login_warning(NOW)
    assert script.requests == []


def test_a_new_login_is_not_requested_if_it_cannot_be_stored(tmp_path: Path) -> None:
    with serving(Operator(GRANT)) as script:
        credentials = FileCredentials(tmp_path / "credentials.json")
        credentials.write(account_at(script), Secret(token=token(3), refresh_token="old-refresh"))
        (tmp_path / "credentials.json.lock").unlink()
        (tmp_path / "credentials.json.lock").mkdir()  # so that writing fails
        with AppApi(account_at(script), SOURCE, credentials, RecordingClock()) as api:
            assert api.login_warning(NOW)
    assert script.requests == []


def test_a_login_that_another_process_is_renewing_is_locked(tmp_path: Path) -> None:
    account = Account(name="home", url="https://tenant.example")
    code = (
        "import sys; from pathlib import Path; from pipeline.settings.schema import Account;"
        "from pipeline.source.credentials.file import FileCredentials\n"
        "with FileCredentials(Path(sys.argv[1])).locked(Account(name='home', url='https://tenant.example'), 1):\n"
        "    print('locked', flush=True); sys.stdin.read()"
    )
    credentials = FileCredentials(tmp_path / "credentials.json")
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "credentials.json")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(BusyError), credentials.locked(account, 0.2):
            pass
        with credentials.locked(Account(name="work", url="https://tenant.example"), 0.2):
            pass  # another account's login is not locked
        holder.kill()
        with credentials.locked(account, 10):
            pass
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_ctrl_c_waits_until_a_new_login_is_stored(tmp_path: Path) -> None:
    """In another process, whose main thread is interrupted while the operator delays its answer."""
    requested, released = threading.Event(), threading.Event()

    def delayed(handler: Handler, request: Request) -> None:
        requested.set()
        released.wait(20)
        GRANT(handler, request)

    with serving(Operator(delayed)) as script:
        path = tmp_path / "credentials.json"
        FileCredentials(path).write(account_at(script), Secret(token=token(3), refresh_token="old-refresh"))
        process = multiprocessing.get_context("spawn").Process(target=_renew, args=(script.url, path))
        process.start()
        assert requested.wait(30)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGINT)
        process.join(0.5)
        assert process.is_alive()
        released.set()
        process.join(20)
        assert process.exitcode == 130
        assert FileCredentials(path).read(account_at(script)) == Secret(token=token(365), refresh_token="new-refresh")


def _renew(url: str, path: Path) -> None:
    account = Account(name="home", url=url, client_id="7", device_id="00000000000000aa")
    try:
        with AppApi(account, SOURCE, FileCredentials(path), RecordingClock()) as api:
            api.login_warning(NOW)
    except KeyboardInterrupt:
        sys.exit(130)


def test_threads_renew_a_login_once() -> None:
    with (
        api_client(Secret(token=token(1), refresh_token="old-refresh"), GRANT) as (api, _, script),
        ThreadPoolExecutor(4) as threads,
    ):
        assert list(threads.map(lambda _: api.login_warning(NOW), range(4))) == [None] * 4
    assert len(script.requests) == 1
    assert json.loads(script.requests[0].body)["refresh_token"] == "old-refresh"


def test_without_a_stored_login_there_is_an_error() -> None:
    account = Account(name="home", url="https://tenant.example")
    with AppApi(account, SOURCE, MemoryCredentials(), RecordingClock()) as api, pytest.raises(LoginError):
        api.login_warning(NOW)
