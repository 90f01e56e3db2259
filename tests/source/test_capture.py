"""Captures: three kinds of file, and the answers read from them."""

import base64
import gzip
import json
import os
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
NOW = datetime(2026, 1, 2, tzinfo=UTC)

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
    return read_capture(path, "home", fetched_at, NOW).answers


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


@pytest.mark.parametrize("name", ["17", "17/", "active", "ongoing", "ongoing/", "%317", "%317//"])
def test_the_key_of_a_session_is_the_id_in_its_body(tmp_path: Path, name: str) -> None:
    [answer] = read(tmp_path, text_capture(f"{TENANT}/session/{name}", SESSION))
    assert (answer.endpoint, answer.key) == (Endpoint.SESSION, "17")
    [answer] = read(tmp_path, har(entry(f"{TENANT}/session/{name}", SESSION)))
    assert (answer.endpoint, answer.key) == (Endpoint.SESSION, "17")


@pytest.mark.parametrize("name", ["18", "017", "start", "end"])
def test_a_session_that_the_address_did_not_ask_for_is_refused(tmp_path: Path, name: str) -> None:
    for content in (text_capture(f"{TENANT}/session/{name}", SESSION), har(entry(f"{TENANT}/session/{name}", SESSION))):
        with pytest.raises(CaptureError, match=f"about session 17, but its address asks for session {name}"):
            read(tmp_path, content)


def test_only_the_answers_of_gets_are_read_from_a_text_capture(tmp_path: Path) -> None:
    posted = text_capture(f"{TENANT}/session/17", SESSION).replace(
        b"Response Headers", b'Request Body\n{"evseId": 148964}\nResponse Headers', 1
    )
    with pytest.raises(CaptureError, match="no answer of the app API"):
        read(tmp_path, posted)
    without_content = posted.replace(b'{"evseId": 148964}', b"")
    assert [answer.key for answer in read(tmp_path, without_content)] == ["17"]


def test_no_session_that_charges_now_is_not_an_answer_about_one(tmp_path: Path) -> None:
    content = har(entry(f"{TENANT}/session/active", b'{"message":"None."}', status=404))
    with pytest.raises(CaptureError, match="about no session"):
        read(tmp_path, content)


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
        (b'{"session":{"id":17.0}}', Endpoint.SESSION, "17"),
        (b'{"session":{"id":1.7e1}}', Endpoint.SESSION, "17"),
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
        (text_capture(f"{TENANT}/session/17", b""), "line 1 has no Response Content"),
        (text_capture(f"{TENANT}/session/17", SESSION).split(b"Response Content")[0], "line 1 has no Response Content"),
        (har(entry(f"{TENANT}/session/17", SESSION, packed=True)).replace(b'"text": "', b'"text": "!'), "entry 1"),
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


def odd(**fields: Any) -> dict[str, Any]:
    """An entry of session 18 that differs from an ordinary one in its response's fields."""
    made = entry(f"{TENANT}/session/17", SESSION)
    return made | {"response": made["response"] | fields}


def without_method(**fields: Any) -> dict[str, Any]:
    """An entry of a session whose request has these fields instead of a method."""
    return OK | {"request": {"url": f"{TENANT}/session/18", **fields}}


