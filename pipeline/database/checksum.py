"""The witness of the writer's database: its SHA-256, which lies beside it while it is closed.

DuckDB notices damage only in the blocks that it reads, and cannot tell that another program wrote to the file. What
is published is a copy of the whole file, so the whole file is looked at before anything is built on it. A run that was
killed leaves no witness.
"""

import contextlib
from pathlib import Path

from pipeline.logbook.files import file_sha256, sync_folder, write_text


def agrees(database: Path) -> bool | None:
    """Whether a database is, to the byte, the one that was left; None where no witness of it was left."""
    witness = _path(database)
    if not witness.is_file():
        return None
    return not wal(database).exists() and witness.read_text("utf-8") == file_sha256(database)


def remove(database: Path) -> None:
    """Leave no witness, as the database is about to change. When this returns that is on disk."""
    witness = _path(database)
    if witness.exists():
        witness.unlink()
        sync_folder(witness.parent)


def leave(database: Path) -> None:
    """Leave a witness of a database that was closed in good order, which has all of it in its one file.

    Where the disk takes none there is none, and the next run looks at all of the database instead.
    """
    if not wal(database).exists():
        with contextlib.suppress(OSError):
            write_text(_path(database), file_sha256(database))


def wal(database: Path) -> Path:
    """What a database that was not closed in good order has beside it."""
    return database.with_name(f"{database.name}.wal")


def _path(database: Path) -> Path:
    return database.with_name(f"{database.name}.sha256")
