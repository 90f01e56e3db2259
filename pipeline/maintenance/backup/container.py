"""What a backup is written to and read from: a folder, or a ZIP file with that folder in it."""

import os
import stat
import sys
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol

from pipeline.errors import BackupError
from pipeline.logbook.files import FILE_MODE, FOLDER_MODE, erase, make_folder, sync_file, sync_folder
from pipeline.logbook.system_files import is_made_by_system
from pipeline.maintenance.backup import checksums

ZIP = ".zip"
_FOLDER_IN_ZIP = "ladebog/"
_NAME_A_BACKUP = "Name the folder or the ZIP file that ladebog backup wrote"
_EARLIEST_IN_ZIP = datetime(1980, 1, 1, tzinfo=UTC)
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)  # raised by zipfile


class Reader(Protocol):
    """A backup, or a logbook to back up. `files` are the sizes in bytes by name."""

    files: dict[str, int]

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """Open a file to read it."""


class Writer(Protocol):
    """A backup, or a restored logbook, that is being written."""

    def create(self, name: str, size: int) -> AbstractContextManager[IO[bytes]]:
        """Create a file to write, of about that many bytes."""


class FolderReader:
    """The files in a folder that belong to a logbook or a backup."""

    def __init__(self, root: Path, *, is_logbook: bool = False, logins: Collection[Path] = ()) -> None:
        """Raises BackupError for anything that is not a regular file with a safe name.

        Of a logbook, what systems make, what has no safe name, and files of logins are left out: Ladebog reads none of
        it there.
        """
        self._root = root
        self._logins = [path for path in logins if path.exists()]
        self._is_logbook = is_logbook
        self.files: dict[str, int] = {}
        self.left_out: list[str] = []
        for name in (*checksums.CONTENT, checksums.FILE_NAME):
            if (root / name).exists():
                self._find(name)

    def open(self, name: str) -> IO[bytes]:
        file = (self._root / name).open("rb")
        _read_from_disk(file)
        return file

    def _find(self, name: str) -> None:
        path = self._root / name
        is_top = "/" not in name
        status = path.stat() if is_top else path.lstat()
        if stat.S_ISDIR(status.st_mode) and checksums.is_safe(name):
            for child in sorted(path.iterdir()):
                if child.name.startswith(".") and not _is_in_claim(name):
                    continue
                if self._is_logbook and self._is_left_out(name, child):
                    self.left_out.append(f"{name}/{child.name}")
                else:
                    self._find(f"{name}/{child.name}")
        elif stat.S_ISREG(status.st_mode) and (checksums.is_safe(name) or name == checksums.FILE_NAME):
            self.files[name] = status.st_size
        else:
            raise BackupError(
                f"{path} is not a regular file with a plain name, and cannot be backed up.",
                "Move it out of the folder, or replace it with the file itself",
            )

    def _is_left_out(self, folder: str, child: Path) -> bool:
        """Whether a file or folder in the logbook's folder `folder` is one that Ladebog does not read as part of it."""
        if is_made_by_system(child) and not _is_in_claim(folder):
            return True
        if any(child.exists() and child.samefile(path) for path in self._logins):
            return True
        is_ordinary = not child.is_symlink() and (child.is_file() or child.is_dir())
        return is_ordinary and not checksums.is_safe(f"{folder}/{child.name}")


def _is_in_claim(folder: str) -> bool:
    """Whether a folder is a claim's, or in one: every file of a claim counts.

    Elsewhere hidden files are unfinished ones, or a desktop's.
    """
    return folder.startswith("claims/") and folder.count("/") >= 2


class ZipReader:
    """The files of the one folder in a ZIP file."""

    def __init__(self, file: IO[bytes]) -> None:
        """Raises BackupError for any other file in it, and one of UNREADABLE if it is not a ZIP file."""
        self._zip = zipfile.ZipFile(file)
        self.files: dict[str, int] = {}
        for info in self._zip.infolist():
            name = info.filename.removeprefix(_FOLDER_IN_ZIP)
            is_ours = info.filename.startswith(_FOLDER_IN_ZIP) and name not in self.files
            if not is_ours or stat.S_ISLNK(info.external_attr >> 16):
                raise BackupError(
                    f"The ZIP file contains {info.filename!r}, which is not part of a backup.", "Use another backup"
                )
            if not info.is_dir():
                self.files[name] = info.file_size

    def open(self, name: str) -> IO[bytes]:
        return self._zip.open(_FOLDER_IN_ZIP + name)


