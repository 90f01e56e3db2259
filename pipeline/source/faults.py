"""What went wrong on the way to a host, told without quoting anything that was sent."""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
import urllib3

from pipeline.text import printable


def certificate_fault(error: BaseException) -> str | None:
    """Why a certificate was not accepted, or None if `error` is something else."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return printable(cause.verify_message or "verification failed").rstrip(".")
    return None


def connection_fault(error: requests.RequestException) -> str:
    """What happened, as it follows "it"."""
    causes = list(_causes(error))
    if any(isinstance(cause, urllib3.exceptions.NameResolutionError) for cause in causes):
        return "could not be found by its name"
    if isinstance(error, requests.exceptions.ProxyError):
        return "could not be reached through the proxy"
    if isinstance(error, requests.ConnectTimeout):
        return "did not take the connection in time"
    if isinstance(error, requests.Timeout):
        return "did not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "broke off the TLS handshake"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "refused the connection"
    return "broke off the connection"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it wraps: requests and urllib3 nest them as arguments and as `reason`."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        wrapped = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        waiting += [inner for inner in wrapped if isinstance(inner, BaseException)]


def retry_after(header: str, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date), or None."""
    header = header.strip()
    if re.fullmatch(r"[0-9]+", header):
        seconds = float(header)
    else:
        moment = http_date(header)
        if moment is None:
            return None
        seconds = (moment - now).total_seconds()
    return seconds if seconds > 0 else None


def http_date(header: str) -> datetime | None:
    """The moment that a Date header names, UTC, or None."""
    try:
        moment = parsedate_to_datetime(header.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
