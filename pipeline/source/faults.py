"""Reasons why a connection failed, and dates in headers. No reason quotes anything that was sent."""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
import urllib3

from pipeline.text import one_line


def certificate_fault(error: BaseException) -> str | None:
    """Why a certificate was not accepted, or None if `error` is something else."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return one_line(cause.verify_message or "verification failed").rstrip(".")
    return None


def connection_fault(error: requests.RequestException) -> str:
    """What the host did or could not do, as a predicate: "did not answer in time"."""
    causes = list(_causes(error))
    if any(isinstance(cause, urllib3.exceptions.NameResolutionError) for cause in causes):
        return "could not be found by its name"
    if isinstance(error, requests.exceptions.ProxyError):
        return "could not be reached through the proxy"
    if isinstance(error, requests.ConnectTimeout):
        return "did not accept the connection in time"
    if isinstance(error, requests.Timeout):
        return "did not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "broke off the TLS handshake"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "refused the connection"
    return "broke off the connection"


def is_unreachable(error: requests.RequestException) -> bool:
    """Whether no connection was made at all."""
    kinds = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return any(isinstance(cause, kinds) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and every error inside it: requests and urllib3 nest them as arguments and as `reason`."""
    pending_errors, seen_ids = [error], set[int]()
    while pending_errors:
        cause = pending_errors.pop()
        if id(cause) in seen_ids:
            continue
        seen_ids.add(id(cause))
        yield cause
        inner_errors = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        pending_errors += [inner for inner in inner_errors if isinstance(inner, BaseException)]


def retry_after(header: str, now: datetime) -> float | None:
    """The wait of a Retry-After header in seconds (RFC 9110, 10.2.3: seconds or a date), or None."""
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
    """The time in a Date header, UTC, or None."""
    try:
        moment = parsedate_to_datetime(header.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
