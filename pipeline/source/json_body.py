"""The body of an answer, read as JSON in UTF-8 (RFC 8259)."""

import json
from typing import Any, NoReturn

import msgspec


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


def printable(text: str, longest: int = 200) -> str:
    """Text from outside, fit for a message: one line of at most `longest` characters, no control characters."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    clean = " ".join(clean.split())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"
