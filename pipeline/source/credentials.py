"""Where logins are kept: the OS keyring or, where there is none, one file that only its owner may read."""

import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import filelock
import jwt
import keyring
import keyring.errors
import msgspec
import platformdirs

from pipeline.errors import BusyError, LogbookError
from pipeline.logbook.files import FILE_MODE, erase, leftovers, make_folder, write_text
from pipeline.settings.schema import Account

FILE_VARIABLE = "LADEBOG_CREDENTIALS_FILE"
_KEYRING_SERVICE = "ladebog"
_FILE_NAME = "credentials.json"
_LOCK_PATIENCE = 10.0  # seconds


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """One account's login. Neither its repr nor rich's shows any of it."""

    token: str
    refresh_token: str | None = None
    client_secret: str | None = None

    def __repr__(self) -> str:
        return "Secret(token='…')"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("token", "…")]


def token_fault(token: str) -> str | None:
    """Why a bearer token will not do, or None. The reason shows nothing of the token."""
    if token[:7].lower() == "bearer ":
        return "it begins with the word Bearer: leave that and the space out"
    if not token:
        return "it is empty"
    if any(not "!" <= character <= "~" for character in token):
        return "it holds a space, a line break or another character that no token has"
    return None


def expires_at(token: str) -> datetime | None:
    """When a JWT says that it ends, UTC; None for a token that does not say."""
    try:
        expiry = jwt.decode(token, options={"verify_signature": False}).get("exp")
        return datetime.fromtimestamp(float(expiry), UTC) if expiry is not None else None
    except (jwt.PyJWTError, TypeError, ValueError, OverflowError, OSError):
        return None


class Credentials(Protocol):
    """A keeper of logins. Each method raises LogbookError where the keeper cannot be used."""

    @property
    def place(self) -> str:
        """Where the logins are, for people to read."""

    @property
    def warning(self) -> str | None:
        """What its user should know of it, if anything."""

    def read(self, account: Account) -> Secret | None:
        """The account's login, or None if none is kept."""

    def write(self, account: Account, secret: Secret) -> None:
        """Keep this login in place of any other of the account."""

    def forget(self, account: Account) -> None:
        """Keep no login of the account any more."""

    def locked(self, account: Account, patience: float) -> AbstractContextManager[object]:
        """Keep every other process from renewing the account's login meanwhile.

        Waits for another that does, so many seconds at most; then raises BusyError.
        """


def open_credentials() -> Credentials:
    """The file that LADEBOG_CREDENTIALS_FILE names, else the OS keyring if it works, else the user's own file.

    A keyring may work at the desk and not under cron, so a login that the keyring has not may be in the file.
    """
    if named := os.environ.get(FILE_VARIABLE):
        return FileCredentials(Path(named).expanduser())
    if _keyring_keeps():
        return KeyringCredentials(FileCredentials(_own_folder() / _FILE_NAME))
    path = _own_folder() / _FILE_NAME
    return FileCredentials(path, f"no keyring works here, so logins are kept in {path}, a file that only you can read")


def _own_folder() -> Path:
    return platformdirs.user_data_path("ladebog")


def all_credentials() -> list[Credentials]:
    """Every place where this user's logins may lie, so that one can be forgotten in all of them."""
    own = _own_folder() / _FILE_NAME
    files = {own}
    if named := os.environ.get(FILE_VARIABLE):
        files.add(Path(named).expanduser())
    keepers: list[Credentials] = [FileCredentials(path) for path in sorted(files)]
    return [KeyringCredentials(FileCredentials(own)), *keepers] if _keyring_keeps() else keepers


def _keyring_keeps() -> bool:
    """Whether the OS keyring gives back what it is given: some backends swallow all, others fail only in use."""
    name, value = f"probe {secrets.token_hex(8)}", secrets.token_hex(16)
    try:
        keyring.set_password(_KEYRING_SERVICE, name, value)
        given_back = keyring.get_password(_KEYRING_SERVICE, name) == value
        keyring.delete_password(_KEYRING_SERVICE, name)
    except Exception:  # backends let whatever D-Bus or the OS throws pass through
        return False
    return given_back


def _key(account: Account) -> str:
    return f"{account.name}@{urlsplit(account.url).hostname}#{account.device_id}"


@contextmanager
def _lock(path: Path, patience: float) -> Iterator[None]:
    """Hold a lock file's lock. Raises BusyError, LogbookError."""
    lock = filelock.FileLock(path, timeout=patience, mode=FILE_MODE)
    try:
        make_folder(path.parent)
        lock.acquire()
    except filelock.Timeout:
        raise BusyError(
            f"Another process holds {path}.", "Wait for it to end, then run the same command again"
        ) from None
    except OSError as error:
        raise _unusable(path, error) from None
    try:
        yield
    finally:
        lock.release()


