"""Locks between processes: on the file of logins, and on the renewal of one account's login."""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import filelock

from pipeline.errors import BusyError, LogbookError
from pipeline.logbook.files import FILE_MODE, make_folder
from pipeline.settings.schema import Account
from pipeline.source.credentials.store import FILE_VARIABLE, account_key


def renewal_lock(account: Account, folder: Path, timeout: float) -> AbstractContextManager[None]:
    """Hold the lock on renewing the account's login. Raises BusyError, LogbookError."""
    digest = hashlib.sha256(account_key(account).encode()).hexdigest()
    return lock_file(folder / f"renewing-{digest[:16]}.lock", timeout)


@contextmanager
def lock_file(path: Path, timeout: float) -> Iterator[None]:
    """Hold a lock file's lock. Raises BusyError after `timeout` seconds, LogbookError if it cannot be used."""
    lock = filelock.FileLock(path, timeout=timeout, mode=FILE_MODE)
    try:
        make_folder(path.parent)
        lock.acquire()
    except filelock.Timeout:
        raise BusyError(
            f"Another process holds {path}.", "Wait for it to end, then run the same command again"
        ) from None
    except OSError as error:
        raise unusable_file(path, error) from None
    try:
        yield
    finally:
        lock.release()


def unusable_file(path: Path, error: OSError) -> LogbookError:
    """The error for a file of logins, or its lock, that the system refuses."""
    return LogbookError(
        f"{path} cannot be used for logins: {error.strerror}.",
        f"Fix that, or name another file: export {FILE_VARIABLE}=FILE",
    )
