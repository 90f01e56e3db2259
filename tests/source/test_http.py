"""HTTP on loopback: the content of a reply, what is refused, and what is never shown."""

import gzip
import json
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from pipeline.errors import SettingsError, UpstreamDownError, UpstreamError
from pipeline.settings.schema import Source
from pipeline.source.http import Http
from pipeline.source.reply import Reply
from tests.source.http_client import QUICK, TOKEN, http_client
from tests.source.loopback import (
    NOW,
    RecordingClock,
    answer,
    json_answer,
    raw,
)


def test_a_reply_has_the_bytes_their_time_trace_id_and_address() -> None:
    with http_client(
        answer(body=b'{ "a": 1.10 }', x_req_trace_id="Root=1-2", date="Sun, 30 Mar 2025 14:36:38 GMT")
    ) as client:
        reply = client.get()
    assert reply == Reply(
        status=200,
        body=b'{ "a": 1.10 }',
        fetched_at=NOW,
        dated_at=datetime(2025, 3, 30, 14, 36, 38, tzinfo=UTC),
        trace_id="Root=1-2",
        url=f"{client.script.url}/api/v1/app/thing?page=1",
    )
    sent = client.script.requests[0]
    assert (sent.path, sent.headers["authorization"]) == ("/api/v1/app/thing?page=1", f"Bearer {TOKEN}")
    assert sent.headers["user-agent"] == "Ladebog/test"
    assert sent.headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("date", ["", "now", "Sun, 99 Mar 2025 14:36:38 GMT"])
def test_a_date_that_cannot_be_read_is_left_out(date: str) -> None:
    with http_client(answer(date=date)) as client:
        assert client.get().dated_at is None


def test_connections_are_reused() -> None:
    with http_client(answer()) as client:
        for _ in range(5):
            client.get()
    assert (client.script.connections, client.http.requests_sent) == (1, 5)


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b'{"a":1}'), gzip.compress(b'{"a"') + gzip.compress(b":1}")],
    ids=["one member", "two members"],
)
def test_gzip_is_decompressed(body: bytes) -> None:
    with http_client(answer(body=body, content_encoding="gzip")) as client:
        assert client.get().body == b'{"a":1}'


def test_a_large_gzip_body_is_decompressed_whole() -> None:
    document = json.dumps([{"value": number} for number in range(100_000)]).encode()
    with http_client(answer(body=gzip.compress(document), content_encoding="gzip")) as client:
        assert client.get().body == document


@pytest.mark.parametrize(
    "body", [rb'{"note": "\ud800"}', b'{"amount": 1e400}'], ids=["unpaired surrogate", "huge number"]
)
def test_json_that_msgspec_rejects_is_accepted(body: bytes) -> None:
    with http_client(answer(body=body)) as client:
        assert client.get().body == body


@pytest.mark.parametrize("is_gzip", [True, False], ids=["gzip", "plain"])
def test_a_body_over_the_limit_is_refused_before_all_of_it_is_in_memory(is_gzip: bool) -> None:
    plain = b" " * (64 * 1024 * 1024)
    big = answer(body=gzip.compress(plain, 1), content_encoding="gzip") if is_gzip else answer(body=plain)
    with http_client(big, source=Source(requests_per_second=1000, largest_body_mb=1)) as client:
        tracemalloc.start()
        with pytest.raises(UpstreamError, match="more than 1 MB"):
            client.get()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert client.http.requests_sent == 1
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize("target", ["https://elsewhere.example/login?token=x", "/login", "", "//[bad"])
def test_a_redirect_is_refused_and_its_target_named(target: str) -> None:
    with http_client(answer(302, location=target)) as client, pytest.raises(UpstreamError, match="redirect") as raised:
        client.get()
    assert len(client.script.requests) == 1
    assert ("elsewhere.example" in str(raised.value)) == ("elsewhere" in target)
    assert "token=x" not in str(raised.value)


