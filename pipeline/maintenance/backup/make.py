"""`ladebog backup`: a consistent copy of a logbook, in a new folder or a ZIP file."""

import hashlib
import platform
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.command_line import quoted
from pipeline.errors import BackupError, LadebogError, LogbookError
from pipeline.logbook import journal
from pipeline.logbook.files import FOLDER_MODE
from pipeline.logbook.folder import Logbook
from pipeline.logbook.system_files import account_folders
from pipeline.maintenance.backup import checksums
from pipeline.maintenance.backup.check import find_damage, find_faults, listed, read_checksums
from pipeline.maintenance.backup.container import (
    ZIP,
    CopyProgress,
    FolderReader,
    Writer,
    new_folder,
    new_zip,
    open_backup,
    put_in_place,
    temporary,
    unpack,
)
from pipeline.maintenance.foreign_files import unread_beside_claims
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.verify import CheckRendered
from pipeline.raw.segments import recover_segments
from pipeline.source.credentials.choose import login_files

_CHAINED = ("raw/", "journal/", "claims/")
NAME_FORMAT = "ladebog-%Y%m%dT%H%M%SZ"

_OTHER_ARCHIVES = {".7z", ".bz2", ".gz", ".rar", ".tar", ".tbz2", ".tgz", ".txz", ".xz", ".zst"}


@dataclass(frozen=True)
class Backup:
    """A backup that was written and checked."""

    path: Path
    files: int
    size: int  # bytes, uncompressed
    left_out: list[str]  # names of files and folders in the logbook
    damage: LadebogError | None  # what `ladebog verify` reports about the logbook, and so about the copy


def make_backup(
    logbook: Logbook, place: Path, now: datetime, progress: CopyProgress, check_rendered: CheckRendered | None = None
) -> Backup:
    """Copy the logbook, under its lock, to a new folder in `place`, or to `place` itself if that is FILE.zip.

    Before the copy gets its name, it is read back and compared, and checked as `verify` does. If the logbook is damaged
    in the same way, the copy is kept, with `-damaged` in its name. An existing FILE.zip is replaced only if it is a
    backup and the logbook still contains everything in it. Raises BackupError and BusyError.
    """
    target = _target(logbook, place, now)
    with logbook.lock():
        damage: LadebogError | None = _recover(logbook, now)
        source = FolderReader(logbook.root, is_logbook=True, logins=login_files())
        source.files.pop(checksums.FILE_NAME, None)  # if a backup is used as a logbook
        try:
            with temporary(target.with_name(f".{_temporary_name(logbook)}.new")) as new:
                with _writer(target, new, now) as writer:
                    expected_sums = _write(source, writer, progress)
                _check(new, expected_sums, progress)
                damage = damage or _damage(new, logbook, progress, check_rendered)
                if not damage and any(name.startswith("claims/") for name in source.left_out):
                    damage = find_damage(logbook, RecordedLinks.read(logbook), progress, check_rendered)
                if damage:
                    target = target.with_name(f"{target.stem}-damaged{target.suffix}")
                if target.exists():
                    _refuse_loss(target, logbook, expected_sums)
                put_in_place(new, target)
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            raise BackupError(
                f"No backup was written to {target.parent}: {error.strerror or error}{where}.",
                "Fix that or choose another place, then run the same command again",
            ) from None
    left_out = sorted({path.name for path in logbook.root.iterdir()} - {*checksums.CONTENT, checksums.FILE_NAME})
    left_out += [path.relative_to(logbook.root).as_posix() for path in unread_beside_claims(logbook)]
    left_out += [name for name in source.left_out if name not in left_out]
    return Backup(target, len(source.files), sum(source.files.values()), left_out, damage)


def _target(logbook: Logbook, place: Path, now: datetime) -> Path:
    """The path of the new backup. Raises BackupError for a place where it cannot be written."""
    place = place.expanduser().resolve()
    if place.suffix.lower() in _OTHER_ARCHIVES and not place.exists():
        raise BackupError(
            f"{place.name} would be a folder: only a ZIP file can be written as one file.",
            f"Name a folder, or a file that ends in {ZIP}",
        )
    is_file = place.suffix.lower() == ZIP and not place.is_dir()
    for folder in place.parents if is_file else (place, *place.parents):
        if Logbook(folder).settings.is_file() or folder == logbook.root.resolve():
            owner = "the logbook itself" if folder == logbook.root.resolve() else "another logbook or backup"
            raise BackupError(
                f"{place} is inside {owner}, {folder}.", "Name a folder elsewhere, preferably on another disk"
            )
    if not place.parent.is_dir():
        raise BackupError(f"There is no folder {place.parent}.", f"Create it first: mkdir -p {quoted(place.parent)}")
    if is_file:
        return place
    if place.exists() and not place.is_dir():
        raise BackupError(f"{place} is a file.", f"Name a folder, or a file that ends in {ZIP}")
    place.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return place / f"{now:{NAME_FORMAT}}"


def _temporary_name(logbook: Logbook) -> str:
    """The same name for each backup of this logbook, so that each removes what a killed one left."""
    machine_and_path = f"{platform.node()} {logbook.root.resolve()}"
    return f"ladebog-{hashlib.sha256(machine_and_path.encode()).hexdigest()[:12]}"


def _recover(logbook: Logbook, now: datetime) -> LogbookError | None:
    """Finish what interrupted runs left; returns why that is impossible."""
    try:
        for folder in account_folders(logbook.raw):
            recover_segments(folder, now)
        journal.recover(logbook.journal)
    except LogbookError as error:
        return error
    return None


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


def _damage(
    new: Path, logbook: Logbook, progress: CopyProgress, check_rendered: CheckRendered | None
) -> LadebogError | None:
    """The damage of a logbook that its copy shows. Raises BackupError if only the copy is damaged.

    The logbook may have been read from memory, and it may have changed while it was copied.
    """
    recorded = RecordedLinks.read(logbook)
    if new.is_dir():
        damage = find_damage(Logbook(new), recorded, progress, check_rendered)
    else:
        with open_backup(new) as copy, temporary(new.with_suffix(".check")) as folder:
            names = [name for name in copy.files if name.startswith(_CHAINED)]
            unpack(copy, names, folder, progress)
            damage = find_damage(Logbook(folder), recorded, progress, check_rendered)
    if not damage:
        return None
    if of_logbook := find_damage(logbook, recorded, progress, check_rendered):
        return of_logbook
    raise BackupError(
        f"What was copied does not hold together: {str(damage).replace(f'{new}/', '')}",
        "Run the same command again. If it fails again, see what is damaged with: ladebog verify",
    )


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
