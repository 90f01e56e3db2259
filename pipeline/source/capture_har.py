"""HAR 1.2, as browsers and proxies save it (http://www.softwareishard.com/blog/har-12-spec/)."""

import base64
import binascii

import msgspec

from pipeline.source.captured import TRACE_HEADER, Captured


class _Header(msgspec.Struct):
    name: str
    value: str


class _Request(msgspec.Struct):
    """Its headers and cookies, which hold the login, are never decoded."""

    method: str
    url: str


class _Content(msgspec.Struct):
    text: str | None = None
    encoding: str | None = None


class _Response(msgspec.Struct):
    status: int
    headers: list[_Header] = []
    content: _Content = _Content()


class _Entry(msgspec.Struct, rename="camel"):
    request: _Request
    response: _Response
    started_date_time: str = ""


class _Log(msgspec.Struct):
    entries: list[_Entry]


class _File(msgspec.Struct):
    log: _Log | None = None


def read(content: bytes) -> list[Captured] | None:
    """The exchanges of a HAR file, or None if `content` is none.

    Raises ValueError for a HAR file that cannot be read.
    """
    try:
        log = msgspec.json.decode(content, type=_File).log
    except (msgspec.ValidationError, UnicodeError) as error:
        if b'"log"' in content[:1000]:
            raise ValueError(f"it is no HAR file ({error})") from None
        return None
    except msgspec.DecodeError:
        return None
    if log is None:
        return None
    return [_captured(number, entry) for number, entry in enumerate(log.entries, start=1)]


def _captured(number: int, entry: _Entry) -> Captured:
    headers = {header.name.lower(): header.value for header in entry.response.headers}
    return Captured(
        position=f"entry {number}",
        url=entry.request.url,
        method=entry.request.method,
        status=entry.response.status,
        date=headers.get("date", ""),
        began_at=entry.started_date_time,
        trace_id=headers.get(TRACE_HEADER, ""),
        body=_body(number, entry.response.content),
    )


def _body(number: int, content: _Content) -> bytes | None:
    if not content.text:
        return None
    if content.encoding != "base64":
        return content.text.encode()
    try:
        return base64.b64decode(content.text, validate=True)
    except binascii.Error:
        raise ValueError(f"the answer at entry {number} is not the base64 that it claims to be") from None
