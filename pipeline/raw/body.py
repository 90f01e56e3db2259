"""The one form in which an answer's body is accepted, stored and decoded.

Whoever takes in an answer, from the network or from a file, and whoever stores one asks `storable`: so nothing is
accepted that cannot be stored, and nothing is stored that cannot be decoded.
"""

import json
import re
from typing import Any, NoReturn

import msgspec

DEEPEST = 200
"""Levels of nesting. Far beyond any real answer, and far within what msgspec, DuckDB, jq and Spark read."""

_JSON_SPACE = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_WHOLE_NUMBER = 4_000  # digits; Python refuses to convert more than 4,300
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


def storable(body: bytes) -> tuple[bytes, str | None]:
    """An answer's body as it fits in one line, and what was edited, or None if nothing was.

    JSON allows line breaks only between its tokens, so replacing each by a space changes no value; neither does
    removing the space around the document. What readers of JSON reject is replaced, so that half a character does not
    cost the whole answer: bytes that are not UTF-8 and unpaired surrogate escapes by U+FFFD, and values deeper than
    DEEPEST levels by null.

    Raises ValueError with the position of the fault for anything else that is not JSON; it shows nothing of the body.
    """
    edits = []
    for edit, change in _CHANGES.items():
        changed = change(body)
        if changed != body:
            edits.append(edit)
            body = changed
    msgspec.json.decode(body, type=msgspec.Raw)
    return body, " and ".join(edits) or None


def read_json(body: bytes) -> Any:
    """The document in `body`, as it would be stored; a number that Python cannot hold is infinite or its digits.

    Raises ValueError as `storable`.
    """
    stored, _ = storable(body)
    try:
        return msgspec.json.decode(stored)
    except msgspec.ValidationError:  # of a number that does not fit in 64 bits
        return json.loads(stored, parse_int=_whole, parse_constant=_refuse_constant)


def _without_space_around(body: bytes) -> bytes:
    return body.removeprefix(_BYTE_ORDER_MARK).strip(_JSON_SPACE)


def _on_one_line(body: bytes) -> bytes:
    return body.replace(b"\r", b" ").replace(b"\n", b" ")


def _in_utf8(body: bytes) -> bytes:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("utf-8", "replace").encode("utf-8")
    return body


def _without_lone_surrogates(body: bytes) -> bytes:
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return _LONE_SURROGATE.sub(lambda m: m[1] + (m[2] or b"\\ufffd"), body)


def _without_deep_values(body: bytes) -> bytes:
    if not _is_too_deep(body):
        return body
    kept, depth, end = [], 0, 0
    for token in _STRING_OR_BRACKET.finditer(body):
        if token[0] in (b"[", b"{"):
            depth += 1
            if depth == DEEPEST + 1:
                kept += [body[end : token.start()], b"null"]
                end = len(body)
        elif token[0] in (b"]", b"}"):
            if depth == DEEPEST + 1:
                end = token.end()
            depth -= 1
    return b"".join([*kept, body[end:]])


def _is_too_deep(body: bytes) -> bool:
    """Whether a value is deeper than DEEPEST levels: of brackets alone, each removal of all `[]` removes one level."""
    without_escapes = body.replace(rb"\\", b"").replace(rb"\"", b"")
    brackets = b"".join(without_escapes.split(b'"')[::2]).translate(_SQUARE, _NO_BRACKETS)
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return False
    return True


_CHANGES = {
    "space around it": _without_space_around,
    "line breaks": _on_one_line,
    "bytes that are not UTF-8": _in_utf8,
    "unpaired surrogates": _without_lone_surrogates,
    "values nested too deeply": _without_deep_values,
}


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_WHOLE_NUMBER else digits


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
