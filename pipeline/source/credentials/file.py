"""Stores logins in a file that only its owner may read."""

import os
import stat
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from pipeline.command_line import operand
from pipeline.errors import LogbookError
from pipeline.logbook.files import erase, leftovers, write_text
from pipeline.settings.schema import Account
from pipeline.source.credentials.locks import lock_file, renewal_lock, unusable_file
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import FILE_VARIABLE, account_key

_WRITE_TIMEOUT = 10.0  # seconds


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
        return self._read_all().get(account_key(account))

    def write(self, account: Account, secret: Secret) -> None:
        self._replace(account, secret)

    def forget(self, account: Account) -> None:
        if self.read(account) is not None or leftovers(self._path):
            self._replace(account, None)

    def locked(self, account: Account, timeout: float) -> AbstractContextManager[object]:
        return renewal_lock(account, self._path.parent, timeout)

    def _replace(self, account: Account, secret: Secret | None) -> None:
        with lock_file(self._path.with_name(f"{self._path.name}.lock"), _WRITE_TIMEOUT):
            logins = self._read_all()
            logins.pop(account_key(account), None)
            if secret is not None:
                logins[account_key(account)] = secret
            try:
                write_text(self._path, msgspec.json.format(msgspec.json.encode(logins)).decode())
                for leftover in leftovers(self._path):
                    erase(leftover)
            except OSError as error:
                raise unusable_file(self._path, error) from None

    def _read_all(self) -> dict[str, Secret]:
        try:
            if not self._path.is_dir() and not stat.S_ISREG(self._path.stat().st_mode):  # it might never end
                raise LogbookError(
                    f"{self._path} is not a regular file, and cannot be used for logins.",
                    f"Name another file: export {FILE_VARIABLE}=FILE",
                )
            with self._path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                content = file.read()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise unusable_file(self._path, error) from None
        if mode & 0o077:
            raise LogbookError(
                f"{self._path} holds logins and other users can open it (mode {mode:04o}).",
                f"Close it: chmod 600 {operand(self._path)}",
            )
        try:
            return msgspec.json.decode(content, type=dict[str, Secret])
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise LogbookError(
                f"{self._path} is not a file of logins.",
                "Move it away, then log in again: ladebog login NAME",
            ) from None
