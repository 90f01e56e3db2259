"""What DuckDB says of a database file, as the error that it is: the system's, another program's, or damage."""

import errno
import os
import re
from pathlib import Path

import duckdb

from pipeline.errors import BusyError, DatabaseError
from pipeline.logbook import event_log
from pipeline.logbook.files import DISK_FULL, remedy

REBUILD = "Make it again from raw/ with: ladebog rebuild"
_REFUSALS = (errno.EACCES, errno.EIO, errno.EISDIR, errno.EROFS)
_HELD = re.compile(r"lock is held in .*\(PID (\d+)\)")
_DAMAGE = re.compile("could not read enough bytes|checksum", re.IGNORECASE)
_NO_DATABASE = "not a valid DuckDB database file"


def file_fault(path: Path, error: duckdb.Error) -> Exception | None:
    """The error to raise in place of DuckDB's, whose own words go into the log; None if it is not about the file.

    DuckDB notices a file that is cut short, or not what was written, only where it reads it.
    """
    fault = _told_apart(path, str(error))
    if fault:
        event_log.warning("database refused", path=str(path), duckdb=str(error))
    return fault


def _told_apart(path: Path, text: str) -> Exception | None:
    for number in DISK_FULL:
        if os.strerror(number) in text:
            return OSError(number, os.strerror(number), str(path))
    for number in _REFUSALS:
        if os.strerror(number) in text:
            reason = os.strerror(number).lower()
            return DatabaseError(f"{path} cannot be used: {reason}.", remedy(number))
    if holder := _HELD.search(text):
        return BusyError(
            f"Another program has {path} open (process {holder[1]}).", "Close it, then run the same command again"
        )
    if _DAMAGE.search(text):
        return DatabaseError(f"{path} is damaged.", REBUILD)
    if _NO_DATABASE in text:
        return DatabaseError(f"{path} is not a database.", REBUILD)
    return None
