"""Chooses the store of logins."""

import os
from pathlib import Path

import platformdirs

from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.keyring import KeyringCredentials, keyring_works
from pipeline.source.credentials.store import FILE_VARIABLE, Credentials

_FILE_NAME = "credentials.json"


def open_credentials() -> Credentials:
    """The file that LADEBOG_CREDENTIALS_FILE names, else the OS keyring if it works, else the user's default file."""
    if path := _named_file():
        return FileCredentials(path)
    if keyring_works():
        return KeyringCredentials(FileCredentials(_default_file()))
    path = _default_file()
    return FileCredentials(
        path, f"no keyring works here, so logins are stored in {path}, a file that only you can read"
    )


def all_credentials() -> list[Credentials]:
    """Every store that may hold logins of this user, so that one can be forgotten in all of them."""
    stores: list[Credentials] = [FileCredentials(path) for path in sorted(set(login_files()))]
    return [KeyringCredentials(FileCredentials(_default_file())), *stores] if keyring_works() else stores


def login_files() -> list[Path]:
    """The files that may hold logins of this user, whether they exist or not."""
    named_file = _named_file()
    return [_default_file(), *([named_file] if named_file else [])]


def _default_file() -> Path:
    return platformdirs.user_data_path("ladebog") / _FILE_NAME


def _named_file() -> Path | None:
    name = os.environ.get(FILE_VARIABLE)
    return Path(name).expanduser() if name else None
