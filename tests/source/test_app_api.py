"""The app API's requests and its login, against a server on loopback."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline import __version__
from pipeline.errors import LadebogError, LoginError, UpstreamDownError, UpstreamError
from pipeline.raw.answer import Answer, Endpoint
from pipeline.settings.schema import Account, Source
from pipeline.source.app.client import AppApi
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import MemoryCredentials
from tests.source.loopback import (
    NOW,
    Handler,
    RecordingClock,
    Request,
    Responder,
    Script,
    answer,
    json_answer,
    serving,
)

OLD = Secret(token="canary-old", refresh_token="canary-refresh-old", client_secret="canary-client")
NEW = Secret(token="canary-new", refresh_token="canary-refresh-new", client_secret="canary-client")
GRANT = {"access_token": NEW.token, "refresh_token": NEW.refresh_token, "token_type": "Bearer", "expires_in": 1}
ADVICE = "Log in again: ladebog login home"


class Tenant:
    """Accepts the token `accepts`, and answers requests for a token with `grants`."""

    def __init__(self, accepts: str, grants: Responder, found: Responder | None = None) -> None:
        self.accepts = accepts
        self.grants = grants
        self.found = found or answer()
        self.all_refused: threading.Barrier | None = None

    def __call__(self, handler: Handler, request: Request) -> None:
        if request.path == "/api/v1/app/oauth/token":
            self.grants(handler, request)
        elif request.headers["authorization"] == f"Bearer {self.accepts}":
            self.found(handler, request)
        else:
            if self.all_refused:
                self.all_refused.wait(5)
            json_answer(401, {"message": "Unauthenticated."})(handler, request)


class Asked:
    def __init__(self, script: Script, kept: Secret | None, source: Source) -> None:
        self.script = script
        self.account = Account(name="home", url=script.url, client_id="7", device_id="00000000000000aa", country="NO")
        self.credentials = MemoryCredentials()
        if kept:
            self.credentials.write(self.account, kept)
        self.api = AppApi(self.account, source, self.credentials, RecordingClock())

    @property
    def kept(self) -> Secret | None:
        return self.credentials.read(self.account)

    def sent(self, path: str) -> list[Request]:
        return [request for request in self.script.requests if request.path.startswith(path)]

    @property
    def grants_asked(self) -> list[Any]:
        return [json.loads(request.body) for request in self.sent("/api/v1/app/oauth")]


@contextmanager
def asking(*responders: Responder, kept: Secret | None = OLD) -> Iterator[Asked]:
    source = Source(requests_per_second=1000, connect_timeout=2, read_timeout=2)
    with serving(*responders) as script:
        asked = Asked(script, kept, source)
        with asked.api:
            yield asked


def test_each_request_has_its_address_endpoint_and_key() -> None:
    with asking(answer(body=b'{"data": []}', x_req_trace_id="Root=1", date="Sun, 30 Mar 2025 14:36:38 GMT")) as asked:
        api, url = asked.api, f"{asked.script.url}/api/v1/app"
        answers = [
            api.history(date(2025, 3, 1), date(2025, 3, 31), page=2),
            api.session("648418"),
            api.charge_points(),
            api.price_periods("148964"),
        ]
    expected = [
        (
            Endpoint.SESSION_HISTORY,
            "2025-03-01..2025-03-31 page 2",
            "/profile/session_history?start_date=2025-03-01&end_date=2025-03-31&page=2&perPage=100&operatorCountry=NO",
        ),
        (Endpoint.SESSION, "648418", "/session/648418?withPowerHistory=1&withSmartChargingSchedule=1&withTaxName=1"),
        (Endpoint.CHARGE_POINTS, "all", "/personal/charge-points"),
        (Endpoint.PRICE_PERIODS, "148964", "/tariffs/tou/148964/price-periods"),
    ]
    assert answers == [
        Answer(
            account="home",
            endpoint=endpoint,
            key=key,
            fetched_at=NOW,
            url=url + path,
            status=200,
            trace_id="Root=1",
            body=b'{"data": []}',
            dated_at=datetime(2025, 3, 30, 14, 36, 38, tzinfo=UTC),
        )
        for endpoint, key, path in expected
    ]
    assert [request.path for request in asked.script.requests] == ["/api/v1/app" + path for *_, path in expected]
    assert api.requests_sent == 4


def test_the_headers_are_the_apps_with_our_user_agent() -> None:
    with asking(answer()) as asked:
        asked.api.charge_points()
    headers = asked.script.requests[0].headers
    del headers["host"]
    assert headers == {
        "user-agent": f"Ladebog/{__version__}",
        "accept": "application/json, text/plain, */*",
        "accept-encoding": "gzip",
        "accept-language": "da-DK",
        "x-device-id": "00000000000000aa",
        "x-app-version": "2.126.0",
        "x-internal-app-version": "2.126.0",
        "x-operator-country": "NO",
        "authorization": "Bearer canary-old",
    }


def test_an_id_stays_one_part_of_the_path() -> None:
    with asking(answer()) as asked:
        asked.api.session("../oauth/token?x=1#y %2e")
        asked.api.price_periods("a/../..\\b")
        for name in ("", ".", ".."):
            with pytest.raises(UpstreamError):
                asked.api.session(name)
            with pytest.raises(UpstreamError):
                asked.api.price_periods(name)
    first, second = (request.path for request in asked.script.requests)
    assert first.startswith("/api/v1/app/session/..%2Foauth%2Ftoken%3Fx%3D1%23y%20%252e?withPowerHistory=1")
    assert second == "/api/v1/app/tariffs/tou/a%2F..%2F..%5Cb/price-periods"


def test_a_404_is_an_answer_for_a_session_and_an_error_for_a_listing() -> None:
    with asking(json_answer(404, {"message": "Not found."})) as asked:
        gone = asked.api.session("1")
        with pytest.raises(UpstreamError, match="404"):
            asked.api.charge_points()
    assert (gone.status, gone.body) == (404, b'{"message": "Not found."}')


def test_a_refused_token_is_refreshed_stored_and_used() -> None:
    kept_when_used: list[Secret | None] = []
    tenant = Tenant(NEW.token, json_answer(200, GRANT))
    with asking(tenant) as asked:

        def found(handler: Handler, request: Request) -> None:
            kept_when_used.append(asked.kept)
            answer()(handler, request)

        tenant.found = found
        assert asked.api.session("1").status == 200
        assert asked.api.session("2").status == 200
    assert asked.grants_asked == [
        {
            "grant_type": "refresh_token",
            "refresh_token": OLD.refresh_token,
            "client_id": "7",
            "client_secret": OLD.client_secret,
        }
    ]
    assert "authorization" not in asked.sent("/api/v1/app/oauth")[0].headers
    assert kept_when_used == [NEW, NEW]
    assert asked.api.requests_sent == 4


def test_a_refresh_token_that_does_not_rotate_is_kept() -> None:
    with asking(Tenant(NEW.token, json_answer(200, {"access_token": NEW.token}))) as asked:
        asked.api.charge_points()
    assert asked.kept == Secret(token=NEW.token, refresh_token=OLD.refresh_token, client_secret=OLD.client_secret)


@pytest.mark.parametrize("granted", [200, 400, 401])
def test_threads_that_are_refused_at_once_refresh_once(granted: int) -> None:
    tenant = Tenant(NEW.token, json_answer(granted, GRANT))
    tenant.all_refused = threading.Barrier(4)
    with asking(tenant) as asked, ThreadPoolExecutor(4) as threads:
        asking_each = [threads.submit(asked.api.session, str(number)) for number in range(4)]
        errors = [future.exception() for future in asking_each]
    assert len(asked.grants_asked) == 1
    assert [type(error) for error in errors] == ([type(None)] if granted == 200 else [LoginError]) * 4
    assert asked.kept == (NEW if granted == 200 else OLD)


def test_a_login_that_another_run_renewed_is_used_without_a_refresh() -> None:
    with asking(Tenant(OLD.token, answer(500))) as asked:
        asked.api.charge_points()
        asked.script.responders = [Tenant(NEW.token, answer(500))]
        asked.credentials.write(asked.account, NEW)
        assert asked.api.charge_points().status == 200
    assert asked.grants_asked == []


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_refresh_needs_a_new_login(status: int) -> None:
    refusing = Tenant(NEW.token, json_answer(status, {"message": "canary"}))
    with asking(refusing) as asked, pytest.raises(LoginError) as raised:
        asked.api.charge_points()
    assert str(raised.value) == "The operator no longer accepts the login of account home."
    assert raised.value.advice == ADVICE
    assert (asked.kept, len(asked.grants_asked)) == (OLD, 1)


def test_without_a_refresh_token_a_new_login_is_needed_at_once() -> None:
    granting, pasted = Tenant(NEW.token, json_answer(200, GRANT)), Secret(token="canary-pasted")
    with asking(granting, kept=pasted) as asked, pytest.raises(LoginError, match="no longer accepts"):
        asked.api.charge_points()
    assert len(asked.script.requests) == 1


def test_a_new_token_that_is_refused_too_is_not_refreshed_again() -> None:
    with asking(Tenant("another", json_answer(200, GRANT))) as asked:
        for _ in range(2):
            with pytest.raises(LoginError, match="no longer accepts"):
                asked.api.charge_points()
    assert (len(asked.grants_asked), asked.api.requests_sent) == (1, 4)


def test_a_temporary_failure_of_a_refresh_keeps_the_login() -> None:
    with asking(Tenant(NEW.token, answer(503))) as asked:
        with pytest.raises(UpstreamDownError):
            asked.api.charge_points()
        assert asked.kept == OLD
        asked.script.responders = [Tenant(NEW.token, json_answer(200, GRANT))]
        assert asked.api.charge_points().status == 200


@pytest.mark.parametrize("grant", [{}, [], {"access_token": 5}, {"access_token": "two words"}, {"access_token": ""}])
def test_a_grant_without_a_token_is_an_error_and_keeps_the_login(grant: Any) -> None:
    granting = Tenant(NEW.token, json_answer(200, grant))
    with asking(granting) as asked, pytest.raises(UpstreamError, match="no usable token"):
        asked.api.charge_points()
    assert asked.kept == OLD


@pytest.mark.parametrize("kept", [None, Secret(token="canary\nX-Evil: 1"), Secret(token="Bearer canary")])
def test_without_a_usable_login_nothing_is_sent(kept: Secret | None) -> None:
    with asking(answer(), kept=kept) as asked, pytest.raises(LoginError) as raised:
        asked.api.charge_points()
    assert asked.script.requests == []
    assert "ladebog login home" in raised.value.advice
    assert "canary" not in str(raised.value)


def test_a_login_by_password_returns_a_secret_and_does_not_store_it() -> None:
    with asking(Tenant(NEW.token, json_answer(200, GRANT)), kept=None) as asked:
        secret = asked.api.login_with_password("driver@example.com", "canary-password", "canary-client")
    assert (secret, asked.kept) == (NEW, None)
    assert asked.grants_asked == [
        {
            "grant_type": "password",
            "username": "driver@example.com",
            "password": "canary-password",
            "client_id": "7",
            "client_secret": "canary-client",
        }
    ]


@pytest.mark.parametrize("status", [400, 401, 422])
def test_a_wrong_password_is_reported_with_the_servers_message(status: int) -> None:
    refusal = json_answer(status, {"message": "Not with canary-password or canary-client."})
    with asking(refusal, kept=None) as asked, pytest.raises(LoginError) as raised:
        asked.api.login_with_password("driver@example.com", "canary-password", "canary-client")
    assert str(raised.value) == 'The operator does not accept this login for account home: "Not with … or …".'
    assert "ladebog login home" in raised.value.advice


def test_no_secret_shows_in_an_error_a_repr_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    echo = {"message": f"{OLD.token} {OLD.refresh_token} {OLD.client_secret} {NEW.token}", **GRANT}
    tenants = [
        *(Tenant("another", json_answer(status, echo)) for status in (200, 400, 403, 422, 503)),
        *(Tenant(OLD.token, answer(500), found=json_answer(status, {"message": OLD.token})) for status in (403, 500)),
    ]
    for tenant in tenants:
        with asking(tenant) as asked, pytest.raises(LadebogError) as raised:
            asked.api.charge_points()
        shown = f"{raised.value} {raised.value!r} {raised.value.advice}"
        assert "canary-old" not in shown
        assert "canary-refresh" not in shown
        assert "canary-client" not in shown
        assert "canary" not in repr(asked.api) + repr(vars(asked.api))
    assert "canary" not in caplog.text
