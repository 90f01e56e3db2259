"""`ladebog restore`: a logbook from a backup, in a new or empty folder."""

import shutil
from pathlib import Path

from pipeline.command_line import operand, quoted
from pipeline.errors import BackupError
from pipeline.logbook.files import make_folder
from pipeline.logbook.folder import Logbook
from pipeline.maintenance.backup.check import find_damage, find_faults, listed, read_checksums
from pipeline.maintenance.backup.container import (
    CopyProgress,
    FolderReader,
    Reader,
    built_next_to,
    open_backup,
    unpack,
)
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.verify import CheckRendered

_BY_HAND = "Use another backup; nothing was restored. What is left in this one can be copied out by hand"


def restore(backup: Path, home: Path, progress: CopyProgress, check_rendered: CheckRendered | None = None) -> Logbook:
    """Restore a logbook from a backup into `home`, which must be empty or not exist yet.

    The backup is checked before anything is written, and the logbook, as `verify` does, before it gets its name. Raises
    BackupError, and what `verify` raises.
    """
    backup, home = backup.expanduser(), home.resolve()
    _refuse_occupied(home, backup)
    _refuse_inside(home, backup)
    make_folder(home.parent)
    with open_backup(backup) as reader:
        expected_sums = read_checksums(reader)
        _refuse_larger_than_free(reader, home, backup)
        _refuse_faults(find_faults(reader, expected_sums, progress), f"{backup} is not what was backed up")
        with built_next_to(home, f"{home.name}.restored") as new:
            unpack(reader, expected_sums, new, progress)
            restored_faults = find_faults(FolderReader(new), expected_sums, progress)
            _refuse_faults(restored_faults, f"What was read back from {new} is not what was written")
            restored = Logbook(new)
            if damage := find_damage(restored, RecordedLinks.read(restored), progress, check_rendered):
                raise type(damage)(
                    f"{backup} is a backup of a damaged logbook: {str(damage).replace(f'{new}/', '')}", _BY_HAND
                )
    return Logbook(home)


def _refuse_occupied(home: Path, backup: Path) -> None:
    if home.is_mount():
        raise BackupError(
            f"{home} is the top folder of a disk, which a logbook cannot replace.",
            f"Name a folder in it: ladebog --home {quoted(home / 'Ladebog')} restore {operand(backup)}",
        )
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        content = "a logbook" if Logbook(home).settings.is_file() else "something else"
        raise BackupError(
            f"{home} contains {content} already, and nothing in it is overwritten.",
            f"Name a new or empty folder: ladebog --home FOLDER restore {operand(backup)}",
        )


def _refuse_inside(home: Path, backup: Path) -> None:
    """Raise BackupError for a place in the backup itself, or in another backup or logbook: it would change that."""
    for folder in home.parents:
        if Logbook(folder).settings.is_file():
            owner = "the backup itself" if backup.is_dir() and folder.samefile(backup) else "another logbook or backup"
            raise BackupError(
                f"{home} is inside {owner}, {folder}.",
                f"Name a folder elsewhere: ladebog --home FOLDER restore {operand(backup)}",
            )


def _refuse_larger_than_free(reader: Reader, home: Path, backup: Path) -> None:
    size, free = sum(reader.files.values()), shutil.disk_usage(home.parent).free
    if size > free:
        raise BackupError(
            f"The backup unpacks to {size / 1e6:,.0f} MB, but {home.parent} has only {free / 1e6:,.0f} MB free.",
            f"Free some space, or name a folder on another disk: ladebog --home FOLDER restore {operand(backup)}",
        )


def _refuse_faults(faults: list[str], message: str) -> None:
    if faults:
        raise BackupError(f"{message}:{listed(faults)}", "Use another backup; nothing was restored")
