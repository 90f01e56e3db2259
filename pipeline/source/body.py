"""Reading the body of an HTTP answer: bounded in size and in time, and whole or not at all."""

import json
import time
import zlib
from collections.abc import Iterator
from typing import Any, NoReturn

import msgspec
import urllib3

_PIECE = 64 * 1024  # bytes


class BrokenBodyError(Exception):
    """The body did not arrive whole. The text says why, after "a body that"."""


class BodyTooLargeError(Exception):
    """The body is larger than allowed, once decompressed."""


def read_body(response: urllib3.BaseHTTPResponse, largest: int, longest: float) -> bytes:
    """The body of at most `largest` bytes, decompressed, if it arrives within `longest` seconds.

    It is decompressed here because only so a gzip stream that was cut short shows, and a small body that
    swells to gigabytes is refused before it does.

    Raises BrokenBodyError and BodyTooLargeError.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise BrokenBodyError("is packed in a way that was not asked for")
    pieces = _pieces(response, longest)
    if "gzip" in encoding:
        pieces = _unpacked(pieces)
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > largest:
            raise BodyTooLargeError
    return bytes(body)


def _pieces(response: urllib3.BaseHTTPResponse, longest: float) -> Iterator[bytes]:
    """The body as it arrives, so that a trickle is noticed piece by piece."""
    deadline = time.monotonic() + longest
    try:
        while piece := response.read1(_PIECE, decode_content=False):
            yield piece
            if time.monotonic() > deadline:
                raise BrokenBodyError(f"took longer than {longest:g} s")
    except urllib3.exceptions.IncompleteRead:
        raise BrokenBodyError("broke off") from None
    except urllib3.exceptions.TimeoutError:
        raise BrokenBodyError("stopped coming") from None
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        raise BrokenBodyError("broke off") from None


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What a gzip stream of one or more members holds, at most one piece at a time."""
    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    begun = False
    try:
        for piece in pieces:
            packed = piece
            while packed:
                if member.eof:
                    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
                begun = True
                yield member.decompress(packed, _PIECE)
                packed = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error:
        raise BrokenBodyError("is not the gzip that it claims to be") from None
    if begun and not member.eof:
        raise BrokenBodyError("broke off")


def read_json(body: bytes) -> Any:
    r"""The document in `body`.

    msgspec reads it first, for its speed. What it rejects gets a second hearing from the standard library,
    which takes escapes of half a character (`"\ud800"`): JSON allows them, and operators do send them.

    Raises ValueError that says where the fault is and shows nothing of the body.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from None
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        pass
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg}: character {error.pos}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
