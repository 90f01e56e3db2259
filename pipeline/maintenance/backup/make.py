"""`ladebog backup`: a consistent copy of a logbook, in a new folder or a ZIP file."""

import hashlib
import platform
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import BackupError
from pipeline.logbook import journal
from pipeline.logbook.files import FOLDER_MODE
from pipeline.logbook.folder import Logbook
from pipeline.maintenance.backup import checksums
from pipeline.maintenance.backup.check import faults, in_lines, listed, read_chains
from pipeline.maintenance.backup.container import (
    ZIP,
    CopyProgress,
    FolderReader,
    Reader,
    Writer,
    built_beside,
    new_folder,
    new_zip,
    opened,
)
from pipeline.raw.segments import recover_segments

_NAME_FORMAT = "ladebog-%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Backup:
    """A backup that was made and verified."""

    path: Path
    files: int
    size: int
    left_out: list[str]


def make_backup(logbook: Logbook, place: Path, now: datetime, progress: CopyProgress) -> Backup:
    """Copy the logbook, under its lock, to a new folder in `place`, or to `place` where that is FILE.zip.

    The copy is read back and compared before it gets its name. An existing FILE.zip is replaced only if it is a
    backup of which this logbook still has everything. Raises BackupError, BusyError, TamperingError.
    """
    target = _target(logbook, place, now)
    with logbook.lock():
        _seal_what_crashes_left(logbook, now)
        read_chains(logbook, progress)
        source = FolderReader(logbook.root)
        source.files.pop(checksums.FILE_NAME, None)  # of a backup that is used as a logbook
        try:
            with built_beside(target, _name_beside(logbook)) as beside:
                with _new(target, beside, now) as writer:
                    expected = _write(source, writer, progress)
                _verify(beside, expected, progress)
                if target.exists():
                    _refuse_loss(target, logbook, expected)
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            raise BackupError(
                f"No backup was made in {target.parent}: {error.strerror or error}{where}.",
                "Mend that or name another place, then run the same command again",
            ) from None
    left_out = sorted({path.name for path in logbook.root.iterdir()} - {*checksums.KEPT, checksums.FILE_NAME})
    return Backup(target, len(source.files), sum(source.files.values()), left_out)


def _target(logbook: Logbook, place: Path, now: datetime) -> Path:
    """Where the backup is to stand. Raises BackupError where none may stand."""
    place = place.expanduser().resolve()
    is_file = place.suffix.lower() == ZIP and not place.is_dir()
    for folder in place.parents if is_file else (place, *place.parents):
        if Logbook(folder).settings.is_file():
            what = "the logbook itself" if folder == logbook.root.resolve() else "another logbook or backup"
            raise BackupError(f"{place} lies in {what}, {folder}.", "Name a folder elsewhere, best on another disk")
    if not place.parent.is_dir():
        raise BackupError(f"There is no folder {place.parent}.", f"Make it first: mkdir -p {place.parent}")
    if is_file:
        return place
    if place.exists() and not place.is_dir():
        raise BackupError(f"{place} is a file.", f"Name a folder, or a file that ends in {ZIP}")
    place.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return place / f"{now:{_NAME_FORMAT}}"


def _name_beside(logbook: Logbook) -> str:
    """The same for each backup of this logbook, so that one removes what the one before it left when killed."""
    whose = f"{platform.node()} {logbook.root.resolve()}"
    return f"ladebog-{hashlib.sha256(whose.encode()).hexdigest()[:12]}"


def _seal_what_crashes_left(logbook: Logbook, now: datetime) -> None:
    if logbook.raw.is_dir():
        for folder in sorted(logbook.raw.iterdir()):
            recover_segments(folder, now)
    journal.recover(logbook.journal)


def _new(target: Path, beside: Path, now: datetime) -> AbstractContextManager[Writer]:
    return new_zip(beside, now) if target.suffix.lower() == ZIP else new_folder(beside)


def _write(source: FolderReader, writer: Writer, progress: CopyProgress) -> dict[str, str]:
    """Copy every file, and the list of them as the last one; returns what the list says."""
    progress.step("copying", sum(source.files.values()))
    written = {}
    for name, size in source.files.items():
        with source.open(name) as file, writer.create(name, size) as copy:
            written[name] = checksums.copy(file, copy, progress.advance)
    content = checksums.text(written).encode()
    with writer.create(checksums.FILE_NAME, len(content)) as copy:
        copy.write(content)
    return written


def _verify(beside: Path, expected: checksums.Sums, progress: CopyProgress) -> None:
    with opened(beside) as copy:
        if found := faults(copy, expected, progress) or _faults_of_list(copy, expected):
            raise BackupError(
                f"What was written to {beside.parent} reads otherwise:{in_lines(found)}",
                "Use another disk: this one does not keep what it is given",
            )


def _faults_of_list(copy: Reader, expected: checksums.Sums) -> list[str]:
    return [] if listed(copy) == expected else [f"{checksums.FILE_NAME}: it is not what was written"]


def _refuse_loss(target: Path, logbook: Logbook, expected: checksums.Sums) -> None:
    """Raise BackupError unless all in the old backup that cannot be made again is in the new one too."""
    try:
        with opened(target) as old:
            lost = [
                name
                for name, sha256 in listed(old).items()
                if name.startswith(("raw/", "journal/", "claims/"))
                and expected.get(name) != sha256
                and _beginning(logbook.root / name, old.files.get(name, 0)) != sha256
            ]
    except BackupError as error:
        raise BackupError(
            f"{target} is there already and cannot be replaced: {error}", "Name another file, or move that one away"
        ) from None
    if lost:
        raise BackupError(
            f"{target} holds what this logbook does not, so it is not replaced:{in_lines(lost)}",
            "Name another file, or move that one away",
        )


def _beginning(path: Path, size: int) -> str | None:
    """The SHA-256 of the first bytes of a file: what grew since begins as it was."""
    if not path.is_file() or path.stat().st_size < size:
        return None
    with path.open("rb") as file:
        return hashlib.sha256(file.read(size)).hexdigest()
