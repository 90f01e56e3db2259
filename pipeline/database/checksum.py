"""The checksum of the writer's database: its SHA-256, in a file next to it while the database is closed.

DuckDB notices damage only in the blocks that it reads, and does not notice that another program wrote to the file.
Publishing copies the whole file, so the whole file is checked before anything is built on it. A run that was killed
leaves no checksum.
"""

import contextlib
import os
from pathlib import Path

from pipeline.logbook.files import file_sha256, sync_folder, write_text

_LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")


def matches(database: Path) -> bool | None:
    """Whether the database file is byte for byte the one that was last closed; None if it has no checksum."""
    checksum = _path(database)
    if not checksum.is_file():
        return None
    return not write_ahead_logs(database) and checksum.read_text("utf-8") == file_sha256(database)


def remove(database: Path) -> None:
    """Remove the checksum before the database changes. The removal is on disk when this returns."""
    checksum = _path(database)
    if checksum.exists():
        checksum.unlink()
        sync_folder(checksum.parent)


def store(database: Path) -> None:
    """Write the checksum of a database that was closed cleanly, which means that it has no write-ahead log.

    If it cannot be written, the database has no checksum, and the next run reads the whole database instead.
    """
    if not write_ahead_logs(database):
        with contextlib.suppress(OSError):
            write_text(_path(database), file_sha256(database))


def write_ahead_logs(database: Path) -> list[Path]:
    """What DuckDB applies to a database when it opens it: the logs of a program that did not close it cleanly."""
    names = (f"{database.name}{ending}" for ending in _LOGS)
    return [path for path in map(database.with_name, names) if os.path.lexists(path)]


def _path(database: Path) -> Path:
    return database.with_name(f"{database.name}.sha256")
