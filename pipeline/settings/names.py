"""Checks of account names, which become names of folders and files, and of web addresses."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from pipeline.text import without_secrets

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_BARE_HOST = re.compile(r"(localhost|\[[0-9a-f:.]+\]|[^/:?#\s]+\.[^/:?#\s]+)(:[0-9]+)?(/|$)", re.IGNORECASE)
_SHAPE = re.compile(r"\w[\w-]{0,31}")
WINDOWS_DEVICES = {
    *("con", "prn", "aux", "nul"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)),
}
_ALPHABETS_WITH_SIMILAR_LETTERS = {"LATIN", "GREEK", "CYRILLIC"}


def name_fault(name: str) -> str | None:
    """Why an account cannot have this name, or None."""
    if name.startswith("-"):
        return "a name does not begin with a hyphen"
    if not _SHAPE.fullmatch(name):
        return "a name is letters, digits, - and _, at most 32 of them"
    if name.casefold() in WINDOWS_DEVICES:
        return "Windows reserves this name for a device"
    if unicodedata.normalize("NFKC", name) != name or any(sign.isnumeric() and not sign.isascii() for sign in name):
        return "it has letters or digits that stand for other ones: type it on a keyboard"
    if len(_ALPHABETS_WITH_SIMILAR_LETTERS & {unicodedata.name(sign, "").partition(" ")[0] for sign in name}) > 1:
        return "it mixes letters of several alphabets, which look alike"
    return None


def same_file(name: str, others: Iterable[str]) -> str | None:
    """Another of the names that a file system that ignores case does not distinguish from this one, or None."""
    folded_name = name.casefold()
    return next((other for other in others if other != name and other.casefold() == folded_name), None)


def url_fault(url: str) -> str | None:
    """Why this cannot be an operator's address, or None. It must be https (on loopback also http) and only a host."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "is not an address: its host or its port cannot be read"
    if "@" in url:
        return "must be just https:// and the operator's host, without user name or password"
    shown = without_secrets(url)
    if lacks_scheme(url):
        return f"{shown!r} must begin with https://, as in https://{shown}"
    if not host or not _can_exist(host):
        return f"{shown!r} has no host that can exist"
    if parts.query or parts.fragment or parts.path.strip("/"):
        return f"{shown!r} must be just https:// and the operator's host"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK_HOSTS):
        return f"{shown!r} must begin with https://"
    return None


def lacks_scheme(url: str) -> bool:
    """Whether it would be an address with https:// before it. `host:8080` has a host and a port, and no scheme."""
    return "//" not in url and bool(_BARE_HOST.match(url)) and url_fault(f"https://{url}") is None


def _can_exist(host: str) -> bool:
    """Whether it is an IPv6 address or a name of labels of letters, digits and hyphens (RFC 1123)."""
    if ":" in host:
        return re.fullmatch(r"[0-9a-f:.]+", host) is not None
    try:
        name = host.removesuffix(".").encode("idna").decode()
        name.encode().decode("idna")
    except UnicodeError:
        return False
    return len(name) <= 253 and all(_LABEL.fullmatch(label) for label in name.split("."))


def host_and_port(url: str) -> str:
    """The host of an address, and its port unless that is the usual one, as macro `host_of` gives them."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return host if parts.port in (None, 80, 443) else f"{host}:{parts.port}"


def webhook_fault(url: str) -> str | None:
    """Why this cannot be a webhook's address, or None. The reason does not quote it, as its path may be a secret."""
    host = re.match(r"[a-z]+://[^/?]+", url)
    if host is None or url_fault(host[0]) or not re.fullmatch(r"[!-~]+", url):
        return "must be https:// (http:// on loopback only), a host and a path, without user name or spaces"
    return None
