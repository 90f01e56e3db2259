"""Reads HAR 1.2 files, as browsers and proxies save them (http://www.softwareishard.com/blog/har-12-spec/)."""

import base64
import binascii
from collections.abc import Iterator

import msgspec

from pipeline.source.app.endpoints import parse_address
from pipeline.source.body import read_json
from pipeline.source.capture.exchange import KEPT_HEADERS, Exchange


class _HarHeader(msgspec.Struct, frozen=True):
    name: str
    value: str


class _HarRequest(msgspec.Struct, frozen=True):
    """Its headers and cookies, which hold the login, are not read."""

    method: str
    url: str


class _HarContent(msgspec.Struct, frozen=True):
    text: str | None = None
    encoding: str | None = None


class _HarResponse(msgspec.Struct, frozen=True):
    status: int
    headers: tuple[_HarHeader, ...] = ()
    content: _HarContent = _HarContent()


class _HarEntry(msgspec.Struct, frozen=True, rename="camel"):
    request: _HarRequest
    response: _HarResponse
    started_date_time: str = ""


class _HarLog(msgspec.Struct, frozen=True):
    entries: tuple[_HarEntry, ...]


class _HarFile(msgspec.Struct, frozen=True):
    log: _HarLog | None = None


def read(content: bytes) -> Iterator[Exchange] | None:
    """The exchanges with the app API in a HAR file that have a body, or None for JSON without a `log`.

    Raises ValueError for content that is not JSON, and for a HAR file or an entry that cannot be read.
    """
    try:
        log = _log(content)
    except msgspec.ValidationError as error:
        raise ValueError(f"its log is not the log of a HAR file ({error})") from None
    return None if log is None else _exchanges(log)


def _log(content: bytes) -> _HarLog | None:
    try:
        return msgspec.json.decode(content, type=_HarFile).log
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass  # not JSON, or JSON that only the second reader accepts
    try:
        document = read_json(content)
    except ValueError as error:
        raise ValueError(f"it is cut off or not JSON ({error})") from None
    return msgspec.convert(document, _HarFile).log


def _exchanges(log: _HarLog) -> Iterator[Exchange]:
    for number, entry in enumerate(log.entries, start=1):
        request = parse_address(entry.request.url)
        if request is None or entry.request.method != "GET" or not entry.response.content.text:
            continue
        headers = {header.name.lower(): header.value for header in entry.response.headers}
        yield Exchange(
            position=f"entry {number}",
            request=request,
            status=entry.response.status,
            sent_at=entry.started_date_time,
            headers={name: value for name, value in headers.items() if name in KEPT_HEADERS},
            body=_body(number, entry.response.content.text, entry.response.content.encoding),
        )


def _body(number: int, text: str, encoding: str | None) -> bytes:
    if encoding != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the answer at entry {number} is not valid base64") from None
