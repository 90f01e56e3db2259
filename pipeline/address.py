"""Addresses that settings name: encrypted, except on loopback."""

import re
from urllib.parse import urlsplit

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def url_fault(url: str) -> str | None:
    """Why a tenant's address will not do, or None: https, except on loopback, and nothing but a host."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        return f"{url!r} is no address ({error})"
    if not host or parts.username or parts.query or parts.fragment or parts.path.strip("/"):
        return f"{url!r} must be just https:// and the tenant's host"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK_HOSTS):
        return f"{url!r} must begin with https://"
    return None


def webhook_fault(url: str) -> str | None:
    """Why a webhook's address will not do, or None. The reason does not quote it: its path may be what guards it."""
    host = re.match(r"[a-z]+://[^/?]+", url)
    if host is None or url_fault(host[0]) or not re.fullmatch(r"[!-~]+", url):
        return "must be https:// (http:// on loopback only), a host and a path, without user name or spaces"
    return None
