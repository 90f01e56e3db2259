"""The app API's requests and its login, against a server on loopback."""

import json
import threading
from collections.abc import Callable, Iterator
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


class LoginServer:
    """Refuses requests without the accepted token; answers requests for a token with `token_answer`."""

    def __init__(self, accepted_token: str, token_answer: Responder, accepted_answer: Responder | None = None) -> None:
        self.accepted_token = accepted_token
        self.token_answer = token_answer
        self.accepted_answer = accepted_answer or answer()
        self.refusal_barrier: threading.Barrier | None = None

    def __call__(self, handler: Handler, request: Request) -> None:
        if request.path == "/api/v1/app/oauth/token":
            self.token_answer(handler, request)
        elif request.headers["authorization"] == f"Bearer {self.accepted_token}":
            self.accepted_answer(handler, request)
        else:
            if self.refusal_barrier and "/session/" in request.path:
                self.refusal_barrier.wait(5)
            json_answer(401, {"message": "Unauthenticated."})(handler, request)


class ApiClient:
    """An AppApi, its server and its stored login."""

    def __init__(self, script: Script, stored: Secret | None, source: Source) -> None:
        self.script = script
        self.account = Account(name="home", url=script.url, client_id="7", device_id="00000000000000aa", country="NO")
        self.credentials = MemoryCredentials()
        if stored:
            self.credentials.write(self.account, stored)
        self.api = AppApi(self.account, source, self.credentials, RecordingClock())

    @property
    def stored_login(self) -> Secret | None:
        return self.credentials.read(self.account)

    def sent(self, path: str) -> list[Request]:
        return [request for request in self.script.requests if request.path.startswith(path)]

    @property
    def token_requests(self) -> list[Any]:
        return [json.loads(request.body) for request in self.sent("/api/v1/app/oauth")]


@contextmanager
def api_client(*responders: Responder, stored: Secret | None = OLD) -> Iterator[ApiClient]:
    source = Source(requests_per_second=1000, connect_timeout=2, read_timeout=2)
    with serving(*responders) as script:
        client = ApiClient(script, stored, source)
        with client.api:
            yield client


def test_each_request_has_its_address_endpoint_and_key() -> None:
    with api_client(
        answer(body=b'{"data": []}', x_req_trace_id="Root=1", date="Sun, 30 Mar 2025 14:36:38 GMT")
    ) as client:
        api, url = client.api, f"{client.script.url}/api/v1/app"
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
    assert [request.path for request in client.script.requests] == ["/api/v1/app" + path for *_, path in expected]
    assert api.requests_sent == 4


def test_the_headers_are_the_apps_with_our_user_agent() -> None:
    with api_client(answer()) as client:
        client.api.charge_points()
    headers = client.script.requests[0].headers
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
    with api_client(answer()) as client:
        client.api.session("../oauth/token?x=1#y %2e")
        client.api.price_periods("a/../..\\b")
        for name in ("", ".", ".."):
            with pytest.raises(UpstreamError):
                client.api.session(name)
            with pytest.raises(UpstreamError):
                client.api.price_periods(name)
    first, second = (request.path for request in client.script.requests)
    assert first.startswith("/api/v1/app/session/..%2Foauth%2Ftoken%3Fx%3D1%23y%20%252e?withPowerHistory=1")
    assert second == "/api/v1/app/tariffs/tou/a%2F..%2F..%5Cb/price-periods"


def test_a_404_is_an_answer_for_a_session_and_an_error_for_a_listing() -> None:
    with api_client(json_answer(404, {"message": "Not found."})) as client:
        missing = client.api.session("1")
        with pytest.raises(UpstreamError, match="404"):
            client.api.charge_points()
    assert (missing.status, missing.body) == (404, b'{"message": "Not found."}')


def test_a_refused_token_is_refreshed_stored_and_used() -> None:
    stored_when_used: list[Secret | None] = []
    server = LoginServer(NEW.token, json_answer(200, GRANT))
    with api_client(server) as client:

        def record_stored_login(handler: Handler, request: Request) -> None:
            stored_when_used.append(client.stored_login)
            answer()(handler, request)

        server.accepted_answer = record_stored_login
        assert client.api.session("1").status == 200
        assert client.api.session("2").status == 200
    assert client.token_requests == [
        {
            "grant_type": "refresh_token",
            "refresh_token": OLD.refresh_token,
            "client_id": "7",
            "client_secret": OLD.client_secret,
        }
    ]
    assert "authorization" not in client.sent("/api/v1/app/oauth")[0].headers
    assert stored_when_used == [NEW, NEW]
    assert client.api.requests_sent == 6  # the session, two others, a token, the session again, and the next one


