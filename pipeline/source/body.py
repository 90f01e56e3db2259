"""Reads the body of an HTTP response: limited in size and time, and complete or not at all."""

import time
import zlib
from collections.abc import Iterator

import urllib3

_PIECE = 64 * 1024  # bytes


class BrokenBodyError(Exception):
    """The body did not arrive complete. The text is the reason, as it follows "a body that"."""


class BodyTooLargeError(Exception):
    """The body is larger than allowed, once decompressed."""


def read_body(response: urllib3.BaseHTTPResponse, max_bytes: int, max_seconds: float) -> bytes:
    """The body, decompressed, of at most `max_bytes` bytes, if it arrives within `max_seconds`.

    It is decompressed here so that a truncated gzip stream is noticed, and a small body that would decompress to
    gigabytes is refused in time.

    Raises BrokenBodyError and BodyTooLargeError.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise BrokenBodyError("has an encoding that was not requested")
    pieces = _pieces(response, max_seconds)
    if "gzip" in encoding:
        pieces = _decompressed(pieces)
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > max_bytes:
            raise BodyTooLargeError
    return bytes(body)


def _pieces(response: urllib3.BaseHTTPResponse, max_seconds: float) -> Iterator[bytes]:
    """The body as it arrives; the time is checked after each piece, as a slow sender keeps each read short."""
    deadline = time.monotonic() + max_seconds
    try:
        while piece := response.read1(_PIECE, decode_content=False):
            yield piece
            if time.monotonic() > deadline:
                raise BrokenBodyError(f"took longer than {max_seconds:g} s")
    except urllib3.exceptions.IncompleteRead:
        raise BrokenBodyError("broke off") from None
    except urllib3.exceptions.TimeoutError:
        raise BrokenBodyError("stopped arriving") from None
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        raise BrokenBodyError("broke off") from None


def _decompressed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The content of a gzip stream of one or more members, at most `_PIECE` bytes at a time."""
    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    is_begun = False
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if member.eof:
                    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
                is_begun = True
                yield member.decompress(rest, _PIECE)
                rest = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error:
        raise BrokenBodyError("is not valid gzip") from None
    if is_begun and not member.eof:
        raise BrokenBodyError("broke off")
