"""HAR 1.2, as browsers and proxies save it (http://www.softwareishard.com/blog/har-12-spec/)."""

import base64
import binascii
from collections.abc import Iterator

import msgspec

from pipeline.source.app.endpoints import asked_by
from pipeline.source.body import read_json
from pipeline.source.capture.captured import KEPT_HEADERS, Captured


class _Header(msgspec.Struct, frozen=True):
    name: str
    value: str


class _Request(msgspec.Struct, frozen=True):
    """Its headers and cookies, which hold the login, are left out."""

    method: str
    url: str


class _Content(msgspec.Struct, frozen=True):
    text: str | None = None
    encoding: str | None = None


class _Response(msgspec.Struct, frozen=True):
    status: int
    headers: tuple[_Header, ...] = ()
    content: _Content = _Content()


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    request: _Request
    response: _Response
    started_date_time: str = ""


class _Log(msgspec.Struct, frozen=True):
    entries: tuple[_Entry, ...]


class _File(msgspec.Struct, frozen=True):
    log: _Log | None = None


def read(content: bytes) -> Iterator[Captured] | None:
    """The exchanges with the app API in a HAR file that have a body, or None if JSON holds no `log`.

    Raises ValueError for what is no JSON, and for a HAR file or an entry in it that cannot be read.
    """
    try:
        log = _log(content)
    except msgspec.ValidationError as error:
        raise ValueError(f"its log is not that of a HAR file ({error})") from None
    return None if log is None else _captured(log)


def _log(content: bytes) -> _Log | None:
    try:
        return msgspec.json.decode(content, type=_File).log
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass  # not JSON, or JSON that only the second reader takes
    try:
        document = read_json(content)
    except ValueError as error:
        raise ValueError(f"it is cut off or not JSON ({error})") from None
    return msgspec.convert(document, _File).log


def _captured(log: _Log) -> Iterator[Captured]:
    for number, entry in enumerate(log.entries, start=1):
        question = asked_by(entry.request.url)
        if question is None or entry.request.method != "GET" or not entry.response.content.text:
            continue
        headers = {header.name.lower(): header.value for header in entry.response.headers}
        yield Captured(
            position=f"entry {number}",
            question=question,
            status=entry.response.status,
            began_at=entry.started_date_time,
            headers={name: value for name, value in headers.items() if name in KEPT_HEADERS},
            body=_body(number, entry.response.content.text, entry.response.content.encoding),
        )


def _body(number: int, text: str, encoding: str | None) -> bytes:
    if encoding != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the answer at entry {number} is not the base64 that it claims to be") from None
