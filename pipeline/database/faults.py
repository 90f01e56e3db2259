"""Translates DuckDB's errors about a database file: the system refused it, another program has it, or it is damaged."""

import errno
import os
import re
from pathlib import Path

import duckdb

from pipeline.errors import BusyError, DatabaseError
from pipeline.logbook import event_log
from pipeline.logbook.files import DISK_FULL, remedy

REBUILD = "Rebuild it from raw/ with: ladebog rebuild"
_REFUSALS = (errno.EACCES, errno.EIO, errno.EISDIR, errno.EROFS)
_HELD = re.compile(r"lock is held in .*\(PID (\d+)\)")
_DAMAGE = re.compile("could not read enough bytes|checksum", re.IGNORECASE)
_NO_DATABASE = "not a valid DuckDB database file"


def file_fault(path: Path, error: duckdb.Error) -> Exception | None:
    """The error to raise instead of DuckDB's, whose text goes to the log; None if it is not about the file.

    DuckDB notices that a file is cut short or changed only where it reads it.
    """
    fault = _classify(path, str(error))
    if fault:
        event_log.warning("database refused", path=str(path), duckdb=str(error))
    return fault


def _classify(path: Path, text: str) -> Exception | None:
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
