"""One account's login at its operator: reading it, renewing it without losing it, and getting one by password."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from pipeline.errors import LadebogError, LoginError, UpstreamError
from pipeline.logbook import event_log
from pipeline.raw.body import read_json
from pipeline.settings.schema import Account, Source
from pipeline.source.app import endpoints
from pipeline.source.credentials.secret import Secret, expires_at, token_fault
from pipeline.source.credentials.store import Credentials
from pipeline.source.http import Http
from pipeline.source.reply import Reply, server_message
from pipeline.text import counted

WARNING_PERIOD = timedelta(days=14)  # before a login expires
_REFRESH_REFUSED = {400, 401}
_PASSWORD_REFUSED = {400, 401, 422}
_Result = TypeVar("_Result")


class Login:
    """The account's login, for any number of threads; it is renewed when the operator refuses it.

    When several threads and processes are refused at once, one renews the login and the others use the new one.
    If the renewal fails, the stored login stays stored.
    """

    def __init__(self, account: Account, http: Http, credentials: Credentials, source: Source) -> None:
        self._account = account
        self._http = http
        self._credentials = credentials
        self._renewal_timeout = 2 * (source.longest_wait + source.connect_timeout + source.read_timeout)
        self._secret: Secret | None = None
        self._refused: Secret | None = None  # a login that neither works nor can be refreshed
        self._lock = threading.Lock()

    def current(self) -> Secret:
        """The login to use. Raises LoginError where none is stored."""
        with self._lock:
            if self._secret is None:
                self._secret = self._stored()
            return self._secret

    def replacement_of(self, refused_secret: Secret, is_accepted: Callable[[Secret], bool]) -> Secret | None:
        """The login to use instead of one that was refused with 401; None if the operator accepts it elsewhere.

        `is_accepted` asks the operator that; only one thread does so at a time.

        Raises LoginError where a new login is needed, UpstreamDownError, UpstreamError, BusyError.
        """
        with self._lock:
            if refused_secret == self._refused:
                raise self.ended(refused_secret)
            if refused_secret == self._secret and is_accepted(refused_secret):
                return None
            self._secret = _uninterrupted(lambda: self._renewed(refused_secret))
            return self._secret

    def ended(self, refused_secret: Secret) -> LoginError:
        """The error for a login that the operator refuses and that cannot be renewed; it is not tried again."""
        self._refused = refused_secret
        return LoginError(
            f"The operator no longer accepts the login of account {self._account.name}.",
            f"Log in again: ladebog login {self._account.name}",
        )

    def renew_ahead(self, now: datetime) -> str | None:
        """Renew a login that expires soon, while it still works; returns a warning if that fails."""
        secret = self.current()
        if not ends_soon(secret, now):
            return None
        if secret.refresh_token is not None:
            try:
                with self._lock:
                    self._secret = _uninterrupted(lambda: self._renewed(secret))
                return None
            except LadebogError as error:
                event_log.warning("login not renewed", account=self._account.name, error=str(error))
        return expiry_warning(self._account, secret, now)

    def by_password(self, username: str, password: str, client_secret: str) -> Secret:
        """Log in; the caller stores the secret.

        Raises LoginError where the operator does not accept it.
        """
        grant = self._token(
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
        if isinstance(grant, Reply):
            message = server_message(grant.body, (password, client_secret))
            raise LoginError(
                f"The operator does not accept this login for account {self._account.name}{message}.",
                f"Check user name, password, client id and client secret, then: ladebog login {self._account.name}",
            )
        return msgspec.structs.replace(grant, client_secret=client_secret)

    def _stored(self) -> Secret:
        secret = self._credentials.read(self._account)
        if secret is None:
            warning = self._credentials.warning  # names the place
            place = f": {warning}" if warning else f" in {self._credentials.place}"
            raise LoginError(
                f"No login is stored for account {self._account.name}{place}.",
                f"Log in: ladebog login {self._account.name}",
            )
        if fault := token_fault(secret.token):
            raise LoginError(
                f"The token stored for account {self._account.name} is not valid: {fault}.",
                f"Log in again: ladebog login {self._account.name}",
            )
        return secret

    def _renewed(self, old: Secret) -> Secret:
        """A login that replaces `old`, stored before it is used: its first use may end the old one."""
        with self._credentials.locked(self._account, self._renewal_timeout):
            stored_secret = self._stored()
            if stored_secret.token != old.token:  # another thread or process was faster
                return stored_secret
            if stored_secret.refresh_token is None:
                raise self.ended(stored_secret)
            # A store that cannot be written to must fail before the operator ends the old login.
            self._credentials.write(self._account, stored_secret)
            new = self._refreshed(stored_secret, stored_secret.refresh_token)
            self._credentials.write(self._account, new)
        event_log.info("login renewed", account=self._account.name)
        return new

    def _refreshed(self, old: Secret, refresh_token: str) -> Secret:
        request = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": self._account.client_id,
            "client_secret": old.client_secret or "",
        }
        secrets = (old.token, refresh_token, old.client_secret or "")
        grant = self._token(request, secrets, _REFRESH_REFUSED)
        if isinstance(grant, Reply):
            raise self.ended(old)
        return Secret(
            token=grant.token,
            refresh_token=grant.refresh_token or refresh_token,
            client_secret=old.client_secret,
        )

    def _token(self, request: Mapping[str, str], secrets: tuple[str, ...], refusals: set[int]) -> Secret | Reply:
        """The login that the operator grants, or the reply in which it refuses."""
        reply = self._http.post(endpoints.TOKEN_PATH, request, secrets, refusals)
        if reply.status in refusals:
            return reply
        grant = read_json(reply.body)
        token = grant.get("access_token") if isinstance(grant, dict) else None
        if not isinstance(token, str) or token_fault(token):
            raise UpstreamError(
                f"The operator of account {self._account.name} accepted the login but sent no usable token.",
                f"Copy a token from the app's traffic instead: ladebog login {self._account.name} --help",
            )
        refresh_token = grant.get("refresh_token")
        return Secret(token=token, refresh_token=refresh_token if isinstance(refresh_token, str) else None)


def _uninterrupted(work: Callable[[], _Result]) -> _Result:
    """Run `work` in another thread, so that a Ctrl-C takes effect only when it is done."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def ends_soon(secret: Secret, now: datetime) -> bool:
    """Whether the login has expired or expires within WARNING_PERIOD; False if its expiry is not known."""
    expiry = expires_at(secret.token)
    return expiry is not None and expiry - now <= WARNING_PERIOD


def expiry_warning(account: Account, secret: Secret, now: datetime) -> str | None:
    """The warning to the user of a login that expires soon, or None."""
    expiry = expires_at(secret.token)
    if expiry is None or not ends_soon(secret, now):
        return None
    day = f"{expiry.astimezone(account.zone):%Y-%m-%d}"
    if expiry <= now:
        return f"The login of account {account.name} ended on {day}. Log in again: ladebog login {account.name}"
    days = (expiry.astimezone(account.zone).date() - now.astimezone(account.zone).date()).days
    when = f"in {counted(days, 'day')}" if days else "today"
    return (
        f"The login of account {account.name} ends on {day}, {when}. Log in again before: ladebog login {account.name}"
    )
