"""`ladebog backup`: a consistent copy of a logbook, in a new folder or a ZIP file."""

import hashlib
import platform
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import BackupError, TamperingError
from pipeline.logbook import journal
from pipeline.logbook.files import FOLDER_MODE
from pipeline.logbook.folder import Logbook
from pipeline.maintenance.backup import checksums
from pipeline.maintenance.backup.check import check_chains, find_faults, listed, read_checksums
from pipeline.maintenance.backup.container import (
    ZIP,
    CopyProgress,
    FolderReader,
    Writer,
    built_next_to,
    new_folder,
    new_zip,
    open_backup,
    temporary,
    unpack,
)
from pipeline.raw.segments import recover_segments

_CHAINED = ("raw/", "journal/", "claims/")
_NAME_FORMAT = "ladebog-%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Backup:
    """A backup that was written and checked."""

    path: Path
    files: int
    size: int  # bytes, uncompressed
    left_out: list[str]  # names of files and folders in the logbook


def make_backup(logbook: Logbook, place: Path, now: datetime, progress: CopyProgress) -> Backup:
    """Copy the logbook, under its lock, to a new folder in `place`, or to `place` itself if that is FILE.zip.

    Before the copy gets its name, it is read back and compared, and its chains are checked. An existing FILE.zip is
    replaced only if it is a backup and the logbook still contains everything in it. Raises BackupError, BusyError and
    TamperingError.
    """
    target = _target(logbook, place, now)
    with logbook.lock():
        _recover(logbook, now)
        check_chains(logbook, progress)
        source = FolderReader(logbook.root)
        source.files.pop(checksums.FILE_NAME, None)  # if a backup is used as a logbook
        try:
            with built_next_to(target, _temporary_name(logbook)) as new:
                with _writer(target, new, now) as writer:
                    expected_sums = _write(source, writer, progress)
                _check(new, expected_sums, progress)
                _check_chains(new, expected_sums, progress)
                if target.exists():
                    _refuse_loss(target, logbook, expected_sums)
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            raise BackupError(
                f"No backup was written to {target.parent}: {error.strerror or error}{where}.",
                "Fix that or choose another place, then run the same command again",
            ) from None
    left_out = sorted({path.name for path in logbook.root.iterdir()} - {*checksums.CONTENT, checksums.FILE_NAME})
    return Backup(target, len(source.files), sum(source.files.values()), left_out)


def _target(logbook: Logbook, place: Path, now: datetime) -> Path:
    """The path of the new backup. Raises BackupError for a place where it cannot be written."""
    place = place.expanduser().resolve()
    is_file = place.suffix.lower() == ZIP and not place.is_dir()
    for folder in place.parents if is_file else (place, *place.parents):
        if Logbook(folder).settings.is_file():
            owner = "the logbook itself" if folder == logbook.root.resolve() else "another logbook or backup"
            raise BackupError(
                f"{place} is inside {owner}, {folder}.", "Name a folder elsewhere, preferably on another disk"
            )
    if not place.parent.is_dir():
        raise BackupError(f"There is no folder {place.parent}.", f"Create it first: mkdir -p {place.parent}")
    if is_file:
        return place
    if place.exists() and not place.is_dir():
        raise BackupError(f"{place} is a file.", f"Name a folder, or a file that ends in {ZIP}")
    place.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return place / f"{now:{_NAME_FORMAT}}"


def _temporary_name(logbook: Logbook) -> str:
    """The same name for each backup of this logbook, so that each removes what a killed one left."""
    machine_and_path = f"{platform.node()} {logbook.root.resolve()}"
    return f"ladebog-{hashlib.sha256(machine_and_path.encode()).hexdigest()[:12]}"


def _recover(logbook: Logbook, now: datetime) -> None:
    """Finish what interrupted runs left."""
    if logbook.raw.is_dir():
        for folder in sorted(logbook.raw.iterdir()):
            recover_segments(folder, now)
    journal.recover(logbook.journal)


def _writer(target: Path, new: Path, now: datetime) -> AbstractContextManager[Writer]:
    return new_zip(new, now) if target.suffix.lower() == ZIP else new_folder(new)


def _write(source: FolderReader, writer: Writer, progress: CopyProgress) -> dict[str, str]:
    """Copy every file, and SHA256SUMS last; returns the SHA-256 by name that it contains."""
    progress.step("copying", sum(source.files.values()))
    written_sums = {}
    for name, size in source.files.items():
        with source.open(name) as file, writer.create(name, size) as copy:
            written_sums[name] = checksums.copy(file, copy, progress.advance)
    content = checksums.encode(written_sums)
    with writer.create(checksums.FILE_NAME, len(content)) as copy:
        copy.write(content)
    return written_sums


def _check(new: Path, expected_sums: checksums.Checksums, progress: CopyProgress) -> None:
    """Raise BackupError if the copy, read back, is not what was written."""
    with open_backup(new) as copy:
        faults = find_faults(copy, expected_sums, progress)
        if not faults and read_checksums(copy) != expected_sums:
            faults = [f"{checksums.FILE_NAME}: it is not what was written"]
    if faults:
        raise BackupError(
            f"What was read back from {new.parent} is not what was written:{listed(faults)}",
            "Use another disk: this one does not store files correctly",
        )


def _check_chains(new: Path, expected_sums: checksums.Checksums, progress: CopyProgress) -> None:
    """Raise BackupError unless the chains of the copy itself hold.

    The logbook's were checked before, but may have been read from memory then, and it may have changed while it was
    copied.
    """
    try:
        if new.is_dir():
            check_chains(Logbook(new), progress)
            return
        names = [name for name in expected_sums if name.startswith(_CHAINED)]
        with open_backup(new) as copy, temporary(new.with_suffix(".check")) as folder:
            unpack(copy, names, folder, progress)
            check_chains(Logbook(folder), progress)
    except TamperingError as error:
        raise BackupError(
            f"What was copied does not hold together: {str(error).replace(f'{new}/', '')}",
            "Run the same command again. If it fails again, see what is damaged with: ladebog verify",
        ) from None


def _refuse_loss(target: Path, logbook: Logbook, expected_sums: checksums.Checksums) -> None:
    """Raise BackupError unless the new backup contains everything of the old one that cannot be computed again."""
    try:
        with open_backup(target) as old:
            lost_files = [
                name
                for name, sha256 in read_checksums(old).items()
                if name.startswith(_CHAINED)
                and expected_sums.get(name) != sha256
                and _sha256_of_start(logbook.root / name, old.files.get(name, 0)) != sha256
            ]
    except BackupError as error:
        raise BackupError(
            f"{target} exists already and cannot be replaced: {error}", "Name another file, or move that one away"
        ) from None
    if lost_files:
        raise BackupError(
            f"{target} contains files that this logbook does not, so it is not replaced:{listed(lost_files)}",
            "Name another file, or move that one away",
        )


def _sha256_of_start(path: Path, size: int) -> str | None:
    """The SHA-256 of the first bytes of a file: the start of a file that has only grown is unchanged."""
    if not path.is_file() or path.stat().st_size < size:
        return None
    with path.open("rb") as file:
        return hashlib.sha256(file.read(size)).hexdigest()
