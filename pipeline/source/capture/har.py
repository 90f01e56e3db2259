"""Reads HAR 1.2 files, as browsers and proxies save them (http://www.softwareishard.com/blog/har-12-spec/).

Entries are read one by one, and only those of the app API beyond their address: programs that write HAR files differ in
what they leave out, and an odd entry of another site is none of our concern. One without an address may be ours.
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.raw.body import storable
from pipeline.source.app.endpoints import ApiRequest, parse_address
from pipeline.source.capture.compressed import CompressedError, decompressed
from pipeline.source.capture.exchange import KEPT_HEADERS, Exchange, Unusable


class _HarRequest(msgspec.Struct, frozen=True):
    """Its headers and cookies, which hold the login, are not read."""

    url: str
    method: Any = None


class _HarQuestion(msgspec.Struct, frozen=True):
    request: _HarRequest


class _HarContent(msgspec.Struct, frozen=True):
    text: str | None = None
    encoding: str | None = None


class _HarResponse(msgspec.Struct, frozen=True):
    status: int | None = None
    headers: list[dict[str, Any]] | None = None
    content: _HarContent | None = None


class _HarEntry(msgspec.Struct, frozen=True, rename="camel"):
    response: _HarResponse | None = None
    started_date_time: str | None = None


class _HarLog(msgspec.Struct, frozen=True):
    entries: tuple[msgspec.Raw, ...]


class _HarFile(msgspec.Struct, frozen=True):
    log: _HarLog | None = None


_question_decoder = msgspec.json.Decoder(_HarQuestion)
_entry_decoder = msgspec.json.Decoder(_HarEntry, strict=False)


def read(content: bytes) -> Iterator[Exchange | Unusable] | None:
    """The exchanges with the app API in a HAR file, or None for JSON without a `log`.

    Raises ValueError for content that is not JSON, and for a log that is not one of a HAR file.
    """
    try:
        document, _ = storable(content)
    except ValueError as error:
        raise ValueError(f"it is cut off or not JSON ({error})") from None
    try:
        log = msgspec.json.decode(document, type=_HarFile).log
    except msgspec.ValidationError as error:
        raise ValueError(f"its log is not the log of a HAR file ({error})") from None
    return None if log is None else _exchanges(log)


def _exchanges(log: _HarLog) -> Iterator[Exchange | Unusable]:
    for number, entry in enumerate(log.entries, start=1):
        position = f"entry {number}"
        request = _request(position, entry)
        if isinstance(request, Unusable):
            yield request
        elif request is not None:
            yield _exchange(position, request, entry)


def _request(position: str, entry: msgspec.Raw) -> ApiRequest | Unusable | None:
    """The request of an entry, if it is one of ours, or may be."""
    try:
        request = _question_decoder.decode(entry).request
    except msgspec.ValidationError as error:
        return Unusable(fault=f"the request at {position} cannot be read ({error})")
    address = parse_address(request.url)
    if address is not None and not isinstance(request.method, str):
        return Unusable(fault=f"the request at {position} has no method")
    return address if address is not None and request.method.upper() == "GET" else None


def _exchange(position: str, request: ApiRequest, entry: msgspec.Raw) -> Exchange | Unusable:
    try:
        decoded = _entry_decoder.decode(entry)
    except msgspec.ValidationError as error:
        return Unusable(fault=f"the answer at {position} cannot be read ({error})")
    response = decoded.response or _HarResponse()
    if response.content is None or not response.content.text:
        return Unusable(fault=f"the answer at {position} has no body")
    if response.status is None:
        return Unusable(fault=f"the answer at {position} has no status")
    try:
        body = _body(response.content.text, response.content.encoding or "")
    except (binascii.Error, CompressedError) as error:
        return Unusable(fault=f"the answer at {position} has a body that cannot be unpacked ({error})")
    return Exchange(
        position=position,
        request=request,
        status=response.status,
        sent_at=decoded.started_date_time or "",
        headers=_kept_headers(response.headers or []),
        body=body,
    )


def _kept_headers(headers: list[dict[str, Any]]) -> dict[str, str]:
    pairs = [(header.get("name"), header.get("value")) for header in headers]
    named = {name.lower(): value for name, value in pairs if isinstance(name, str) and isinstance(value, str)}
    return {name: value for name, value in named.items() if name in KEPT_HEADERS}


def _body(text: str, encoding: str) -> bytes:
    """The answer's bytes: base64 in any spelling, which Firefox also states of plain text, and unpacked from gzip."""
    if encoding.strip().lower() != "base64" or text.lstrip()[:1] in ("{", "["):
        return text.encode()
    return decompressed(base64.b64decode("".join(text.split()), validate=True))
