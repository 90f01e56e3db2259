"""The interface of a store of logins, and the store in memory."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from pipeline.settings.names import host_and_port
from pipeline.settings.schema import Account
from pipeline.source.credentials.secret import Secret

FILE_VARIABLE = "LADEBOG_CREDENTIALS_FILE"


class Credentials(Protocol):
    """A store of logins. Each method raises LogbookError where the store cannot be used."""

    @property
    def place(self) -> str:
        """Where the logins are, for people to read."""

    @property
    def warning(self) -> str | None:
        """What the user should know about the store, if anything."""

    def read(self, account: Account) -> Secret | None:
        """The account's login, or None if none is stored."""

    def write(self, account: Account, secret: Secret) -> None:
        """Store this login, replacing any other of the account."""

    def forget(self, account: Account) -> None:
        """Remove the account's login, if there is one."""

    def locked(self, account: Account, timeout: float) -> AbstractContextManager[object]:
        """Keep every other process from renewing the account's login meanwhile.

        Waits at most `timeout` seconds for one that is renewing it; then raises BusyError.
        """


class MemoryCredentials:
    """Logins that end with the process."""

    def __init__(self) -> None:
        self._secrets: dict[str, Secret] = {}

    @property
    def place(self) -> str:
        return "memory"

    @property
    def warning(self) -> str | None:
        return None

    def read(self, account: Account) -> Secret | None:
        return self._secrets.get(account_key(account))

    def write(self, account: Account, secret: Secret) -> None:
        self._secrets[account_key(account)] = secret

    def forget(self, account: Account) -> None:
        self._secrets.pop(account_key(account), None)

    def locked(self, account: Account, timeout: float) -> AbstractContextManager[object]:
        return nullcontext()


def account_key(account: Account) -> str:
    """The name under which a store keeps the account's login: another host, port or device has another login."""
    return f"{account.name}@{host_and_port(account.url)}#{account.device_id}"