OK = entry(f"{TENANT}/session/17", SESSION)
CUT = SESSION[:-1]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            text_capture(f"{TENANT}/session/17", SESSION) + text_capture(f"{TENANT}/session/17", b"<"),
            "the answer at line 34 is cut off or not JSON (",
        ),
        (
            text_capture(f"{TENANT}/session/18", b"") + text_capture(f"{TENANT}/session/17", SESSION),
            "the capture at line 1 has no Response Content",
        ),
        (har(OK, entry(f"{TENANT}/session/18", CUT)), "the answer at entry 2 is cut off or not JSON ("),
        (har(odd(content={"text": "!", "encoding": "base64"}), OK), "the answer at entry 1 has a body that cannot be"),
        (har(odd(content={"size": 0}), OK), "the answer at entry 1 has no body"),
        (har(odd(content=None), OK), "the answer at entry 1 has no body"),
        (har({"request": OK["request"]}, OK), "the answer at entry 1 has no body"),
        (har(odd(status=None), OK), "the answer at entry 1 has no status"),
        (har(without_method(), OK), "the request at entry 1 has no method"),
        (har(OK, without_method(method=None)), "the request at entry 2 has no method"),
        (har(without_method(method=["GET"]), OK), "the request at entry 1 has no method"),
        (har({}, OK), "the request at entry 1 cannot be read ("),
        (har(OK, {"request": None}), "the request at entry 2 cannot be read ("),
        (har({"request": {"method": "GET", "url": 5}}, OK), "the request at entry 1 cannot be read ("),
        (har(odd(status="none"), OK), "the answer at entry 1 cannot be read ("),
        (har(odd(status=401), OK), "the answer at entry 1 has the status 401"),
        (har(odd(content={"text": "{}"}), OK), "the answer at entry 1 is not one of session"),
        (har(OK, odd() | {"startedDateTime": "2028-05-01T10:00:00+02:00"}), "entry 2 has the time 2028-05-01 08:00"),
        (har(odd() | {"startedDateTime": "0001-01-02T00:00:00Z"}, OK), "the answer at entry 1 has the time "),
        (har(odd() | {"startedDateTime": "0001-01-01T00:00:00+02:00"}, OK), "has the time 0001-01-01T00:00:00+02:00, "),
        (
            text_capture(f"{TENANT}/session/17", SESSION)
            + text_capture(f"{TENANT}/session/17", SESSION).replace(b"30 Mar 2025 14:36:38", b"31 Dec 9999 23:59:59"),
            "line 34 has the time 9999-12-31 23:59:59Z, which is not from 2010 to a day after now",
        ),
    ],
)
def test_one_answer_that_cannot_be_used_is_named_and_the_others_are_kept(
    tmp_path: Path, content: bytes, fault: str
) -> None:
    path = tmp_path / "capture"
    path.write_bytes(content)
    found = read_capture(path, "home", IMPORTED_AT, NOW)
    assert [answer.key for answer in found.answers] == ["17"]
    [named] = found.left_out
    assert fault in named
    assert "canary" not in named


NOT_IDS = [b"true", b"null", b"17.5", b"[]", b'""', b'".."']


@pytest.mark.parametrize("not_id", NOT_IDS)
def test_an_answer_about_a_session_without_an_id_is_left_out_with_its_reason(tmp_path: Path, not_id: bytes) -> None:
    body = b'{"session":{"id":%s}}' % not_id
    reason = "is about a session with the id .*, which is neither a whole number nor a text that is not empty"
    for content in (body, har(entry(f"{TENANT}/session/17", body)), text_capture(f"{TENANT}/session/17", body)):
        with pytest.raises(CaptureError, match=reason):
            read(tmp_path, content)


@pytest.mark.parametrize("same_id", [b'"17"', b"17", b"17.0", b"1.7e1"])
def test_a_whole_number_is_an_id_however_it_is_written(tmp_path: Path, same_id: bytes) -> None:
    body = b'{"session":{"id":%s}}' % same_id
    for content in (body, har(entry(f"{TENANT}/session/17", body)), text_capture(f"{TENANT}/session/17", body)):
        assert [answer.key for answer in read(tmp_path, content)] == ["17"]


