"""One account's login, and what can be read from its token."""

import re
from datetime import UTC, datetime
from typing import Any

import jwt
import msgspec

_AROUND_TOKEN = re.compile(r"^(authorization\s*:\s*)?(bearer(\s+|$))?", re.IGNORECASE)

_BYTE_ORDER_MARK = "\ufeff"
_QUOTES = {('"', '"'), ("'", "'"), ("`", "`"), ("“", "”"), ("‘", "’")}


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """One account's login. Neither its repr nor rich's shows any of it."""

    token: str
    refresh_token: str | None = None
    client_secret: str | None = None

    def __repr__(self) -> str:
        return "Secret(token='…')"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("token", "…")]


def bare_token(text: str) -> str:
    """The token in what people paste, which may be the whole header, in quotes, or begin with a byte order mark.

    White space around it, inside the quotes as well, is left out.
    """
    return _without_quotes(_AROUND_TOKEN.sub("", _without_quotes(text.removeprefix(_BYTE_ORDER_MARK))))


def _without_quotes(text: str) -> str:
    text = text.strip()
    return text[1:-1].strip() if len(text) > 1 and (text[0], text[-1]) in _QUOTES else text


def token_fault(token: str) -> str | None:
    """Why a bearer token cannot be used, or None. The reason shows nothing of the token."""
    if token[:7].lower() == "bearer ":
        return "it begins with the word Bearer: remove that and the space"
    if not token:
        return "it is empty"
    if any(not "!" <= character <= "~" for character in token):
        return "it contains a space, a line break or another character that no token has"
    return None


def expires_at(token: str) -> datetime | None:
    """When a JWT expires, UTC; None for a token without an expiry."""
    try:
        expiry = jwt.decode(token, options={"verify_signature": False}).get("exp")
        return datetime.fromtimestamp(float(expiry), UTC) if expiry is not None else None
    except (jwt.PyJWTError, TypeError, ValueError, OverflowError, OSError):
        return None
