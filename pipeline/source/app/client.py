"""The app API of one account: a method per request, each of which returns an Answer."""

import contextlib
from collections.abc import Mapping
from datetime import date, datetime
from types import TracebackType
from typing import Self

from pipeline import __version__
from pipeline.clock import Clock
from pipeline.errors import UpstreamDownError, UpstreamError
from pipeline.raw.answer import Answer, Endpoint, history_key
from pipeline.settings.schema import Account, Source
from pipeline.source.app import endpoints
from pipeline.source.app.login import Login
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import Credentials
from pipeline.source.http import Http
from pipeline.source.reply import Reply, server_message, status_text, trace_id_text

USER_AGENT = f"Ladebog/{__version__}"
SESSIONS_PER_PAGE = 100


class AppApi:
    """Sends requests to one account's operator, from any number of threads.

    An access token that the operator refuses for every request is refreshed once, by the first thread or process that
    notices. A request that is refused although another one is answered does not end the login.

    With `is_interactive`, where a person waits, an operator that cannot be reached is not tried again.

    Every request raises LoginError where a new login is needed, UpstreamDownError where a later try may help, and
    UpstreamError where it will not.
    """

    def __init__(
        self, account: Account, source: Source, credentials: Credentials, clock: Clock, *, is_interactive: bool = False
    ) -> None:
        self._account = account
        self._clock = clock
        self._http = Http(
            account.url, source, clock, account=account.name, headers=_headers(account), is_interactive=is_interactive
        )
        self._login = Login(account, self._http, credentials, source)

    @property
    def requests_sent(self) -> int:
        """How many requests were sent so far, failed tries and refreshes included."""
        return self._http.requests_sent

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def login_warning(self, now: datetime) -> str | None:
        """Renew a login that expires soon; returns a warning for the user if that fails.

        Raises LoginError where no login is stored.
        """
        return self._login.renew_ahead(now)

    def history(self, start: date, end: date, page: int) -> Answer:
        """One page of the sessions from `start` to `end`, both included, without power histories."""
        reply = self._get_existing(endpoints.HISTORY_PATH, self._history_query(start, end, page))
        return self._answer(Endpoint.SESSION_HISTORY, history_key(start.isoformat(), end.isoformat(), page), reply)

    def session(self, session_id: str) -> Answer:
        """One session with its power history; the status is 404 where the operator no longer has it."""
        reply = self._get(endpoints.session_path(session_id), endpoints.SESSION_QUERY)
        return self._answer(Endpoint.SESSION, session_id, reply)

    def charge_points(self) -> Answer:
        """The account's own charge points with their EVSEs and tariffs."""
        return self._answer(
            Endpoint.CHARGE_POINTS,
            endpoints.ALL_CHARGE_POINTS,
            self._get_existing(endpoints.CHARGE_POINTS_PATH, {}),
        )

    def price_periods(self, evse_id: str) -> Answer:
        """The prices of today and tomorrow at an EVSE, by its `id` (not its identifier); 404 where it has none."""
        return self._answer(Endpoint.PRICE_PERIODS, evse_id, self._get(endpoints.price_periods_path(evse_id), {}))

    def receipt(self, url: str) -> Reply:
        """A receipt as bytes; the status is 404 where the operator no longer has it.

        Raises UpstreamError also where the address is not at the operator's host.
        """
        return self._get(self._http.own_path(url), {}, is_json=False)

    def try_login(self) -> str | None:
        """Send what a run needs most; returns a warning where the operator refuses that, but not the charge points.

        Raises the error of the first request where the operator refuses both.
        """
        today = self._clock.now().date()
        try:
            self.history(today, today, 1)
        except UpstreamError as error:
            with contextlib.suppress(UpstreamError, UpstreamDownError):
                self.charge_points()
                return f"The list of sessions could not be fetched with this login: {error}"
            raise
        return None

    def login_with_password(self, username: str, password: str, client_secret: str) -> Secret:
        """Log in; the caller stores the secret.

        Raises LoginError where the operator does not accept it.
        """
        return self._login.by_password(username, password, client_secret)

    def _answer(self, endpoint: Endpoint, key: str, reply: Reply) -> Answer:
        return Answer(
            account=self._account.name,
            endpoint=endpoint,
            key=key,
            fetched_at=reply.fetched_at,
            url=reply.url,
            status=reply.status,
            trace_id=reply.trace_id,
            body=reply.body,
            dated_at=reply.dated_at,
        )

    def _get_existing(self, path: str, query: Mapping[str, str]) -> Reply:
        reply = self._get(path, query)
        if reply.status == 404:
            raise UpstreamError(
                f"The operator of account {self._account.name} has nothing at {path} (404).",
                f"Check that it runs version 1 of the app API. Its address is set with: "
                f"ladebog account add {self._account.name} --url https://OPERATOR",
            )
        return reply

    def _get(self, path: str, query: Mapping[str, str], *, is_json: bool = True) -> Reply:
        def is_accepted_elsewhere(secret: Secret) -> bool:
            return self._is_accepted(secret, refused_path=path)

        secret = self._login.current()
        reply = self._http.get(path, query, secret.token, is_json=is_json)
        if reply.status == 401 and (replacement := self._login.replacement_of(secret, is_accepted_elsewhere)):
            secret = replacement
            reply = self._http.get(path, query, secret.token, is_json=is_json)
            if reply.status == 401 and not is_accepted_elsewhere(secret):
                raise self._login.ended(secret)
        if reply.status == 401:
            raise UpstreamError(
                f"The operator of account {self._account.name} refused this request with {status_text(401)}"
                f"{server_message(reply.body, (secret.token,))}, although it accepts the login for others"
                f"{trace_id_text(reply.trace_id)}.",
                f"Run the same command again later. If it is still refused, log in again: "
                f"ladebog login {self._account.name}",
            )
        return reply

    def _is_accepted(self, secret: Secret, refused_path: str) -> bool:
        """Whether the operator accepts a login for another request than the one that it refused with 401."""
        today = self._clock.now().date()
        probes = {endpoints.HISTORY_PATH: self._history_query(today, today, 1), endpoints.CHARGE_POINTS_PATH: {}}
        for path, query in probes.items():
            if path == refused_path:
                continue
            with contextlib.suppress(UpstreamError, UpstreamDownError):
                if self._http.get(path, query, secret.token).status == 200:
                    return True
        return False

    def _history_query(self, start: date, end: date, page: int) -> dict[str, str]:
        return {
            "start_date": start.isoformat(),
            "end_date": end.isoformat(),
            "page": str(page),
            "perPage": str(SESSIONS_PER_PAGE),
            "operatorCountry": self._account.country,
        }


def _headers(account: Account) -> dict[str, str]:
    return {
        "User-Agent": USER_AGENT,
        "Accept": "application/json, text/plain, */*",
        "Accept-Language": "da-DK",
        "x-device-id": account.device_id,
        "x-app-version": account.app_version,
        "x-internal-app-version": account.app_version,
        "x-operator-country": account.country,
    }
