"""Text captures: exchanges one after another, each under four headings on separate lines.

URL
https://OPERATOR/api/v1/app/session/1?withPowerHistory=1
Request Headers
…
Response Headers
Date: Sun, 30 Mar 2025 14:36:38 GMT
Response Content
{"session": …

An exchange with a Request Body is not a GET, and is skipped.
"""

from collections.abc import Iterator
from itertools import pairwise

from pipeline.source.app.endpoints import parse_address
from pipeline.source.capture.exchange import KEPT_HEADERS, Exchange, Unusable

_URL = b"URL"
_REQUEST_BODY = b"Request Body"
_RESPONSE_HEADERS = b"Response Headers"
_CONTENT = b"Response Content"
_HEADINGS = frozenset({_URL, b"Request Headers", _REQUEST_BODY, _RESPONSE_HEADERS, _CONTENT})


def read(content: bytes) -> Iterator[Exchange | Unusable]:
    """The exchanges with the app API in a text capture; none if `content` is something else."""
    lines = content.split(b"\n")  # not splitlines, which would also split within JSON strings
    starts = [number for number in range(len(lines)) if _begins_exchange(lines, number)]
    for start, end in pairwise([*starts, len(lines)]):
        exchange = _exchange(lines, start, end)
        if exchange is not None:
            yield exchange


def _begins_exchange(lines: list[bytes], number: int) -> bool:
    next_line = lines[number + 1].strip() if number + 1 < len(lines) else b""
    return lines[number].strip() == _URL and next_line.startswith((b"http://", b"https://"))


def _exchange(lines: list[bytes], start: int, end: int) -> Exchange | Unusable | None:
    request = parse_address(lines[start + 1].decode("utf-8", "replace"))
    if request is None:
        return None
    if _has_request_body(lines[start:end]):
        return None
    content = next((number for number in range(start, end) if lines[number].strip() == _CONTENT), end)
    body = b"\n".join(lines[content + 1 : end]).strip()
    if not body:
        return Unusable(fault=f"the capture at line {start + 1} has no {_CONTENT.decode()}")
    return Exchange(
        position=f"line {content + 2}",
        request=request,
        headers=_kept_headers(lines[start + 2 : content]),
        body=body,
    )


def _has_request_body(lines: list[bytes]) -> bool:
    """Whether an exchange sent something, so that it is not a GET."""
    heading = _URL
    for line in map(bytes.strip, lines):
        if line == _CONTENT:
            return False
        if line in _HEADINGS:
            heading = line
        elif line and heading == _REQUEST_BODY:
            return True
    return False


def _kept_headers(lines: list[bytes]) -> dict[str, str]:
    """The response headers to keep, from the lines between address and content."""
    kept_headers = {}
    heading = _URL
    for line in map(bytes.strip, lines):
        if line in _HEADINGS:
            heading = line
        name, _, value = line.decode("utf-8", "replace").partition(":")
        if heading == _RESPONSE_HEADERS and name.strip().lower() in KEPT_HEADERS:
            kept_headers[name.strip().lower()] = value.strip()
    return kept_headers