def test_a_refresh_token_that_is_not_replaced_is_kept() -> None:
    with api_client(LoginServer(NEW.token, json_answer(200, {"access_token": NEW.token}))) as client:
        client.api.charge_points()
    assert client.stored_login == Secret(
        token=NEW.token, refresh_token=OLD.refresh_token, client_secret=OLD.client_secret
    )


@pytest.mark.parametrize("status", [200, 400, 401])
def test_threads_that_are_refused_at_once_refresh_once(status: int) -> None:
    server = LoginServer(NEW.token, json_answer(status, GRANT))
    server.refusal_barrier = threading.Barrier(4)
    with api_client(server) as client, ThreadPoolExecutor(4) as threads:
        futures = [threads.submit(client.api.session, str(number)) for number in range(4)]
        errors = [future.exception() for future in futures]
    assert len(client.token_requests) == 1
    assert [type(error) for error in errors] == ([type(None)] if status == 200 else [LoginError]) * 4
    assert client.stored_login == (NEW if status == 200 else OLD)


def test_a_login_that_another_run_renewed_is_used_without_a_refresh() -> None:
    with api_client(LoginServer(OLD.token, answer(500))) as client:
        client.api.charge_points()
        client.script.responders = [LoginServer(NEW.token, answer(500))]
        client.credentials.write(client.account, NEW)
        assert client.api.charge_points().status == 200
    assert client.token_requests == []


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_refresh_needs_a_new_login(status: int) -> None:
    server = LoginServer(NEW.token, json_answer(status, {"message": "canary"}))
    with api_client(server) as client, pytest.raises(LoginError) as raised:
        client.api.charge_points()
    assert str(raised.value) == "The operator no longer accepts the login of account home."
    assert raised.value.advice == ADVICE
    assert (client.stored_login, len(client.token_requests)) == (OLD, 1)


def test_without_a_refresh_token_a_new_login_is_needed_at_once() -> None:
    server, pasted = LoginServer(NEW.token, json_answer(200, GRANT)), Secret(token="canary-pasted")
    with api_client(server, stored=pasted) as client, pytest.raises(LoginError, match="no longer accepts"):
        client.api.charge_points()
    assert len(client.script.requests) == 2  # the charge points, and a list of sessions


def test_a_new_token_that_is_refused_too_is_not_refreshed_again() -> None:
    with api_client(LoginServer("another", json_answer(200, GRANT))) as client:
        for _ in range(2):
            with pytest.raises(LoginError, match="no longer accepts"):
                client.api.charge_points()
    assert (len(client.token_requests), client.api.requests_sent) == (1, 6)


CHARGE_POINTS, HISTORY = "/api/v1/app/personal/charge-points", "/api/v1/app/profile/session_history"


def refusing(*refused_paths: str, status: int = 401) -> Responder:
    """An operator that refuses some paths whatever the token, and answers all others."""

    def respond(handler: Handler, request: Request) -> None:
        is_refused = any(path in request.path for path in refused_paths)
        (json_answer(status, {"message": "Not yours"}) if is_refused else json_answer(200, GRANT))(handler, request)

    return respond


REQUESTS: dict[str, Callable[[AppApi], Any]] = {
    "/session/1?": lambda api: api.session("1"),
    "/tariffs/tou/": lambda api: api.price_periods("9"),
    CHARGE_POINTS: lambda api: api.charge_points(),
    HISTORY: lambda api: api.history(date(2025, 3, 1), date(2025, 3, 31), 1),
}


@pytest.mark.parametrize("stored", [OLD, Secret(token="canary-pasted")])
@pytest.mark.parametrize("refused", REQUESTS)
def test_one_request_that_is_refused_does_not_end_or_renew_the_login(refused: str, stored: Secret) -> None:
    with api_client(refusing(refused), stored=stored) as client:
        for _ in range(2):
            with pytest.raises(UpstreamError) as raised:
                REQUESTS[refused](client.api)
        assert str(raised.value) == (
            "The operator of account home refused this request with 401 Unauthorized: "
            '"Not yours", although it accepts the login for others.'
        )
        assert raised.value.advice.endswith("log in again: ladebog login home")
        others = [send(client.api).status for path, send in REQUESTS.items() if path != refused]
    assert others == [200, 200, 200]
    assert client.token_requests == []


