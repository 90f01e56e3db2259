"""Stores logins in the OS keyring."""

import secrets
from contextlib import AbstractContextManager

import keyring
import msgspec

from pipeline.errors import LogbookError
from pipeline.settings.schema import Account
from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import FILE_VARIABLE, account_key

_SERVICE = "ladebog"


class KeyringCredentials:
    """Logins in the OS keyring; those that it does not have are read from `fallback`.

    A keyring may work in a desktop session and not under cron, so a login may be in the file although a keyring works
    now.
    """

    def __init__(self, fallback: FileCredentials) -> None:
        self._fallback = fallback

    @property
    def place(self) -> str:
        return f"the keyring ({keyring.get_keyring().name})"

    @property
    def warning(self) -> str | None:
        return None

    def read(self, account: Account) -> Secret | None:
        try:
            text = keyring.get_password(_SERVICE, account_key(account))
        except Exception as error:
            raise _keyring_error(error) from None
        if text is None:
            return self._fallback.read(account)
        try:
            return msgspec.json.decode(text, type=Secret)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise LogbookError(
                f"The keyring's entry for account {account.name} is not a Ladebog login.",
                f"Log in again: ladebog login {account.name}",
            ) from None

    def write(self, account: Account, secret: Secret) -> None:
        try:
            keyring.set_password(_SERVICE, account_key(account), msgspec.json.encode(secret).decode())
        except Exception as error:
            raise _keyring_error(error) from None
        self._fallback.forget(account)

    def forget(self, account: Account) -> None:
        try:
            if keyring.get_password(_SERVICE, account_key(account)) is not None:
                keyring.delete_password(_SERVICE, account_key(account))
        except Exception as error:
            raise _keyring_error(error) from None
        self._fallback.forget(account)

    def locked(self, account: Account, timeout: float) -> AbstractContextManager[object]:
        return self._fallback.locked(account, timeout)


def keyring_works() -> bool:
    """Whether the OS keyring returns what was stored: some backends drop everything, others fail only when used."""
    name, value = f"probe {secrets.token_hex(8)}", secrets.token_hex(16)
    try:
        keyring.set_password(_SERVICE, name, value)
        is_returned = keyring.get_password(_SERVICE, name) == value
        keyring.delete_password(_SERVICE, name)
    except Exception:  # backends pass on any error of D-Bus or the OS
        return False
    return is_returned


def _keyring_error(error: Exception) -> LogbookError:
    # Only the error's class is shown: a backend's own text may quote the login.
    return LogbookError(
        f"The keyring cannot be used ({type(error).__name__}).",
        f"Unlock it, or name a file for logins instead: export {FILE_VARIABLE}=FILE",
    )
