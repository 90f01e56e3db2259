"""The demo tenant's made-up credentials."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

USERNAME = "driver@example.invalid"
PASSWORD = "made-up-password"  # noqa: S105 -- protects nothing
CLIENT_ID = "1"
CLIENT_SECRET = "made-up-client-secret"  # noqa: S105 -- protects nothing
LIFETIME = timedelta(days=365)


def access_token(number: int, issued_at: datetime) -> str:
    """The `number`th access token: a well-formed JWT without a real signature, valid for a year."""
    header = {"typ": "JWT", "alg": "none"}
    issued_seconds = int(issued_at.timestamp())
    claims = {
        "aud": CLIENT_ID,
        "jti": f"made-up-{number}",
        "iat": issued_seconds,
        "nbf": issued_seconds,
        "exp": issued_seconds + int(LIFETIME.total_seconds()),
        "sub": "made-up-driver",
        "scopes": [],
    }
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), b"made-up-signature")
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def refresh_token(number: int) -> str:
    """The `number`th refresh token."""
    return f"made-up-refresh-token-{number}"