@pytest.mark.parametrize(
    ("refused", "answered"), [(["/session/", HISTORY], "/tariffs/tou/"), (["/session/", CHARGE_POINTS], HISTORY)]
)
def test_a_login_is_accepted_if_any_of_two_other_requests_is_answered(refused: list[str], answered: str) -> None:
    with api_client(refusing(*refused)) as client:
        with pytest.raises(UpstreamError, match="although it accepts the login for others"):
            client.api.session("1")
        assert REQUESTS[answered](client.api).status == 200
    assert client.token_requests == []


def test_a_login_that_was_renewed_is_not_ended_by_one_request_that_is_still_refused() -> None:
    server = LoginServer(NEW.token, json_answer(200, GRANT), refusing("/session/1?"))
    with api_client(server) as client:
        with pytest.raises(UpstreamError, match="although it accepts the login for others"):
            client.api.session("1")
        assert client.api.session("2").status == 200
    assert (client.stored_login, len(client.token_requests)) == (NEW, 1)


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_is_tried_with_the_list_of_sessions(status: int) -> None:
    for refused in (CHARGE_POINTS, "/session/"):
        with api_client(refusing(refused, status=status)) as client:
            assert client.api.try_login() is None
            assert len(client.script.requests) == 1
    with api_client(refusing(HISTORY, status=status)) as client:
        warning = client.api.try_login()
    assert warning is not None
    assert warning.startswith("The list of sessions could not be fetched with this login: ")
    with (
        api_client(refusing("/api", status=status)) as client,
        pytest.raises(LoginError if status == 401 else UpstreamError),
    ):
        client.api.try_login()


def test_a_temporary_failure_of_a_refresh_keeps_the_login() -> None:
    with api_client(LoginServer(NEW.token, answer(503))) as client:
        with pytest.raises(UpstreamDownError):
            client.api.charge_points()
        assert client.stored_login == OLD
        client.script.responders = [LoginServer(NEW.token, json_answer(200, GRANT))]
        assert client.api.charge_points().status == 200


@pytest.mark.parametrize("grant", [{}, [], {"access_token": 5}, {"access_token": "two words"}, {"access_token": ""}])
def test_a_grant_without_a_token_is_an_error_and_keeps_the_login(grant: Any) -> None:
    server = LoginServer(NEW.token, json_answer(200, grant))
    with api_client(server) as client, pytest.raises(UpstreamError, match="no usable token"):
        client.api.charge_points()
    assert client.stored_login == OLD


@pytest.mark.parametrize("stored", [None, Secret(token="canary\nX-Evil: 1"), Secret(token="Bearer canary")])
def test_without_a_usable_login_nothing_is_sent(stored: Secret | None) -> None:
    with api_client(answer(), stored=stored) as client, pytest.raises(LoginError) as raised:
        client.api.charge_points()
    assert client.script.requests == []
    assert "ladebog login home" in raised.value.advice
    assert "canary" not in str(raised.value)


def test_a_login_by_password_returns_a_secret_and_does_not_store_it() -> None:
    with api_client(LoginServer(NEW.token, json_answer(200, GRANT)), stored=None) as client:
        secret = client.api.login_with_password("driver@example.com", "canary-password", "canary-client")
    assert (secret, client.stored_login) == (NEW, None)
    assert client.token_requests == [
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
    with api_client(refusal, stored=None) as client, pytest.raises(LoginError) as raised:
        client.api.login_with_password("driver@example.com", "canary-password", "canary-client")
    assert str(raised.value) == 'The operator does not accept this login for account home: "Not with … or …".'
    assert "ladebog login home" in raised.value.advice


def test_no_secret_shows_in_an_error_a_repr_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    echo = {"message": f"{OLD.token} {OLD.refresh_token} {OLD.client_secret} {NEW.token}", **GRANT}
    servers = [
        *(LoginServer("another", json_answer(status, echo)) for status in (200, 400, 403, 422, 503)),
        *(
            LoginServer(OLD.token, answer(500), accepted_answer=json_answer(status, {"message": OLD.token}))
            for status in (403, 500)
        ),
    ]
    for server in servers:
        with api_client(server) as client, pytest.raises(LadebogError) as raised:
            client.api.charge_points()
        shown = f"{raised.value} {raised.value!r} {raised.value.advice}"
        assert "canary-old" not in shown
        assert "canary-refresh" not in shown
        assert "canary-client" not in shown
        assert "canary" not in repr(client.api) + repr(vars(client.api))
    assert "canary" not in caplog.text
