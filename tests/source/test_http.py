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
from tests.source.asking import QUICK, TOKEN, asking
from tests.source.loopback import (
    NOW,
    RecordingClock,
    answer,
    json_answer,
    raw,
)


def test_a_reply_has_the_bytes_their_time_trace_id_and_address() -> None:
    with asking(
        answer(body=b'{ "a": 1.10 }', x_req_trace_id="Root=1-2", date="Sun, 30 Mar 2025 14:36:38 GMT")
    ) as asked:
        reply = asked.get()
    assert reply == Reply(
        status=200,
        body=b'{ "a": 1.10 }',
        fetched_at=NOW,
        dated_at=datetime(2025, 3, 30, 14, 36, 38, tzinfo=UTC),
        trace_id="Root=1-2",
        url=f"{asked.script.url}/api/v1/app/thing?page=1",
    )
    sent = asked.script.requests[0]
    assert (sent.path, sent.headers["authorization"]) == ("/api/v1/app/thing?page=1", f"Bearer {TOKEN}")
    assert sent.headers["user-agent"] == "Ladebog/test"
    assert sent.headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("date", ["", "now", "Sun, 99 Mar 2025 14:36:38 GMT"])
def test_a_server_without_a_usable_date(date: str) -> None:
    with asking(answer(date=date)) as asked:
        assert asked.get().dated_at is None


def test_connections_are_reused() -> None:
    with asking(answer()) as asked:
        for _ in range(5):
            asked.get()
    assert (asked.script.connections, asked.http.requests_sent) == (1, 5)


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b'{"a":1}'), gzip.compress(b'{"a"') + gzip.compress(b":1}")],
    ids=["one member", "two members"],
)
def test_gzip_is_decompressed(body: bytes) -> None:
    with asking(answer(body=body, content_encoding="gzip")) as asked:
        assert asked.get().body == b'{"a":1}'


def test_a_large_gzip_body_is_decompressed_whole() -> None:
    document = json.dumps([{"value": number} for number in range(100_000)]).encode()
    with asking(answer(body=gzip.compress(document), content_encoding="gzip")) as asked:
        assert asked.get().body == document


@pytest.mark.parametrize("body", [rb'{"note": "\ud800"}', b'{"amount": 1e400}'], ids=["half a character", "huge"])
def test_json_that_only_the_second_reader_accepts(body: bytes) -> None:
    with asking(answer(body=body)) as asked:
        assert asked.get().body == body


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_a_body_beyond_the_cap_is_refused_before_it_fills_the_memory(packed: bool) -> None:
    plain = b" " * (64 * 1024 * 1024)
    big = answer(body=gzip.compress(plain, 1), content_encoding="gzip") if packed else answer(body=plain)
    with asking(big, source=Source(requests_per_second=1000, largest_body_mb=1)) as asked:
        tracemalloc.start()
        with pytest.raises(UpstreamError, match="more than 1 MB"):
            asked.get()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert asked.http.requests_sent == 1
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize("target", ["https://elsewhere.example/login?token=x", "/login", "", "//[bad"])
def test_a_redirect_is_refused_and_its_target_named(target: str) -> None:
    with asking(answer(302, location=target)) as asked, pytest.raises(UpstreamError, match="redirect") as raised:
        asked.get()
    assert len(asked.script.requests) == 1
    assert ("elsewhere.example" in str(raised.value)) == ("elsewhere" in target)
    assert "token=x" not in str(raised.value)


def test_a_refusal_is_reported_with_the_servers_message_without_secrets() -> None:
    error = {"message": f"Too old\x1b[31m {TOKEN} " + "x" * 999}
    with asking(json_answer(403, error)) as asked, pytest.raises(UpstreamError) as raised:
        asked.get()
    assert "403 Forbidden" in str(raised.value)
    assert '"Too old [31m … xxx' in str(raised.value)
    assert TOKEN not in str(raised.value)
    assert len(str(raised.value)) < 300
    assert asked.http.requests_sent == 1


def test_a_401_and_a_404_are_replies() -> None:
    with asking(json_answer(401, {"message": "Unauthenticated."}), json_answer(404, {"message": "No."})) as asked:
        assert (asked.get().status, asked.get().status) == (401, 404)


def test_a_404_that_is_not_json_is_an_error() -> None:
    with asking(answer(404, body=b"<html>")) as asked, pytest.raises(UpstreamError, match="is the address right"):
        asked.get()
    assert asked.http.requests_sent == 1


def test_requests_are_paced() -> None:
    with asking(answer(), source=Source(requests_per_second=5)) as asked:
        began = time.monotonic()
        for _ in range(7):
            asked.get()
    assert time.monotonic() - began > 0.9


def test_no_more_requests_at_once_than_the_setting() -> None:
    def slow(handler: object, request: object) -> None:
        time.sleep(0.03)
        answer()(handler, request)  # type: ignore[arg-type]

    source = Source(requests_per_second=1000, at_a_time=2)
    with asking(slow, source=source) as asked, ThreadPoolExecutor(8) as threads:
        for reply in [threads.submit(asked.get) for _ in range(12)]:
            reply.result()
    assert (asked.script.most_at_once, asked.http.requests_sent) == (2, 12)


def test_a_netrc_does_not_replace_the_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password else")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with asking(answer()) as asked:
        asked.http._session.trust_env = True  # as it is for https
        asked.get()
        asked.http.post("/token", {}, secrets=(), refusals=set())
    assert asked.script.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in asked.script.requests[1].headers


def test_clear_text_on_loopback_passes_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with asking(answer()) as asked:
        assert asked.get().status == 200


def test_cookies_are_not_kept() -> None:
    with asking(answer(set_cookie="session=1")) as asked:
        asked.get()
        asked.get()
    assert "cookie" not in asked.script.requests[1].headers


@pytest.mark.parametrize("url", ["http://tenant.example", "ftp://127.0.0.1", "https://u:p@tenant.example", ""])
def test_an_address_without_tls_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        Http(url, QUICK, RecordingClock(), account="home", headers={})


def test_a_header_that_cannot_be_sent_is_not_quoted() -> None:
    with asking(answer()) as asked:
        for token in (f"{TOKEN}\nX: y", f"{TOKEN}€"):
            with pytest.raises(UpstreamError) as raised:
                asked.http.get("/x", {}, token)
            assert TOKEN not in str(raised.value)
    assert asked.script.requests == []


def test_no_repr_and_no_error_shows_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    raised: list[BaseException] = []
    for broken in (answer(503), answer(302, location="/"), answer(403), raw(b""), answer(body=b"<")):
        with asking(broken) as asked, pytest.raises((UpstreamError, UpstreamDownError)) as caught:
            asked.get()
        raised += _chain(caught.value)
    assert any(isinstance(error, requests.RequestException) for error in raised)
    for error in raised:
        assert TOKEN not in f"{error} {error!r} {getattr(error, 'advice', '')}"
    assert TOKEN not in repr(asked.http) + repr(vars(asked.http))
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
    with asking(answer()) as asked:

        def ask() -> int:
            ready.wait()
            return sum(asked.get().status == 200 for _ in range(20))

        with ThreadPoolExecutor(4) as threads:
            assert [result.result() for result in [threads.submit(ask) for _ in range(4)]] == [20] * 4
    assert asked.http.requests_sent == 80
