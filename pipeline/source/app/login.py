"""One account's login at its operator: what is kept, and how it is renewed without being lost."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from pipeline.errors import LadebogError, LoginError, UpstreamError
from pipeline.logbook import event_log
from pipeline.settings.schema import Account, Source
from pipeline.source.app import endpoints
from pipeline.source.body import read_json
from pipeline.source.credentials.secret import Secret, expires_at, token_fault
from pipeline.source.credentials.store import Credentials
from pipeline.source.http import Http, Reply, server_message
from pipeline.text import counted

_REFRESH_REFUSED = {400, 401}
_PASSWORD_REFUSED = {400, 401, 422}
_Result = TypeVar("_Result")


class Login:
    """Hands out the token to ask with, to any number of threads, and renews it when the operator refuses it.

    Of several threads and processes that are refused at once, one renews the login and the others use what it got.
    Whatever goes wrong on the way, the login that was kept stays kept.
    """

    def __init__(self, account: Account, http: Http, credentials: Credentials, source: Source) -> None:
        self._account = account
        self._http = http
        self._credentials = credentials
        self._renewal_timeout = 2 * (source.longest_wait + source.connect_timeout + source.read_timeout)
        self._secret: Secret | None = None
        self._refused: Secret | None = None  # what neither works nor can be refreshed
        self._renewing = threading.Lock()

    def current(self) -> Secret:
        """The login to ask with. Raises LoginError where none is kept."""
        with self._renewing:
            if self._secret is None:
                self._secret = self._kept()
            return self._secret

    def instead_of(self, refused: Secret) -> Secret:
        """The login to use instead of one that was refused with 401.

        Raises LoginError where a new login is needed, UpstreamDownError, UpstreamError, BusyError.
        """
        with self._renewing:
            if refused == self._refused:
                raise self.ended(refused)
            self._secret = _undisturbed(lambda: self._renewed(refused))
            return self._secret

    def ended(self, refused: Secret) -> LoginError:
        """The error for a login that the operator refuses and that cannot be renewed."""
        self._refused = refused
        return LoginError(
            f"The operator no longer accepts the login of account {self._account.name}.",
            f"Log in again: ladebog login {self._account.name}",
        )

    def renew_ahead(self, now: datetime) -> str | None:
        """Renew a login that ends soon, while it still works; what to tell its user where that cannot be done."""
        secret = self.current()
        if not ends_soon(secret, now):
            return None
        if secret.refresh_token is not None:
            try:
                with self._renewing:
                    self._secret = _undisturbed(lambda: self._renewed(secret))
                return None
            except LadebogError as error:
                event_log.warning("login not renewed", account=self._account.name, error=str(error))
        return expiry_warning(self._account, secret, now)

    def by_password(self, username: str, password: str, client_secret: str) -> Secret:
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

    def _kept(self) -> Secret:
        secret = self._credentials.read(self._account)
        if secret is None:
            reason = f" ({self._credentials.warning})" if self._credentials.warning else ""
            raise LoginError(
                f"No login is kept for account {self._account.name} in {self._credentials.place}{reason}.",
                f"Log in: ladebog login {self._account.name}",
            )
        if fault := token_fault(secret.token):
            raise LoginError(
                f"The token kept for account {self._account.name} cannot be one: {fault}.",
                f"Log in again: ladebog login {self._account.name}",
            )
        return secret

    def _renewed(self, old: Secret) -> Secret:
        """A login in place of `old`, kept before it is used: the old one may end with the first use of it."""
        with self._credentials.locked(self._account, self._renewal_timeout):
            kept = self._kept()
            if kept.token != old.token:  # another thread, or another process, was here first
                return kept
            if kept.refresh_token is None:
                raise self.ended(kept)
            # A place that cannot be written to must show before the operator ends the old login.
            self._credentials.write(self._account, kept)
            new = self._granted_instead(kept, kept.refresh_token)
            self._credentials.write(self._account, new)
        event_log.info("login renewed", account=self._account.name)
        return new

    def _granted_instead(self, old: Secret, refresh_token: str) -> Secret:
        request = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": self._account.client_id,
            "client_secret": old.client_secret or "",
        }
        secrets = (old.token, refresh_token, old.client_secret or "")
        granted = self._token(request, secrets, _REFRESH_REFUSED)
        if isinstance(granted, Reply):
            raise self.ended(old)
        return Secret(
            token=granted.token,
            refresh_token=granted.refresh_token or refresh_token,
            client_secret=old.client_secret,
        )

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


def _undisturbed(work: Callable[[], _Result]) -> _Result:
    """Do it in a thread of its own: Ctrl-C comes through only when it is done."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


WARNED_AHEAD = timedelta(days=14)


def ends_soon(secret: Secret, now: datetime) -> bool:
    """Whether the login ends within the next days, or has ended; False where it does not say when."""
    expiry = expires_at(secret.token)
    return expiry is not None and expiry - now <= WARNED_AHEAD


def expiry_warning(account: Account, secret: Secret, now: datetime) -> str | None:
    """What to tell the user of a login that ends soon, or None."""
    expiry = expires_at(secret.token)
    if expiry is None or not ends_soon(secret, now):
        return None
    day = f"{expiry.astimezone(account.zone):%Y-%m-%d}"
    if expiry <= now:
        return f"The login of account {account.name} ended on {day}. Log in again: ladebog login {account.name}"
    days = (expiry.astimezone(account.zone).date() - now.astimezone(account.zone).date()).days
    left = f"in {counted(days, 'day')}" if days else "today"
    return (
        f"The login of account {account.name} ends on {day}, {left}. Log in again before: ladebog login {account.name}"
    )
