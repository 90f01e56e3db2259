"""The app API of one account: its questions as answers, and its login."""

import threading
from collections.abc import Mapping
from datetime import date
from types import TracebackType
from typing import Self

import msgspec

from pipeline import __version__
from pipeline.answer import Answer, Endpoint, history_key
from pipeline.clock import Clock
from pipeline.errors import LoginError, UpstreamError
from pipeline.settings import Account, Source
from pipeline.source import endpoints
from pipeline.source.credentials import Credentials, Secret, token_fault
from pipeline.source.http import Http, Reply, server_message
from pipeline.source.json_body import read_json

USER_AGENT = f"Ladebog/{__version__}"
SESSIONS_PER_PAGE = 100
_REFRESH_REFUSED = {400, 401}
_PASSWORD_REFUSED = {400, 401, 422}


class AppApi:
    """Asks one account's operator, from any number of threads.

    An access token that the operator refuses is refreshed once, by whichever thread comes first.

    Every question raises LoginError where a new login is needed, UpstreamDownError where asking later may
    help, and UpstreamError where it will not.
    """

    def __init__(self, account: Account, source: Source, credentials: Credentials, clock: Clock) -> None:
        self._account = account
        self._credentials = credentials
        self._secret: Secret | None = None
        self._refused: Secret | None = None  # what neither works nor can be refreshed
        self._logging_in = threading.Lock()
        self._http = Http(account.url, source, clock, account=account.name, headers=_headers(account))

    @property
    def requests_sent(self) -> int:
        """How many requests were sent so far, tries that failed and refreshes included."""
        return self._http.requests_sent

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def history(self, start: date, end: date, page: int) -> Answer:
        """One page of the sessions from `start` to `end`, both included, without power histories."""
        query = {
            "start_date": start.isoformat(),
            "end_date": end.isoformat(),
            "page": str(page),
            "perPage": str(SESSIONS_PER_PAGE),
            "operatorCountry": self._account.country,
        }
        reply = self._found(endpoints.HISTORY_PATH, query)
        return self._answer(Endpoint.SESSION_HISTORY, history_key(start.isoformat(), end.isoformat(), page), reply)

    def session(self, session_id: str) -> Answer:
        """One session with its power history; its status is 404 where the operator knows it no longer."""
        reply = self._ask(endpoints.session_path(session_id), endpoints.SESSION_QUERY)
        return self._answer(Endpoint.SESSION, session_id, reply)

    def charge_points(self) -> Answer:
        """The account's own charge points with their EVSEs and tariffs."""
        return self._answer(
            Endpoint.CHARGE_POINTS,
            endpoints.ALL_CHARGE_POINTS,
            self._found(endpoints.CHARGE_POINTS_PATH, {}),
        )

    def price_periods(self, evse_id: str) -> Answer:
        """The prices of today and tomorrow at an EVSE, by its `id` (not its identifier); 404 where it has none."""
        return self._answer(Endpoint.PRICE_PERIODS, evse_id, self._ask(endpoints.price_periods_path(evse_id), {}))

    def receipt(self, url: str) -> Reply:
        """A receipt, as the bytes that it is; its status is 404 where there is none any more.

        Raises UpstreamError too where the address is not at the operator's own host.
        """
        return self._ask(self._http.own_path(url), {}, is_json=False)

    def login_with_password(self, username: str, password: str, client_secret: str) -> Secret:
        """Log in; keeping the secret is the caller's part.

        Raises LoginError where the operator does not accept it.
        """
        granted = self._token(
            {
                "grant_type": "password",
                "username": username,
                "password": password,
                "client_id": self._account.client_id,
                "client_secret": client_secret,
            },
            secrets=(password, client_secret),
            refusals=_PASSWORD_REFUSED,
        )
        if isinstance(granted, Reply):
            said = server_message(granted.body, (password, client_secret))
            raise LoginError(
                f"The operator does not accept this login for account {self._account.name}{said}.",
                f"Check user name, password, client id and client secret, then: ladebog login {self._account.name}",
            )
        return msgspec.structs.replace(granted, client_secret=client_secret)

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
        )

    def _found(self, path: str, query: Mapping[str, str]) -> Reply:
        reply = self._ask(path, query)
        if reply.status == 404:
            raise UpstreamError(
                f"The operator of account {self._account.name} has nothing at {path} (404).",
                f"Check that it runs the app API of version 1; its address is set with: "
                f"ladebog account add {self._account.name} --url https://TENANT",
            )
        return reply

    def _ask(self, path: str, query: Mapping[str, str], *, is_json: bool = True) -> Reply:
        secret = self._login()
        reply = self._http.get(path, query, secret.token, is_json=is_json)
        if reply.status == 401:
            secret = self._refreshed(secret)
            reply = self._http.get(path, query, secret.token, is_json=is_json)
        if reply.status == 401:
            self._refused = secret
            raise self._login_error()
        return reply

    def _login(self) -> Secret:
        with self._logging_in:
            if self._secret is None:
                self._secret = self._stored()
            return self._secret

    def _stored(self) -> Secret:
        secret = self._credentials.read(self._account)
        if secret is None:
            raise LoginError(
                f"No login is kept for account {self._account.name} in {self._credentials.place}.",
                f"Log in: ladebog login {self._account.name}",
            )
        if fault := token_fault(secret.token):
            raise LoginError(
                f"The token kept for account {self._account.name} cannot be one: {fault}.",
                f"Log in again: ladebog login {self._account.name}",
            )
        return secret

    def _refreshed(self, refused: Secret) -> Secret:
        """The login to use instead of the one that was refused with 401."""
        with self._logging_in:
            if refused == self._refused:
                raise self._login_error()
            stored = self._stored()
            if stored.token != refused.token:  # another thread, or another run, was here first
                self._secret = stored
                return stored
            self._secret = self._refresh(stored)
            return self._secret

    def _refresh(self, old: Secret) -> Secret:
        """A new login in place of `old`, kept before it is used: the old one may end with the first use of it."""
        granted = self._granted_by_refresh(old)
        if granted is None:
            self._refused = old
            raise self._login_error()
        new = Secret(
            token=granted.token,
            refresh_token=granted.refresh_token or old.refresh_token,
            client_secret=old.client_secret,
        )
        self._credentials.write(self._account, new)
        return new

    def _granted_by_refresh(self, old: Secret) -> Secret | None:
        if old.refresh_token is None:
            return None
        request = {
            "grant_type": "refresh_token",
            "refresh_token": old.refresh_token,
            "client_id": self._account.client_id,
            "client_secret": old.client_secret or "",
        }
        secrets = (old.token, old.refresh_token, old.client_secret or "")
        granted = self._token(request, secrets, _REFRESH_REFUSED)
        return granted if isinstance(granted, Secret) else None

    def _token(self, request: Mapping[str, str], secrets: tuple[str, ...], refusals: set[int]) -> Secret | Reply:
        """What the operator grants, or its refusal."""
        reply = self._http.post(endpoints.TOKEN_PATH, request, secrets, refusals)
        if reply.status in refusals:
            return reply
        granted = read_json(reply.body)
        token = granted.get("access_token") if isinstance(granted, dict) else None
        if not isinstance(token, str) or token_fault(token):
            raise UpstreamError(
                f"The operator of account {self._account.name} took the login but gave no usable token.",
                f"Copy a token from the app's own traffic instead: ladebog login {self._account.name} --help",
            )
        refresh_token = granted.get("refresh_token")
        return Secret(token=token, refresh_token=refresh_token if isinstance(refresh_token, str) else None)

    def _login_error(self) -> LoginError:
        return LoginError(
            f"The operator no longer accepts the login of account {self._account.name}.",
            f"Log in again: ladebog login {self._account.name}",
        )


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
