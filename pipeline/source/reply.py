"""An operator's HTTP response: the reply that it holds, or the error that it means."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from http.client import responses as reasons
from urllib.parse import urlsplit

import requests

from pipeline.clock import Clock
from pipeline.errors import UpstreamError
from pipeline.raw.body import read_json, storable
from pipeline.settings.schema import Source
from pipeline.source.body import BodyTooLargeError, BrokenBodyError, read_body
from pipeline.source.faults import http_date, retry_after
from pipeline.source.retry import FailedTryError
from pipeline.text import one_line

SUCCESSES = frozenset({200, 201})
_TRANSIENT_STATUSES = frozenset({408, 425, 429, *range(500, 600)})
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the server sent; `fetched_at` is when it had arrived whole, `dated_at` the server's own `Date`.

    The body of a 200, 201 or 404 is JSON that can be stored, unless another type was requested.
    """

    status: int
    body: bytes = field(repr=False)  # a login's holds tokens
    fetched_at: datetime
    dated_at: datetime | None
    trace_id: str | None
    url: str


@dataclass(frozen=True, kw_only=True)
class ExpectedReply:
    """The statuses that the sender of a request accepts in addition to 200 and 201. No error shows any of `secrets`."""

    statuses: frozenset[int]
    secrets: Collection[str] = field(repr=False)
    is_json: bool = True


class ReplyReader:
    """Reads the responses of one operator's host; `account` is named in advice.

    Where a person waits, a web page instead of JSON is not asked for again.
    """

    def __init__(self, host: str, account: str, source: Source, clock: Clock, *, is_interactive: bool) -> None:
        self._host = host
        self._account = account
        self._source = source
        self._clock = clock
        self._is_interactive = is_interactive

    def read(self, response: requests.Response, expected: ExpectedReply) -> Reply:
        """The reply in a response with status 200, 201 or an expected one.

        Raises FailedTryError where another try may help, and UpstreamError where it will not.
        """
        if response.status_code in _TRANSIENT_STATUSES:
            raise self._transient_error(response)
        if 300 <= response.status_code < 400:
            raise self._redirect_error(response)
        reply = Reply(
            status=response.status_code,
            body=self._body(response),
            fetched_at=self._clock.now(),
            dated_at=http_date(response.headers.get("Date", "")),
            trace_id=trace_id(response),
            url=response.request.url or "",
        )
        if reply.status in SUCCESSES or (reply.status == 404 and reply.status in expected.statuses):
            if expected.is_json:
                self._check_json(reply, response.headers.get("Content-Type", ""))
        elif reply.status not in expected.statuses:
            raise self._refusal_error(reply, expected.secrets)
        return reply

    def _transient_error(self, response: requests.Response) -> FailedTryError:
        wait = retry_after(response.headers.get("Retry-After", ""), self._clock.now())
        request = f" and asked to wait {_wait_text(wait)}" if wait else ""
        return FailedTryError(f"answered {status_text(response.status_code)}{request}", trace_id(response), wait=wait)

    def _redirect_error(self, response: requests.Response) -> UpstreamError:
        try:
            target = urlsplit(response.headers.get("Location", ""))
            scheme = f"{target.scheme}:" if target.scheme else ""
            where = one_line(f"{scheme}//{target.hostname}" if target.hostname else f"{scheme}{target.path}")
        except ValueError:
            where = ""
        return UpstreamError(
            f"{self._host} answers with a redirect to {where or 'an unknown address'}, which an API never does.",
            address_advice(self._account),
        )

    def _refusal_error(self, reply: Reply, secrets: Collection[str]) -> UpstreamError:
        return UpstreamError(
            f"{self._host} refused the request with {status_text(reply.status)}{server_message(reply.body, secrets)}"
            f"{trace_id_text(reply.trace_id)}.",
            f"Compare account {self._account} in ladebog.toml with the operator's app (its version, country)",
        )

    def _body(self, response: requests.Response) -> bytes:
        largest = self._source.largest_body_mb
        try:
            return read_body(response.raw, largest * _MEGABYTE, self._source.longest_wait)
        except BrokenBodyError as error:
            raise FailedTryError(f"sent a body that {error}", trace_id(response)) from None
        except BodyTooLargeError:
            raise UpstreamError(
                f"{self._host} sends an answer of more than {largest} MB.",
                "If that is right, raise largest_body_mb under [source] in ladebog.toml",
            ) from None

    def _check_json(self, reply: Reply, content_type: str) -> None:
        try:
            storable(reply.body)
        except ValueError as error:
            is_html = "html" in content_type.lower()
            kind = "HTML" if is_html else "something that is not JSON"
            if reply.status == 404:
                raise UpstreamError(
                    f"{self._host} answers 404 with {kind}: is the address right?",
                    address_advice(self._account),
                ) from None
            if is_html and self._is_interactive:
                what = "answered with a web page, not with the app's data"
                raise FailedTryError(what, reply.trace_id, not_json=True, is_final=True) from None
            raise FailedTryError(f"answers with {kind} ({error})", reply.trace_id, not_json=True) from None


def trace_id(response: requests.Response) -> str | None:
    """The operator's id of a request, which its support can look up."""
    return one_line(response.headers.get("x-req-trace-id", "")) or None


def status_text(status: int) -> str:
    """A status with its reason: `404 Not Found`."""
    return f"{status} {reasons.get(status, '')}".strip()


def trace_id_text(trace_id: str | None) -> str:
    """A trace id as it ends a sentence; empty if there is none."""
    return f" (trace id {trace_id})" if trace_id else ""


def server_message(body: bytes, secrets: Collection[str]) -> str:
    """The message of a JSON error, bounded and without the secrets, as `: "Too old"`; empty if there is none."""
    try:
        document = read_json(body)
    except ValueError:
        return ""
    message = document.get("message") if isinstance(document, dict) else None
    if not isinstance(message, str):
        return ""
    for secret in filter(None, secrets):
        message = message.replace(secret, "…")
    return f': "{one_line(message).rstrip(".")}"'


def address_command(account: str) -> str:
    """The command that sets the account's address."""
    return f"ladebog account add {account} --url https://OPERATOR"


def address_advice(account: str) -> str:
    """What to do about an address that may be wrong."""
    return f"Check the address, and fix it with: {address_command(account)}"


def _wait_text(seconds: float) -> str:
    """A wait for people to read: `7 s`, `2 hours`, `365 days`."""
    for name, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"