@pytest.mark.parametrize(
    "strange",
    [
        {"request": {"method": "GET", "url": "https://elsewhere.example/a"}},
        {"request": {"method": 5, "url": "https://elsewhere.example/a"}},
        {"request": {"url": "https://elsewhere.example/a"}},
        {"request": {"method": "GET", "url": "https://elsewhere.example/a"}, "response": None},
        {"request": {"method": "GET", "url": "https://elsewhere.example/a"}, "response": {"headers": 5}},
        {"request": {"method": "GET", "url": "https://elsewhere.example/a"}, "startedDateTime": []},
    ],
)
def test_an_odd_entry_of_another_site_is_passed_over(tmp_path: Path, strange: dict[str, Any]) -> None:
    path = tmp_path / "capture"
    path.write_bytes(har(strange, OK))
    found = read_capture(path, "home", IMPORTED_AT, NOW)
    assert ([answer.body for answer in found.answers], found.left_out) == ([SESSION], [])


@pytest.mark.parametrize(
    "fields",
    [
        {"content": {"text": base64.encodebytes(SESSION).decode(), "encoding": "base64"}},
        {"content": {"text": base64.b64encode(SESSION).decode(), "encoding": "BASE64"}},
        {"content": {"text": SESSION.decode(), "encoding": "base64"}},
        {"content": {"text": base64.b64encode(gzip.compress(SESSION)).decode(), "encoding": "base64"}},
        {"status": "200"},
        {"headers": None},
        {"headers": [{"name": "Date", "value": None}, {"name": None}, {}]},
    ],
)
def test_other_spellings_of_a_har_file_are_read(tmp_path: Path, fields: dict[str, Any]) -> None:
    assert [answer.body for answer in read(tmp_path, har(odd(**fields)))] == [SESSION]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("packed", [False, True])
def test_captures_in_other_encodings_and_compressed_are_read(tmp_path: Path, encoding: str, packed: bool) -> None:
    body = SESSION.replace(b'"17"', '"17","note":"Bl\u00e5b\u00e6r ål"'.encode())
    for content in (text_capture(f"{TENANT}/session/17", body), har(entry(f"{TENANT}/session/17", body)), body):
        encoded = content.decode().encode(encoding)
        assert [answer.body for answer in read(tmp_path, gzip.compress(encoded) if packed else encoded)] == [body]


@pytest.mark.parametrize("content", [gzip.compress(HISTORY)[:-9], b"\x1f\x8bnonsense"])
def test_a_damaged_compressed_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CaptureError, match="cannot be imported: it is cut off or damaged gzip"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("dated", "sent", "received"),
    [
        ("Sun, 30 Mar 2025 14:36:38 GMT", "2025-03-30T14:36:37Z", "2025-03-30 14:36:38"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "2025-03-30T14:36:37Z", "2025-03-30 14:36:37"),
        ("Sat, 01 Jan 2000 00:00:00 GMT", "2025-03-30T14:36:37Z", "2025-03-30 14:36:37"),
        ("Tue, 25 Mar 2025 00:00:00 GMT", "2025-03-30T14:36:37Z", "2025-03-30 14:36:37"),
        ("Sun, 30 Mar 2025 14:36:38 GMT", "2199-03-30T14:36:37Z", "2025-03-30 14:36:38"),
        ("Sun, 30 Mar 2025 14:36:38 GMT", "soon", "2025-03-30 14:36:38"),
    ],
)
def test_the_operators_date_counts_within_a_day_of_the_request(
    tmp_path: Path, dated: str, sent: str, received: str
) -> None:
    [answer] = read(tmp_path, har(entry(f"{TENANT}/session/17", SESSION, Date=dated) | {"startedDateTime": sent}))
    assert f"{answer.fetched_at:%Y-%m-%d %H:%M:%S}" == received


def test_a_file_that_cannot_be_read_or_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(CaptureError, match="cannot be read"):
            read_capture(path, "home", None, NOW)
    monkeypatch.setattr(capture, "LARGEST_FILE", len(SESSION) - 1)
    with pytest.raises(CaptureError, match="larger than"):
        read(tmp_path, SESSION)


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(CaptureError, match="is not a regular file; expected a capture"):
            capture.read_capture(tmp_path / name, "home", None, datetime(2025, 4, 1, tzinfo=UTC))
