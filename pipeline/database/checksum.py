"""The checksum of the writer's database: its SHA-256, in a file next to it while the database is closed.

DuckDB notices damage only in the blocks that it reads, and does not notice that another program wrote to the file.
Publishing copies the whole file, so the whole file is checked before anything is built on it. A run that was killed
leaves no checksum.
"""

import contextlib
from pathlib import Path

from pipeline.logbook.files import file_sha256, sync_folder, write_text


def matches(database: Path) -> bool | None:
    """Whether the database file is byte for byte the one that was last closed; None if it has no checksum."""
    checksum = _path(database)
    if not checksum.is_file():
        return None
    return not wal_path(database).exists() and checksum.read_text("utf-8") == file_sha256(database)


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
    if not wal_path(database).exists():
        with contextlib.suppress(OSError):
            write_text(_path(database), file_sha256(database))


def wal_path(database: Path) -> Path:
    """Where DuckDB keeps the write-ahead log of a database that was not closed cleanly."""
    return database.with_name(f"{database.name}.wal")


def _path(database: Path) -> Path:
    return database.with_name(f"{database.name}.sha256")
