"""Captures: three kinds of file, and the answers read from them."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import CaptureError
from pipeline.raw.answer import Answer, Endpoint
from pipeline.source.capture import read as capture
from pipeline.source.capture.read import read_capture

TENANT = "https://tenant.example/api/v1/app"
SESSION = b'{"session":{"id":"17","startedAt":"2025-03-30T14:33:51+00:00","energy":10873,"amount":19.60}}'
HISTORY = (
    b'{"session_history":[{"session":{"id":"17","startedAt":"2025-03-30T14:33:51+00:00"}},'
    b'{"session":{"id":"16","startedAt":"2025-03-04T20:00:00+00:00"}}]}'
)
CHARGE_POINTS = b'{"data":[{"id":"5","evses":[{"id":"148964"}]}]}'
PRICES = b'{"granularity":60,"periods":[]}'
SENT_AT = datetime(2025, 3, 30, 14, 36, 38, tzinfo=UTC)
IMPORTED_AT = datetime(2026, 1, 1, tzinfo=UTC)

TEXT = b"""URL
%s
Request Headers
accept: application/json, text/plain, */*
x-device-id: 0123456789abcdef
authorization: Bearer canary-token
cookie: session=canary-cookie
Date: Mon, 01 Jan 2001 00:00:00 GMT
x-req-trace-id: canary-request
If-Modified-Since: Sun, 30 Mar 2025 14:36:36 GMT
Response Headers
Date: Sun, 30 Mar 2025 14:36:38 GMT
Content-Type: application/json
Set-Cookie: session=canary-cookie
x-req-trace-id: Root=1-67e956f6
Response Content
%s
"""


def text_capture(url: str, body: bytes) -> bytes:
    return TEXT % (url.encode(), body)


def entry(
    url: str, body: bytes | None, status: int = 200, method: str = "GET", is_base64: bool = False, **headers: str
) -> dict[str, Any]:
    content: dict[str, Any] = {"size": 1, "mimeType": "application/json"}
    if body is not None and is_base64:
        content |= {"text": base64.b64encode(body).decode(), "encoding": "base64"}
    elif body is not None:
        content |= {"text": body.decode()}
    request_headers = [{"name": "Authorization", "value": "Bearer canary-token"}]
    return {
        "startedDateTime": "2025-03-30T16:36:37.500+02:00",
        "request": {
            "method": method,
            "url": url,
            "headers": request_headers,
            "cookies": [{"name": "a", "value": "canary"}],
        },
        "response": {
            "status": status,
            "headers": [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()],
            "content": content,
        },
    }


def har(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


def read(tmp_path: Path, content: bytes, fetched_at: datetime | None = IMPORTED_AT) -> list[Answer]:
    path = tmp_path / "capture"
    path.write_bytes(content)
    return read_capture(path, "home", fetched_at)


def test_a_text_capture_is_one_answer(tmp_path: Path) -> None:
    url = f"{TENANT}/session/17?withPowerHistory=1&token=canary-query#canary"
    assert read(tmp_path, text_capture(url, SESSION)) == [
        Answer(
            account="home",
            endpoint=Endpoint.SESSION,
            key="17",
            fetched_at=SENT_AT,
            url=f"{TENANT}/session/17?withPowerHistory=1",
            status=200,
            trace_id="Root=1-67e956f6",
            body=SESSION,
        )
    ]


def test_one_file_with_several_text_captures_and_bodies_of_many_lines(tmp_path: Path) -> None:
    indented = json.dumps(json.loads(SESSION), indent=2).encode()
    content = (
        text_capture(f"{TENANT}/session/17", indented)
        + b"\n"
        + text_capture("https://elsewhere.example/x", b"<html>")
        + text_capture(f"{TENANT}/oauth/token", b'{"access_token": "canary"}')
        + text_capture(f"{TENANT}/personal/charge-points", CHARGE_POINTS)
        + text_capture(f"{TENANT}/tariffs/tou/148964/price-periods", PRICES)
        + text_capture(f"{TENANT}/personal/charge-points", b'{"message": "Unauthenticated."}')
    )
    for ending in (b"\n", b"\r\n"):
        found = read(tmp_path, content.replace(b"\n", ending))
        assert [(answer.endpoint, answer.key) for answer in found] == [
            (Endpoint.SESSION, "17"),
            (Endpoint.CHARGE_POINTS, "all"),
            (Endpoint.PRICE_PERIODS, "148964"),
        ]
        assert found[0].body == indented.replace(b"\n", ending)
        assert "canary" not in repr(found)


def test_a_line_separator_within_a_string_does_not_end_a_line(tmp_path: Path) -> None:
    body = '{"session":{"id":"17","note":"a\u2028URL\u2028b"}}'.encode()
    assert read(tmp_path, text_capture(f"{TENANT}/session/17", body))[0].body == body


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("start_date=2025-03-01&end_date=2025-03-31", "2025-03-01..2025-03-31 page 1"),
        ("start_date=2025-03-01&end_date=2025-03-31&page=3&perPage=100", "2025-03-01..2025-03-31 page 3"),
        (
            "start_date=2025-03-01&end_date=2025-03-31&sessionType=private",
            "2025-03-01..2025-03-31 page 1 sessionType private",
        ),
        ("start_date=yesterday&end_date=2025-03-31", "imported 2025-03-04..2025-03-30"),
        ("", "imported 2025-03-04..2025-03-30"),
    ],
)
def test_the_key_of_a_listing_is_its_window_or_its_days(tmp_path: Path, query: str, key: str) -> None:
    [answer] = read(tmp_path, text_capture(f"{TENANT}/profile/session_history?{query}", HISTORY))
    assert (answer.endpoint, answer.key) == (Endpoint.SESSION_HISTORY, key)


@pytest.mark.parametrize("date", ["", "Date: yesterday"])
def test_a_capture_without_a_time_gets_the_time_of_the_import(tmp_path: Path, date: str) -> None:
    content = text_capture(f"{TENANT}/session/17", SESSION)
    content = content.replace(b"Date: Sun, 30 Mar 2025 14:36:38 GMT", date.encode())
    assert read(tmp_path, content)[0].fetched_at == IMPORTED_AT
    assert read(tmp_path, content, None)[0].fetched_at is None


@pytest.mark.parametrize("byte_order_mark", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_only_the_app_apis_answers_are_read_from_a_har_file(tmp_path: Path, byte_order_mark: bytes) -> None:
    url = f"{TENANT}/session/17"
    content = har(
        entry(url, SESSION, Date="Sun, 30 Mar 2025 14:36:38 GMT", X_Req_Trace_Id="Root=1", Set_Cookie="canary"),
        entry(url, SESSION, is_base64=True),
        entry(url, b'{"message":"Not found."}', status=404),
        entry(f"{TENANT}/personal/charge-points", b'{"message":"Not found."}', status=404),
        entry(url, b'{"message":"Unauthenticated."}', status=401),
        entry(url, None, status=304),
        entry(url, SESSION, method="OPTIONS"),
        entry(f"{TENANT}/oauth/token", b'{"access_token":"canary"}', method="POST"),
        entry("https://elsewhere.example/x", b"<html>"),
        entry("data:text/plain,x", b"x"),
        entry("https://[bad/x", b"x"),
    )
    found = read(tmp_path, byte_order_mark + content)
    started_at = datetime(2025, 3, 30, 14, 36, 37, 500_000, tzinfo=UTC)
    assert [(answer.status, answer.fetched_at, answer.trace_id) for answer in found] == [
        (200, SENT_AT, "Root=1"),
        (200, started_at, None),
        (404, started_at, None),
    ]
    assert [answer.body for answer in found] == [SESSION, SESSION, b'{"message":"Not found."}']
    assert "canary" not in repr(found)


def test_a_har_file_with_an_unpaired_surrogate_is_read(tmp_path: Path) -> None:
    content = har(entry(f"{TENANT}/session/17", SESSION), entry("https://elsewhere.example/x", b"HALF"))
    assert len(read(tmp_path, content.replace(b"HALF", rb"\ud800"))) == 1


@pytest.mark.parametrize(
    ("body", "endpoint", "key"),
    [
        (SESSION, Endpoint.SESSION, "17"),
        (b'{"session":{"id":17}}', Endpoint.SESSION, "17"),
        (HISTORY, Endpoint.SESSION_HISTORY, "imported 2025-03-04..2025-03-30"),
        (b'{"session_history":[]}', Endpoint.SESSION_HISTORY, "imported empty"),
        (CHARGE_POINTS, Endpoint.CHARGE_POINTS, "all"),
    ],
)
def test_an_answer_without_a_capture_is_recognized_by_its_content(
    tmp_path: Path, body: bytes, endpoint: Endpoint, key: str
) -> None:
    expected = Answer(
        account="home",
        endpoint=endpoint,
        key=key,
        fetched_at=None,
        url="",
        status=200,
        trace_id=None,
        body=body,
    )
    assert read(tmp_path, b"\xef\xbb\xbf" + body + b"\n", None) == [expected]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"hello", b"[]", b"{}", b"URL\n", b"URL\nhttps://", b"\x00\xff" * 50),
        *(PRICES, b'{"data":[{"id":1}]}', b'{"session":{}}', b'{"session":{"id":null}}', b'{"message":"No."}'),
        har(),
        har(entry("https://elsewhere.example/x", SESSION)),
        text_capture("https://elsewhere.example/x", SESSION),
        text_capture(f"{TENANT}/session/17", b'{"message":"Unauthenticated."}'),
    ],
)
def test_a_file_without_an_answer_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CaptureError, match="expected a capture") as raised:
        read(tmp_path, content)
    assert str(tmp_path / "capture") in str(raised.value)
    assert "ladebog import --help" in raised.value.advice


@pytest.mark.parametrize(
    ("content", "position"),
    [
        (b"\n\n" + text_capture(f"{TENANT}/session/17", SESSION[:-9]), "line 19"),
        (text_capture(f"{TENANT}/session/17", SESSION) + text_capture(f"{TENANT}/session/18", b"<"), "line 34"),
        (text_capture(f"{TENANT}/session/17", b""), "line 1 has no Response Content"),
        (text_capture(f"{TENANT}/session/17", SESSION).split(b"Response Content")[0], "line 1 has no Response Content"),
        (har(entry(f"{TENANT}/session/17", SESSION), entry(f"{TENANT}/session/18", SESSION[:-1])), "entry 2"),
        (har(entry(f"{TENANT}/session/17", SESSION, is_base64=True)).replace(b'"text": "', b'"text": "!'), "entry 1"),
        (har(entry(f"{TENANT}/session/17", SESSION))[:-1], "cut off"),
        (b'{"log": {"entries": 5}}', "log"),
        (SESSION[:-1], "cut off"),
    ],
)
def test_a_cut_off_answer_is_refused_with_its_position(tmp_path: Path, content: bytes, position: str) -> None:
    with pytest.raises(CaptureError, match=position) as raised:
        read(tmp_path, content)
    assert str(tmp_path / "capture") in str(raised.value)
    assert "canary" not in str(raised.value)


def test_a_file_that_cannot_be_read_or_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(CaptureError, match="cannot be read"):
            read_capture(path, "home", None)
    monkeypatch.setattr(capture, "LARGEST_FILE", len(SESSION) - 1)
    with pytest.raises(CaptureError, match="larger than"):
        read(tmp_path, SESSION)