class FolderWriter:
    """Writes into a new folder; use `new_folder`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def create(self, name: str, size: int) -> Iterator[IO[bytes]]:
        path = self._root / name
        make_folder(path.parent)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())


class ZipWriter:
    """Writes into a new ZIP file; use `new_zip`. Files and folders get the modes of a logbook's."""

    def __init__(self, archive: zipfile.ZipFile, moment: datetime) -> None:
        self._zip = archive
        self._moment = max(moment, _EARLIEST_IN_ZIP).timetuple()[:6]
        self._folders: set[str] = set()

    @contextmanager
    def create(self, name: str, size: int) -> Iterator[IO[bytes]]:
        parts = (_FOLDER_IN_ZIP + name).split("/")
        for depth in range(1, len(parts)):
            self._create_folder("/".join(parts[:depth]) + "/")
        info = self._info(_FOLDER_IN_ZIP + name, stat.S_IFREG | FILE_MODE)
        info.compress_type = zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED
        info.file_size = size
        with self._zip.open(info, "w") as file:
            yield file

    def _create_folder(self, name: str) -> None:
        if name not in self._folders:
            self._folders.add(name)
            self._zip.writestr(self._info(name, stat.S_IFDIR | FOLDER_MODE), b"")

    def _info(self, name: str, mode: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._moment)
        info.create_system = 3  # Unix, so that the modes apply
        info.external_attr = mode << 16
        return info


@contextmanager
def new_folder(path: Path) -> Iterator[FolderWriter]:
    """A new folder to write to. It is synced to disk unless there was an error."""
    make_folder(path)
    yield FolderWriter(path)
    for folder, _, _ in os.walk(path):
        sync_folder(Path(folder))


@contextmanager
def new_zip(path: Path, moment: datetime) -> Iterator[ZipWriter]:
    """A new ZIP file to write to; its entries get the time `moment`. It is synced to disk unless there was an error."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")
    archive = zipfile.ZipFile(file, "w")
    try:
        yield ZipWriter(archive, moment)
    except BaseException:
        for file_or_archive in (archive, file):
            with suppress(OSError):  # for example, the disk is still full; the first error is the one to report
                file_or_archive.close()
        raise
    archive.close()
    file.close()
    sync_file(path)


@contextmanager
def open_backup(path: Path) -> Iterator[Reader]:
    """The backup at `path`, a folder or a ZIP file.

    Raises BackupError if there is no backup, or if it contains a file that is not part of a backup.
    """
    if path.is_dir():
        reader = FolderReader(path)
        if checksums.FILE_NAME not in reader.files:
            raise _not_a_backup(path)
        yield reader
        return
    if not path.exists():
        raise BackupError(f"There is no backup {path}.", _NAME_A_BACKUP)
    if not path.is_file():  # a pipe or a device, which might never end
        raise _not_a_backup(path)
    with path.open("rb") as file:
        _read_from_disk(file)
        try:
            zip_reader = ZipReader(file)
        except UNREADABLE:
            raise _not_a_backup(path) from None
        if checksums.FILE_NAME not in zip_reader.files:
            raise _not_a_backup(path)
        yield zip_reader


def unpack(backup: Reader, names: Iterable[str], folder: Path, progress: "CopyProgress") -> None:
    """Write files of a backup into a new folder. Raises BackupError for one that cannot be read."""
    names = list(names)
    progress.step("copying", sum(backup.files[name] for name in names))
    with new_folder(folder) as writer:
        for name in names:
            try:
                with backup.open(name) as file, writer.create(name, backup.files[name]) as copy:
                    checksums.copy(file, copy, progress.advance)
            except UNREADABLE as error:
                raise BackupError(f"{name} cannot be read ({error}).", "Use another backup") from None


def _not_a_backup(path: Path) -> BackupError:
    """The error for a path that is not a backup; for a folder of backups it names the newest."""
    backups = sorted(path.glob(f"ladebog-*/{checksums.FILE_NAME}")) if path.is_dir() else []
    if backups:
        return BackupError(f"{path} is not a backup, but contains some.", f"The newest is {backups[-1].parent}")
    return BackupError(f"{path} is not a backup, or not a complete one.", _NAME_A_BACKUP)


def _read_from_disk(file: IO[bytes]) -> None:
    """Drop a file from the page cache, so that it is read from the disk; only Linux offers this."""
    if sys.platform == "linux":
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class CopyProgress(Protocol):
    """Receives the progress of a backup or a restore."""

    def step(self, name: str, size: int) -> None:
        """A step begins that covers `size` bytes."""

    def advance(self, size: int) -> None:
        """Another `size` bytes are done."""


@contextmanager
def built_next_to(target: Path, name: str) -> Iterator[Path]:
    """Yield the path `.name.new` next to `target` to write to; on success it is renamed to `target`, and synced.

    On an error it is removed. What an earlier process left there when it was killed is removed first.
    """
    with temporary(target.with_name(f".{name}.new")) as new:
        yield new
        put_in_place(new, target)


def put_in_place(new: Path, target: Path) -> None:
    """Rename what was built, and sync its name."""
    new.replace(target)
    sync_folder(target.parent)


@contextmanager
def temporary(path: Path) -> Iterator[Path]:
    """Yield a path where nothing exists; what is there in the end is removed."""
    erase(path)
    try:
        yield path
    finally:
        erase(path)
