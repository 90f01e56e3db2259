"""Text captures: exchanges one after another, each under four headings that stand on lines of their own.

URL
https://TENANT/api/v1/app/session/1?withPowerHistory=1
Request Headers
…
Response Headers
Date: Sun, 30 Mar 2025 14:36:38 GMT
Response Content
{"session": …
"""

from collections.abc import Iterator

from pipeline.source.captured import TRACE_HEADER, Captured
from pipeline.source.endpoints import asked_by

_URL = b"URL"
_RESPONSE_HEADERS = b"Response Headers"
_CONTENT = b"Response Content"
_HEADINGS = frozenset({_URL, b"Request Headers", _RESPONSE_HEADERS, _CONTENT})


def read(content: bytes) -> list[Captured]:
    """The exchanges in a text capture; none if `content` is something else.

    Raises ValueError for an exchange with the app API that has no content.
    """
    lines = content.split(b"\n")  # and not splitlines, which also splits within JSON strings
    starts = [number for number in range(len(lines)) if _begins_exchange(lines, number)]
    ends = [*starts[1:], len(lines)]
    return [_captured(lines, start, end) for start, end in zip(starts, ends, strict=True)]


def _begins_exchange(lines: list[bytes], number: int) -> bool:
    following = lines[number + 1].strip() if number + 1 < len(lines) else b""
    return lines[number].strip() == _URL and following.startswith((b"http://", b"https://"))


def _captured(lines: list[bytes], start: int, end: int) -> Captured:
    url = lines[start + 1].decode("utf-8", "replace").strip()
    headers: dict[str, str] = {}
    for heading, number in _before_content(lines, start + 2, end):
        if heading == _RESPONSE_HEADERS:
            name, _, value = lines[number].decode("utf-8", "replace").partition(":")
            headers[name.strip().lower()] = value.strip()
    content = next((number for number in range(start, end) if lines[number].strip() == _CONTENT), end)
    body = b"\n".join(lines[content + 1 : end]).strip()
    if not body and asked_by(url):
        raise ValueError(f"the capture at line {start + 1} has no {_CONTENT.decode()}")
    return Captured(
        position=f"line {content + 2}",
        url=url,
        date=headers.get("date", ""),
        trace_id=headers.get(TRACE_HEADER, ""),
        body=body,
    )


def _before_content(lines: list[bytes], start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """The lines between the address and the content, each with the heading above it."""
    heading = _URL
    for number in range(start, end):
        line = lines[number].strip()
        if line == _CONTENT:
            return
        if line in _HEADINGS:
            heading = line
        else:
            yield heading, number
