"""The one place that opens HTTP: paces, retries, bounds and checks what it asks of one operator's host."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import responses as reasons
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3
from pyrate_limiter import Duration, Limiter, Rate
from requests.auth import AuthBase

from pipeline.clock import Clock
from pipeline.errors import SettingsError, UpstreamDownError, UpstreamError
from pipeline.logbook import event_log
from pipeline.settings.names import url_fault
from pipeline.settings.schema import Source
from pipeline.source.body import BodyTooLargeError, BrokenBodyError, read_body, read_json
from pipeline.source.deadline import DeadlineAdapter
from pipeline.source.faults import certificate_fault, connection_fault, http_date, retry_after
from pipeline.source.retry import FailedTryError, GivenUpError, persist
from pipeline.text import counted, printable

_TRANSIENT_STATUSES = frozenset({408, 425, 429, *range(500, 600)})
_SUCCESSES = frozenset({200, 201})
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the server said; `fetched_at` is when it was whole, `dated_at` when it was made by the server's own clock.

    The body of a 200, 201 or 404 is JSON in UTF-8, unless something else was asked for.
    """

    status: int
    body: bytes = field(repr=False)  # a login's holds tokens
    fetched_at: datetime
    dated_at: datetime | None
    trace_id: str | None
    url: str


class _Authorization(AuthBase):
    """Sets the header, or none: either way requests does not look for another one in a .netrc."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _NoRedirectSession(requests.Session):
    def get_redirect_target(self, response: requests.Response) -> None:
        """Nowhere: even with allow_redirects=False, requests reads a redirect's body whole to prepare the next."""