def test_a_refusal_is_reported_with_the_servers_message_without_secrets() -> None:
    error = {"message": f"Too old\x1b[31m {TOKEN} " + "x" * 999}
    with http_client(json_answer(403, error)) as client, pytest.raises(UpstreamError) as raised:
        client.get()
    assert "403 Forbidden" in str(raised.value)
    assert '"Too old [31m … xxx' in str(raised.value)
    assert TOKEN not in str(raised.value)
    assert len(str(raised.value)) < 300
    assert client.http.requests_sent == 1


def test_a_401_and_a_404_are_replies() -> None:
    with http_client(json_answer(401, {"message": "Unauthenticated."}), json_answer(404, {"message": "No."})) as client:
        assert (client.get().status, client.get().status) == (401, 404)


def test_a_404_that_is_not_json_is_an_error() -> None:
    with http_client(answer(404, body=b"<html>")) as client, pytest.raises(UpstreamError, match="is the address right"):
        client.get()
    assert client.http.requests_sent == 1


def test_requests_per_second_are_limited() -> None:
    with http_client(answer(), source=Source(requests_per_second=5)) as client:
        began = time.monotonic()
        for _ in range(7):
            client.get()
    assert time.monotonic() - began > 0.9


def test_no_more_requests_at_once_than_the_setting() -> None:
    def slow(handler: object, request: object) -> None:
        time.sleep(0.03)
        answer()(handler, request)  # type: ignore[arg-type]

    source = Source(requests_per_second=1000, at_a_time=2)
    with http_client(slow, source=source) as client, ThreadPoolExecutor(8) as threads:
        for reply in [threads.submit(client.get) for _ in range(12)]:
            reply.result()
    assert (client.script.most_at_once, client.http.requests_sent) == (2, 12)


def test_a_netrc_does_not_replace_the_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password else")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with http_client(answer()) as client:
        client.http._session.trust_env = True  # as it is for https
        client.get()
        client.http.post("/token", {}, secrets=(), refusals=set())
    assert client.script.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in client.script.requests[1].headers


def test_requests_to_loopback_use_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with http_client(answer()) as client:
        assert client.get().status == 200


def test_cookies_are_not_sent_back() -> None:
    with http_client(answer(set_cookie="session=1")) as client:
        client.get()
        client.get()
    assert "cookie" not in client.script.requests[1].headers


@pytest.mark.parametrize("url", ["http://tenant.example", "ftp://127.0.0.1", "https://u:p@tenant.example", ""])
def test_an_address_without_tls_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        Http(url, QUICK, RecordingClock(), account="home", headers={})


def test_a_header_that_cannot_be_sent_is_not_quoted() -> None:
    with http_client(answer()) as client:
        for token in (f"{TOKEN}\nX: y", f"{TOKEN}€"):
            with pytest.raises(UpstreamError) as raised:
                client.http.get("/x", {}, token)
            assert TOKEN not in str(raised.value)
    assert client.script.requests == []


def test_no_repr_and_no_error_shows_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    raised: list[BaseException] = []
    for failure in (answer(503), answer(302, location="/"), answer(403), raw(b""), answer(body=b"<")):
        with http_client(failure) as client, pytest.raises((UpstreamError, UpstreamDownError)) as caught:
            client.get()
        raised += _chain(caught.value)
    assert any(isinstance(error, requests.RequestException) for error in raised)
    for error in raised:
        assert TOKEN not in f"{error} {error!r} {getattr(error, 'advice', '')}"
    assert TOKEN not in repr(client.http) + repr(vars(client.http))
    assert TOKEN not in repr(
        Reply(status=200, body=TOKEN.encode(), fetched_at=NOW, dated_at=None, trace_id=None, url="")
    )
    assert TOKEN not in caplog.text


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def test_threads_share_one_http() -> None:
    ready = threading.Barrier(4)
    with http_client(answer()) as client:

        def send() -> int:
            ready.wait()
            return sum(client.get().status == 200 for _ in range(20))

        with ThreadPoolExecutor(4) as threads:
            assert [result.result() for result in [threads.submit(send) for _ in range(4)]] == [20] * 4
    assert client.http.requests_sent == 80
