"""The one place that opens HTTP: requests to one operator's host, with limits on pace, tries, time and size."""

import threading
from collections.abc import Collection, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
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
from pipeline.source.deadline import DeadlineAdapter
from pipeline.source.faults import certificate_fault, connection_fault, is_unreachable
from pipeline.source.reply import (
    SUCCESSES,
    ExpectedReply,
    Reply,
    ReplyReader,
    address_advice,
    address_command,
    status_text,
    trace_id,
    trace_id_text,
)
from pipeline.source.retry import AllTriesFailedError, FailedTryError, with_retries
from pipeline.text import counted, one_line, without_secrets


class _Authorization(AuthBase):
    """Sets the header if there is a token; in both cases requests does not read a .netrc."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


# Seconds that a person waits for each address of a host to accept a connection, and for all of them with their search:
_INTERACTIVE_CONNECT_TIMEOUT = 2.0
_INTERACTIVE_LONGEST_CONNECT = 4.0
_INTERACTIVE_READ_TIMEOUT = 10.0  # seconds that a person waits for each answer


class _NoRedirectSession(requests.Session):
    def get_redirect_target(self, response: requests.Response) -> None:
        """None: even with allow_redirects=False, requests would read a redirect's whole body to prepare the next."""


class Http:
    """Sends requests to one operator's host, from any number of threads; each request brings its own token.

    `base_url` is https:// and a host (http:// on loopback only); `account` is named in advice.

    Every request raises UpstreamDownError when all tries failed (at most `source.attempts`, within
    `source.longest_wait` seconds, which is also the limit for the head and for the body of one response), and
    UpstreamError where another try cannot help.
    """

    def __init__(
        self,
        base_url: str,
        source: Source,
        clock: Clock,
        *,
        account: str,
        headers: Mapping[str, str],
        is_interactive: bool = False,
    ) -> None:
        if fault := url_fault(base_url):
            raise SettingsError(f"The address of account {account} cannot be used: {fault}.", address_advice(account))
        self._base_url = base_url.rstrip("/")
        self._host = urlsplit(base_url).netloc
        self._account = account
        self._source = source
        self._is_interactive = is_interactive
        self._connect_timeout = (
            min(source.connect_timeout, _INTERACTIVE_CONNECT_TIMEOUT) if is_interactive else source.connect_timeout
        )
        self._read_timeout = (
            min(source.read_timeout, _INTERACTIVE_READ_TIMEOUT) if is_interactive else source.read_timeout
        )
        self._clock = clock
        self._reader = ReplyReader(self._host, account, source, clock, is_interactive=is_interactive)
        self._requests_sent = 0
        self._count_lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(source.at_a_time)
        self._pace = Limiter(Rate(source.requests_per_second, Duration.SECOND))
        self._session = _NoRedirectSession()
        # Unencrypted requests to loopback must not go through a proxy that the environment names.
        self._session.trust_env = urlsplit(base_url).scheme == "https"
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._session.headers.clear()
        self._session.headers.update({"Accept-Encoding": "gzip", **headers})
        longest_connect = (
            min(source.longest_wait, _INTERACTIVE_LONGEST_CONNECT) if is_interactive else source.longest_wait
        )
        adapter = DeadlineAdapter(
            longest_connect,
            min(source.longest_wait, _INTERACTIVE_READ_TIMEOUT) if is_interactive else source.longest_wait,
            pool_connections=1,
            pool_maxsize=source.at_a_time,
        )
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    @property
    def requests_sent(self) -> int:
        """How many requests were sent so far, failed tries included."""
        return self._requests_sent

    def get(self, path: str, query: Mapping[str, str], token: str, *, is_json: bool = True) -> Reply:
        """The reply to a GET: a 200, 401 or 404. With `is_json` false its body may be of any type."""
        expected = ExpectedReply(statuses=frozenset({401, 404}), secrets=(token,), is_json=is_json)
        return self._request("GET", path, expected, params=query, auth=_Authorization(token))

    def own_path(self, url: str) -> str:
        """The part of an address after this host. Raises UpstreamError for the address of another host."""
        if not url.startswith(f"{self._base_url}/"):
            raise UpstreamError(
                f"{one_line(without_secrets(url))} is not at {self._host}, and Ladebog sends requests to no other "
                "host.",
                "Open it yourself, save it, and attach the file: ladebog claim attach FILE",
            )
        return url.removeprefix(self._base_url)

    def post(self, path: str, document: Mapping[str, str], secrets: Collection[str], refusals: set[int]) -> Reply:
        """The reply to a JSON document: a 200, 201 or one of `refusals`. No error shows any of `secrets`."""
        return self._request(
            "POST",
            path,
            ExpectedReply(statuses=frozenset(refusals), secrets=secrets),
            data=msgspec.json.encode(document),
            headers={"Content-Type": "application/json"},
            auth=_Authorization(None),
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self._pace.close()

    def _request(self, method: str, path: str, expected: ExpectedReply, **request: Any) -> Reply:
        try:
            return with_retries(lambda: self._attempt(method, path, expected, request), self._source, self._clock)
        except AllTriesFailedError as error:
            raise self._no_usable_answer(error.failures) from None

    def _no_usable_answer(self, failures: list[FailedTryError]) -> UpstreamDownError:
        last = failures[-1]
        if last.is_final:
            return UpstreamDownError(
                f"{self._host} {last.what}: is the address right?",
                f"If it is, run the same command again later. If not: {address_command(self._account)}",
            )
        trace = trace_id_text(last.trace_id)
        tries = counted(len(failures), "try", "tries")
        if all(failure.not_json for failure in failures):
            return UpstreamDownError(
                f"{self._host} {last.what} in {tries}{trace}: is the address right?",
                f"If it is, run the same command again later. If not: {address_command(self._account)}",
            )
        return UpstreamDownError(
            f"{self._host} gave no usable answer in {tries}; the last time it {last.what}{trace}.",
            "Run the same command again later",
        )

    def _attempt(self, method: str, path: str, expected: ExpectedReply, request: Mapping[str, Any]) -> Reply:
        with self._slots:
            self._pace.try_acquire(self._host)
            with self._count_lock:
                self._requests_sent += 1
            request_fields: dict[str, Any] = {
                "account": self._account,
                "host": self._host,
                "method": method,
                "path": path.partition("?")[0],
            }
            try:
                with self._send(method, path, request) as response:
                    request_fields |= {"status": response.status_code, "trace_id": trace_id(response)}
                    reply = self._reader.read(response, expected)
            except (FailedTryError, UpstreamError) as error:
                event_log.warning("request failed", **request_fields, what=str(error))
                raise
            if reply.status in SUCCESSES:
                event_log.debug("request answered", **request_fields)
            else:
                event_log.warning("request failed", **request_fields, what=f"answered {status_text(reply.status)}")
            return reply

    def _send(self, method: str, path: str, request: Mapping[str, Any]) -> requests.Response:
        try:
            return self._session.request(
                method,
                self._base_url + path,
                **request,
                timeout=(self._connect_timeout, self._read_timeout),
                allow_redirects=False,
                stream=True,
            )
        except (requests.ConnectionError, requests.Timeout) as error:
            if fault := certificate_fault(error):
                raise UpstreamError(
                    f"{self._host} shows a certificate that is not trusted ({fault}).",
                    "Check the address, this machine's clock and its certificates (REQUESTS_CA_BUNDLE can name others)",
                ) from None
            is_silent = isinstance(error, requests.Timeout | requests.exceptions.SSLError)
            is_final = self._is_interactive and (is_silent or is_unreachable(error))
            raise FailedTryError(connection_fault(error), is_final=is_final) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            # Only the error's class is shown: its text may quote a header.
            raise UpstreamError(
                f"No request can be sent to {self._host} with these settings ({type(error).__name__}).",
                f"Check account {self._account} in ladebog.toml, and the proxy and certificate settings",
            ) from None