class Http:
    """Asks one operator's host, from any number of threads. It holds no login: each question brings its own.

    `base_url` is https:// and a host (http:// on loopback only); `account` is named in advice.

    Every question raises UpstreamDownError when all tries failed (`source.attempts` of them, within
    `source.longest_wait` seconds, which is also the most that the head or the body of one may take) and
    UpstreamError for what asking again will not change.
    """

    def __init__(
        self, base_url: str, source: Source, clock: Clock, *, account: str, headers: Mapping[str, str]
    ) -> None:
        if fault := url_fault(base_url):
            raise SettingsError(f"The address of account {account} will not do: {fault}.", _address_advice(account))
        self._base_url = base_url.rstrip("/")
        self._host = urlsplit(base_url).netloc
        self._account = account
        self._source = source
        self._clock = clock
        self._requests_sent = 0
        self._counting = threading.Lock()
        self._places = threading.BoundedSemaphore(source.at_a_time)
        self._pace = Limiter(Rate(source.requests_per_second, Duration.SECOND))
        self._session = _NoRedirectSession()
        # What goes to loopback in clear text must not pass through a proxy that the environment names.
        self._session.trust_env = urlsplit(base_url).scheme == "https"
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._session.headers.clear()
        self._session.headers.update({"Accept-Encoding": "gzip", **headers})
        adapter = DeadlineAdapter(source.longest_wait, pool_connections=1, pool_maxsize=source.at_a_time)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    @property
    def requests_sent(self) -> int:
        """How many requests were sent so far, tries that failed included."""
        return self._requests_sent

    def get(self, path: str, query: Mapping[str, str], token: str, *, is_json: bool = True) -> Reply:
        """The answer to a question: a 200, a 401 or a 404. With `is_json` false its body may be anything."""
        return self._ask(
            "GET",
            path,
            accepted={401, 404},
            secrets=(token,),
            is_json=is_json,
            params=query,
            auth=_Authorization(token),
        )

    def own_path(self, url: str) -> str:
        """What of an address follows this host. Raises UpstreamError for one of another host, which is never asked."""
        if not url.startswith(f"{self._base_url}/"):
            raise UpstreamError(
                f"{printable(url)} is not at {self._host}, and no other host is asked.",
                "Open it yourself, and attach what it shows with: ladebog claim attach FILE",
            )
        return url.removeprefix(self._base_url)

    def post(self, path: str, document: Mapping[str, str], secrets: Collection[str], refusals: set[int]) -> Reply:
        """The answer to a JSON document: a 200, a 201 or one of `refusals`. `secrets` never show in an error."""
        return self._ask(
            "POST",
            path,
            accepted=refusals,
            secrets=secrets,
            data=msgspec.json.encode(document),
            headers={"Content-Type": "application/json"},
            auth=_Authorization(None),
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self._pace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(
        self,
        method: str,
        path: str,
        *,
        accepted: set[int],
        secrets: Collection[str],
        is_json: bool = True,
        **request: Any,
    ) -> Reply:
        try:
            return persist(
                lambda: self._attempt(method, path, accepted, secrets, is_json, request), self._source, self._clock
            )
        except GivenUpError as error:
            raise self._given_up(error.failures) from None

    def _given_up(self, failures: list[FailedTryError]) -> UpstreamDownError:
        last = failures[-1]
        tries = counted(len(failures), "try", "tries")
        if all(failure.not_json for failure in failures):
            return UpstreamDownError(
                f"{self._host} {last.what} in {tries}{_traced(last.trace_id)}: is the address right?",
                f"If it is, run the same command again later. If not: {_address_command(self._account)}",
            )
        return UpstreamDownError(
            f"{self._host} gave no usable answer in {tries}; at the last it {last.what}{_traced(last.trace_id)}.",
            "Run the same command again later",
        )

    def _attempt(
        self,
        method: str,
        path: str,
        accepted: set[int],
        secrets: Collection[str],
        is_json: bool,
        request: Mapping[str, Any],
    ) -> Reply:
        with self._places:
            self._pace.try_acquire(self._host)
            with self._counting:
                self._requests_sent += 1
            asked: dict[str, Any] = {
                "account": self._account,
                "host": self._host,
                "method": method,
                "path": path.partition("?")[0],
            }
            try:
                with self._send(method, path, request) as response:
                    asked |= {"status": response.status_code, "trace_id": _trace_id(response)}
                    reply = self._judged(response, accepted, secrets, is_json)
            except (FailedTryError, UpstreamError) as error:
                event_log.warning("request failed", **asked, what=str(error))
                raise
            if reply.status in _SUCCESSES:
                event_log.debug("request answered", **asked)
            else:
                event_log.warning("request failed", **asked, what=f"answered {_named(reply.status)}")
            return reply

    def _send(self, method: str, path: str, request: Mapping[str, Any]) -> requests.Response:
        try:
            return self._session.request(
                method,
                self._base_url + path,
                **request,
                timeout=(self._source.connect_timeout, self._source.read_timeout),
                allow_redirects=False,
                stream=True,
            )
        except (requests.ConnectionError, requests.Timeout) as error:
            if fault := certificate_fault(error):
                raise UpstreamError(
                    f"{self._host} shows a certificate that is not trusted ({fault}).",
                    "Check the address, this machine's clock and its certificates "
                    "(REQUESTS_CA_BUNDLE names other ones)",
                ) from None
            raise FailedTryError(connection_fault(error)) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            # Only the kind of error is told: the text may quote a header.
            raise UpstreamError(
                f"No request can be sent to {self._host} as things are set up ({type(error).__name__}).",
                f"Check account {self._account} in ladebog.toml, and the proxy and certificate settings",
            ) from None

    def _judged(
        self, response: requests.Response, accepted: set[int], secrets: Collection[str], is_json: bool
    ) -> Reply:
        """The reply, if it is one that the question may have; what is wrong with it otherwise."""
        status = response.status_code
        trace_id = _trace_id(response)
        if status in _TRANSIENT_STATUSES:
            wait = retry_after(response.headers.get("Retry-After", ""), self._clock.now())
            asked = f" and asked to wait {_length(wait)}" if wait else ""
            raise FailedTryError(f"answered {_named(status)}{asked}", trace_id, wait=wait)
        if 300 <= status < 400:
            raise self._redirected(response)
        reply = Reply(
            status=status,
            body=self._body(response, trace_id),
            fetched_at=self._clock.now(),
            dated_at=http_date(response.headers.get("Date", "")),
            trace_id=trace_id,
            url=response.request.url or "",
        )
        if status in _SUCCESSES or (status == 404 and status in accepted):
            if is_json:
                self._check_json(reply, response.headers.get("Content-Type", ""))
        elif status not in accepted:
            raise UpstreamError(
                f"{self._host} refused the request with {_named(status)}{server_message(reply.body, secrets)}"
                f"{_traced(trace_id)}.",
                f"Compare account {self._account} in ladebog.toml with the operator's app (its version, country)",
            )
        return reply

    def _redirected(self, response: requests.Response) -> UpstreamError:
        try:
            target = urlsplit(response.headers.get("Location", ""))
            scheme = f"{target.scheme}:" if target.scheme else ""
            where = printable(f"{scheme}//{target.hostname}" if target.hostname else f"{scheme}{target.path}")
        except ValueError:
            where = ""
        return UpstreamError(
            f"{self._host} answers with a redirect to {where or 'nowhere'}, which an API never does.",
            _address_advice(self._account),
        )

    def _body(self, response: requests.Response, trace_id: str | None) -> bytes:
        largest = self._source.largest_body_mb
        try:
            return read_body(response.raw, largest * _MEGABYTE, self._source.longest_wait)
        except BrokenBodyError as error:
            raise FailedTryError(f"sent a body that {error}", trace_id) from None
        except BodyTooLargeError:
            raise UpstreamError(
                f"{self._host} sends an answer of more than {largest} MB.",
                "If that is right, raise largest_body_mb under [source] in ladebog.toml",
            ) from None

    def _check_json(self, reply: Reply, content_type: str) -> None:
        try:
            read_json(reply.body)
        except ValueError as error:
            kind = "HTML" if "html" in content_type.lower() else "what is not JSON"
            if reply.status == 404:
                raise UpstreamError(
                    f"{self._host} answers 404 and {kind}: is the address right?",
                    _address_advice(self._account),
                ) from None
            raise FailedTryError(f"answers {kind} ({error})", reply.trace_id, not_json=True) from None


def _trace_id(response: requests.Response) -> str | None:
    return printable(response.headers.get("x-req-trace-id", "")) or None


def _named(status: int) -> str:
    return f"{status} {reasons.get(status, '')}".strip()


def _length(seconds: float) -> str:
    """A wait for people to read: `7 s`, `2 hours`, `365 days`."""
    for name, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"


def _traced(trace_id: str | None) -> str:
    return f" (trace id {trace_id})" if trace_id else ""


def server_message(body: bytes, secrets: Collection[str]) -> str:
    """What a JSON error says, bounded, clean and without the secrets, as `: "Too old"`; empty if it says nothing."""
    try:
        document = read_json(body)
    except ValueError:
        return ""
    message = document.get("message") if isinstance(document, dict) else None
    if not isinstance(message, str):
        return ""
    for secret in filter(None, secrets):
        message = message.replace(secret, "…")
    return f': "{printable(message).rstrip(".")}"'


def _address_command(account: str) -> str:
    return f"ladebog account add {account} --url https://TENANT"


def _address_advice(account: str) -> str:
    return f"Check the address, and mend it with: {_address_command(account)}"
