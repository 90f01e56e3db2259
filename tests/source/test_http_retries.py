"""HTTP on loopback: what is tried again, for how long, and the error at the end."""

import contextlib
import gzip
import socket
import threading
import time
from contextlib import closing
from datetime import timedelta
from email.utils import format_datetime

import pytest

from pipeline.errors import UpstreamDownError, UpstreamError
from pipeline.settings.schema import Source
from pipeline.source import http as http_module
from pipeline.source.http import Http
from tests.source.http_client import QUICK, TOKEN, http_client
from tests.source.loopback import (
    NOW,
    Handler,
    RecordingClock,
    Request,
    Responder,
    answer,
    raw,
    serving,
    trickle,
)


@pytest.mark.parametrize(
    "failure",
    [
        answer(500),
        answer(503),
        answer(429),
        answer(408),
        raw(b""),
        raw(b"nonsense\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        answer(body=gzip.compress(b"{}")[:-4], content_encoding="gzip"),
        answer(body=b"{}", content_encoding="gzip"),
        answer(body=b"{}", content_encoding="br"),
        answer(body=b"<html>", content_type="text/html"),
        answer(body=b'{"a": NaN}'),
        answer(body=b""),
        answer(body=b'{"cut": "of'),
        answer(body=b"[" * 200_000),
    ],
    ids=[
        *("500", "503", "429", "408", "hung up", "nonsense", "short", "chunks cut", "gzip cut", "no gzip"),
        *("unasked encoding", "HTML", "NaN", "empty", "JSON cut", "too deep"),
    ],
)
def test_a_temporary_failure_is_tried_again(failure: Responder) -> None:
    with http_client(failure, answer(body=b"[]")) as client:
        assert client.get().body == b"[]"
    assert (client.http.requests_sent, len(client.clock.sleeps)) == (2, 1)
    assert 1 <= client.clock.sleeps[0] <= 2


_TEMPORARY_STATUSES = (408, 425, 429, 500, 501, 502, 503, 504, 505, 507, 511, 520, 524, 530, 599)


def test_every_status_of_a_temporary_failure_is_tried_again() -> None:
    """Those of the server's own, of a gateway in front of it, and the unregistered ones of such gateways."""
    failures = [answer(status) for status in _TEMPORARY_STATUSES]
    responders = [responder for failure in failures for responder in (failure, answer(body=b"[]"))]
    with http_client(*responders) as client:
        for requests_sent in range(2, len(responders) + 1, 2):
            assert client.get().body == b"[]"
            assert client.http.requests_sent == requests_sent


@pytest.mark.parametrize("status", [400, 402, 405, 406, 409, 410, 413, 418, 422, 426, 431, 451])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    with http_client(answer(status), answer(body=b"[]")) as client, pytest.raises(UpstreamError, match="refused"):
        client.get()
    assert client.http.requests_sent == 1


@pytest.mark.parametrize("body", [b'["\xff"]', rb'["\ud800"]', b"[" * 1_100 + b"]" * 1_100, b"[" + b"1" * 5_000 + b"]"])
def test_an_answer_that_can_be_stored_is_not_asked_for_again(body: bytes) -> None:
    with http_client(answer(body=body)) as client:
        assert client.get().body == body
    assert client.http.requests_sent == 1


def test_waits_double_and_end_with_the_attempts() -> None:
    with http_client(answer(503, x_req_trace_id="Root=\x1b1-9")) as client, pytest.raises(UpstreamDownError) as raised:
        client.get()
    assert client.http.requests_sent == 6
    for wait, minimum in zip(client.clock.sleeps, [1, 2, 4, 8, 16], strict=True):
        assert minimum <= wait <= minimum + 1
    host = client.script.url.removeprefix("http://")
    assert str(raised.value) == (
        f"{host} gave no usable answer in 6 tries; "
        "the last time it answered 503 Service Unavailable (trace id Root= 1-9)."
    )
    assert raised.value.advice == "Run the same command again later"


def test_waits_end_with_the_longest_wait() -> None:
    source = Source(requests_per_second=1000, attempts=100, longest_wait=10)
    with http_client(answer(503), source=source) as client, pytest.raises(UpstreamDownError):
        client.get()
    assert 4 <= sum(client.clock.sleeps) <= 10


@pytest.mark.parametrize("header", ["7", format_datetime(NOW + timedelta(seconds=7), usegmt=True)])
def test_retry_after_is_honoured(header: str) -> None:
    with http_client(answer(429, retry_after=header), answer()) as client:
        client.get()
    assert client.clock.sleeps == [7.0]


@pytest.mark.parametrize("header", ["soon", "-5", "0", "Sun, 99 Mar 2025", "Sat, 01 Mar 1999 00:00:00 GMT", "1e1", "٣"])
def test_a_retry_after_without_a_wait_means_the_ordinary_wait(header: str) -> None:
    with http_client(raw(f"HTTP/1.1 429 X\r\nRetry-After: {header}\r\n\r\n".encode()), answer()) as client:
        client.get()
    assert len(client.clock.sleeps) == 1
    assert 1 <= client.clock.sleeps[0] <= 2


@pytest.mark.parametrize("header", ["3600", "9" * 5000])
def test_a_retry_after_longer_than_the_longest_wait_ends_it_at_once(header: str) -> None:
    with http_client(answer(429, retry_after=header)) as client, pytest.raises(UpstreamDownError) as raised:
        client.get()
    assert (client.http.requests_sent, client.clock.sleeps) == (1, [])
    assert "in 1 try" in str(raised.value)
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize(
    ("seconds", "text"), [("119", "119 s"), ("120", "2 minutes"), ("7200", "2 hours"), ("31536000", "365 days")]
)
def test_a_wait_is_shown_in_a_suitable_unit(seconds: str, text: str) -> None:
    source = Source(requests_per_second=1000, attempts=1)
    with (
        http_client(answer(429, retry_after=seconds), source=source) as client,
        pytest.raises(UpstreamDownError) as raised,
    ):
        client.get()
    assert f"and asked to wait {text}." in str(raised.value)


def test_only_html_asks_about_the_address() -> None:
    html = answer(body=b"<html>", content_type="text/html; charset=utf-8")
    with http_client(html) as client, pytest.raises(UpstreamDownError) as raised:
        client.get()
    assert "answers with HTML" in str(raised.value)
    assert "is the address right?" in str(raised.value)
    assert "ladebog account add home --url" in raised.value.advice


def test_a_person_is_told_at_once_of_a_web_page() -> None:
    with serving(answer(body=b"<html>", content_type="text/html")) as script:
        http = Http(script.url, QUICK, RecordingClock(), account="home", headers={}, is_interactive=True)
        with closing(http), pytest.raises(UpstreamDownError) as raised:
            http.get("/x", {}, TOKEN)
        assert http.requests_sent == 1
    assert str(raised.value).endswith(" answered with a web page, not with the app's data: is the address right?")


def test_html_after_other_failures_does_not_ask_about_the_address() -> None:
    with http_client(answer(502), answer(body=b"<html>")) as client, pytest.raises(UpstreamDownError) as raised:
        client.get()
    assert "address" not in str(raised.value)


def test_a_slow_body_times_out_although_it_keeps_arriving() -> None:
    source = Source(requests_per_second=1000, attempts=1, longest_wait=0.2, read_timeout=2)
    began = time.monotonic()
    with (
        http_client(trickle([b" "] * 40, pause=0.03), source=source) as client,
        pytest.raises(UpstreamDownError, match="took longer"),
    ):
        client.get()
    assert time.monotonic() - began < 1


def test_a_slow_head_times_out() -> None:
    def trickling(handler: Handler, request: Request) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            handler.wfile.write(b"X-%d: a\r\n" % number)
            handler.wfile.flush()
            time.sleep(0.03)

    source = Source(requests_per_second=1000, attempts=1, longest_wait=0.2, read_timeout=2)
    began = time.monotonic()
    with (
        http_client(trickling, source=source) as client,
        pytest.raises(UpstreamDownError, match="did not answer in time"),
    ):
        client.get()
    assert time.monotonic() - began < 2


def test_a_silent_server_times_out() -> None:
    source = Source(requests_per_second=1000, attempts=1, read_timeout=0.1)
    with (
        http_client(raw(b"", seconds_open=0.5), source=source) as client,
        pytest.raises(UpstreamDownError, match="in time"),
    ):
        client.get()


@pytest.mark.parametrize("secured", [False, True])
def test_a_person_waits_once_for_a_silent_server(monkeypatch: pytest.MonkeyPatch, secured: bool) -> None:
    monkeypatch.setattr(http_module, "_INTERACTIVE_READ_TIMEOUT", 0.2)
    monkeypatch.setattr(http_module, "_INTERACTIVE_CONNECT_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http{'s' if secured else ''}://127.0.0.1:{server.getsockname()[1]}"
        http = Http(url, Source(attempts=5), RecordingClock(), account="home", headers={}, is_interactive=True)
        began = time.monotonic()
        with closing(http), pytest.raises(UpstreamDownError, match="in time"):
            http._session.trust_env = False
            http.get("/x", {}, TOKEN)
        assert http.requests_sent == 1
        assert time.monotonic() - began < 2


def test_a_body_that_stops_arriving_times_out() -> None:
    source = Source(requests_per_second=1000, attempts=1, read_timeout=0.1)
    cut_reply = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}", seconds_open=0.5)
    with http_client(cut_reply, source=source) as client, pytest.raises(UpstreamDownError, match="stopped arriving"):
        client.get()


def test_a_refused_connection_is_tried_again() -> None:
    with serving(answer()) as script:
        url = script.url
    clock = RecordingClock()
    with closing(Http(url, QUICK, clock, account="home", headers={})) as http:
        with pytest.raises(UpstreamDownError, match="refused the connection"):
            http.get("/x", {}, TOKEN)
        assert http.requests_sent == 6


def test_a_name_that_is_not_found_is_tried_again() -> None:
    with closing(Http("https://tenant.invalid", QUICK, RecordingClock(), account="home", headers={})) as http:
        http._session.trust_env = False  # a proxy would resolve the name
        with pytest.raises(UpstreamDownError, match="could not be found by its name"):
            http.get("/x", {}, TOKEN)


def _is_late(*, is_interactive: bool) -> None:
    """A request fails after half a second."""
    source = Source(requests_per_second=1000, attempts=2, connect_timeout=0.3, longest_wait=0.5)
    clock, began = RecordingClock(), time.monotonic()
    http = Http("https://x.example", source, clock, account="home", headers={}, is_interactive=is_interactive)
    with closing(http):
        http._session.trust_env = False  # a proxy would resolve the name
        with pytest.raises(UpstreamDownError, match="did not accept the connection in time"):
            http.get("/x", {}, TOKEN)
        assert http.requests_sent == 1
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("is_interactive", [True, False])
def test_a_name_server_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, is_interactive: bool
) -> None:
    is_over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: is_over.wait(20) and [])
    _is_late(is_interactive=is_interactive)
    is_over.set()


def test_a_host_with_many_addresses_that_do_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, contextlib.ExitStack() as waiting:
        for _ in range(3):  # more than the system accepts for a server that accepts none
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        address = (socket.AF_INET, socket.SOCK_STREAM, 0, "", server.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [address] * 20)
        _is_late(is_interactive=True)


def test_a_connection_that_is_made_too_late_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer()) as script:
        host, port = script.url.removeprefix("http://").split(":")
        address = (socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, int(port)))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_: time.sleep(0.7) or [address])
        _is_late(is_interactive=True)
        for thread in threading.enumerate():
            if thread.daemon and thread.name.endswith("(_run)"):
                thread.join()
