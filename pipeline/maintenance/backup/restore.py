"""`ladebog restore`: a logbook from a backup, in a place where there is none."""

import shutil
from pathlib import Path

from pipeline.errors import BackupError
from pipeline.logbook.files import make_folder
from pipeline.logbook.folder import Logbook
from pipeline.maintenance.backup import checksums
from pipeline.maintenance.backup.check import faults, in_lines, listed, read_chains
from pipeline.maintenance.backup.container import (
    UNREADABLE,
    CopyProgress,
    FolderReader,
    Reader,
    built_beside,
    new_folder,
    opened,
)


def restore(backup: Path, home: Path, progress: CopyProgress) -> Logbook:
    """Make the logbook `home`, which must not exist or be empty, from a backup.

    The backup is verified before anything is written, and the logbook before it gets its name. Raises BackupError,
    TamperingError.
    """
    backup, home = backup.expanduser(), home.resolve()
    _refuse_occupied(home)
    with opened(backup) as reader:
        expected = listed(reader)
        _refuse_larger_than_free(reader, home)
        _raise_at(faults(reader, expected, progress), f"{backup} is not what was backed up")
        with built_beside(home, f"{home.name}.restored") as beside:
            _write(reader, expected, beside, progress)
            _raise_at(faults(FolderReader(beside), expected, progress), f"What was written to {beside} reads otherwise")
            read_chains(Logbook(beside), progress)
    return Logbook(home)


def _refuse_occupied(home: Path) -> None:
    if home.is_mount():
        raise BackupError(
            f"{home} is where a disk begins, so a logbook cannot take its place.",
            f"Name a folder in it: ladebog --home {home / 'Ladebog'} restore ...",
        )
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        what = "a logbook" if Logbook(home).settings.is_file() else "something else"
        raise BackupError(
            f"{home} holds {what} already, and nothing of it is overwritten.",
            "Name a new or empty folder: ladebog --home FOLDER restore ...",
        )
    make_folder(home.parent)


def _refuse_larger_than_free(reader: Reader, home: Path) -> None:
    size, free = sum(reader.files.values()), shutil.disk_usage(home.parent).free
    if size > free:
        raise BackupError(
            f"The backup unpacks to {size / 1e6:,.0f} MB, and {home.parent} has room for {free / 1e6:,.0f} MB.",
            "Make room, or name a folder on another disk: ladebog --home FOLDER restore ...",
        )


def _raise_at(found: list[str], message: str) -> None:
    if found:
        raise BackupError(f"{message}:{in_lines(found)}", "Use another backup; nothing was restored")


def _write(reader: Reader, expected: checksums.Sums, beside: Path, progress: CopyProgress) -> None:
    progress.step("copying", sum(reader.files.values()))
    with new_folder(beside) as writer:
        for name in expected:
            try:
                with reader.open(name) as file, writer.create(name, reader.files[name]) as copy:
                    checksums.copy(file, copy, progress.advance)
            except UNREADABLE as error:
                raise BackupError(f"{name} cannot be read ({error}).", "Use another backup") from None