def _lock_of(account: Account, folder: Path) -> Path:
    return folder / f"renewing-{hashlib.sha256(_key(account).encode()).hexdigest()[:16]}.lock"


class KeyringCredentials:
    """Logins in the OS keyring, and those of `elsewhere` that it has not."""

    def __init__(self, elsewhere: "FileCredentials | None" = None) -> None:
        self._elsewhere = elsewhere

    @property
    def place(self) -> str:
        return f"the keyring ({keyring.get_keyring().name})"

    @property
    def warning(self) -> str | None:
        return None

    def read(self, account: Account) -> Secret | None:
        try:
            text = keyring.get_password(_KEYRING_SERVICE, _key(account))
        except Exception as error:
            raise _keyring_error(error) from None
        if text is None:
            return self._elsewhere.read(account) if self._elsewhere else None
        try:
            return msgspec.json.decode(text, type=Secret)
        except (msgspec.MsgspecError, UnicodeError):
            raise LogbookError(
                f"What the keyring holds for account {account.name} is no login of Ladebog's.",
                f"Log in again: ladebog login {account.name}",
            ) from None

    def write(self, account: Account, secret: Secret) -> None:
        try:
            keyring.set_password(_KEYRING_SERVICE, _key(account), msgspec.json.encode(secret).decode())
        except Exception as error:
            raise _keyring_error(error) from None
        if self._elsewhere:
            self._elsewhere.forget(account)

    def forget(self, account: Account) -> None:
        try:
            if keyring.get_password(_KEYRING_SERVICE, _key(account)) is not None:
                keyring.delete_password(_KEYRING_SERVICE, _key(account))
        except Exception as error:
            raise _keyring_error(error) from None
        if self._elsewhere:
            self._elsewhere.forget(account)

    def locked(self, account: Account, patience: float) -> AbstractContextManager[object]:
        return _lock(_lock_of(account, _own_folder()), patience)


def _keyring_error(error: Exception) -> LogbookError:
    # Only the kind of error is told: a backend's own text may quote what it was given.
    return LogbookError(
        f"The keyring cannot be used ({type(error).__name__}).",
        f"Unlock it, or name a file for logins instead: export {FILE_VARIABLE}=FILE",
    )


class FileCredentials:
    """Logins in one JSON file with mode 0600, replaced whole, one writer at a time."""

    def __init__(self, path: Path, warning: str | None = None) -> None:
        self._path = path
        self._warning = warning

    @property
    def place(self) -> str:
        return str(self._path)

    @property
    def warning(self) -> str | None:
        return self._warning

    def read(self, account: Account) -> Secret | None:
        return self._read_all().get(_key(account))

    def write(self, account: Account, secret: Secret) -> None:
        self._change(account, secret)

    def forget(self, account: Account) -> None:
        if self.read(account) is not None or leftovers(self._path):
            self._change(account, None)

    def locked(self, account: Account, patience: float) -> AbstractContextManager[object]:
        return _lock(_lock_of(account, self._path.parent), patience)

    def _change(self, account: Account, secret: Secret | None) -> None:
        with _lock(self._path.with_name(f"{self._path.name}.lock"), _LOCK_PATIENCE):
            kept = self._read_all()
            kept.pop(_key(account), None)
            if secret is not None:
                kept[_key(account)] = secret
            try:
                write_text(self._path, msgspec.json.format(msgspec.json.encode(kept)).decode())
                for leftover in leftovers(self._path):
                    erase(leftover)
            except OSError as error:
                raise _unusable(self._path, error) from None

    def _read_all(self) -> dict[str, Secret]:
        try:
            with self._path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                content = file.read()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unusable(self._path, error) from None
        if mode & 0o077:
            raise LogbookError(
                f"{self._path} holds logins and is open to others (mode {mode:04o}).",
                f"Close it: chmod 600 {self._path}",
            )
        try:
            return msgspec.json.decode(content, type=dict[str, Secret])
        except (msgspec.MsgspecError, UnicodeError):
            raise LogbookError(
                f"{self._path} is no file of logins.",
                "Move it away, then log in again: ladebog login NAME",
            ) from None


def _unusable(path: Path, error: OSError) -> LogbookError:
    return LogbookError(
        f"{path} cannot be used for logins: {error.strerror}.",
        f"Mend that, or name another file: export {FILE_VARIABLE}=FILE",
    )


class MemoryCredentials:
    """Logins that end with the process."""

    def __init__(self) -> None:
        self._kept: dict[str, Secret] = {}

    @property
    def place(self) -> str:
        return "memory"

    @property
    def warning(self) -> str | None:
        return None

    def read(self, account: Account) -> Secret | None:
        return self._kept.get(_key(account))

    def write(self, account: Account, secret: Secret) -> None:
        self._kept[_key(account)] = secret

    def forget(self, account: Account) -> None:
        self._kept.pop(_key(account), None)

    def locked(self, account: Account, patience: float) -> AbstractContextManager[object]:
        return nullcontext()
