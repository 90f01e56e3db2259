"""What a backup is written to and read from: a folder, or a ZIP file with that folder in it."""

import os
import stat
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol

from pipeline.errors import BackupError
from pipeline.logbook.files import FILE_MODE, FOLDER_MODE, erase, make_folder, sync_file, sync_folder
from pipeline.maintenance.backup import checksums

ZIP = ".zip"
_FOLDER_IN_ZIP = "ladebog/"
_EARLIEST_IN_ZIP = datetime(1980, 1, 1, tzinfo=UTC)
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)  # what zipfile raises


class Reader(Protocol):
    """A backup, or a logbook that is to be one. `files` are the sizes by name."""

    files: dict[str, int]

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file to read."""


class Writer(Protocol):
    """A backup, or a restored logbook, in the making."""

    def create(self, name: str, size: int) -> AbstractContextManager[IO[bytes]]:
        """A new file of about that size to write."""


class FolderReader:
    """The files of a logbook's folder that count."""

    def __init__(self, root: Path) -> None:
        """Raises BackupError where something is not a plain file under a plain name."""
        self._root = root
        self.files: dict[str, int] = {}  # without hidden ones: what is being written, or what a desktop leaves
        for name in (*checksums.KEPT, checksums.FILE_NAME):
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
        if stat.S_ISDIR(status.st_mode):
            for below in sorted(path.iterdir()):
                if not below.name.startswith("."):
                    self._find(f"{name}/{below.name}")
        elif stat.S_ISREG(status.st_mode) and (checksums.is_safe(name) or name == checksums.FILE_NAME):
            self.files[name] = status.st_size
        else:
            raise BackupError(
                f"{path} is no plain file with a plain name, and a backup holds nothing else.",
                "Move it out of the folder, or put the file itself in its place",
            )


class ZipReader:
    """The files of the one folder in a ZIP file."""

    def __init__(self, file: IO[bytes]) -> None:
        """Raises BackupError where it holds anything else, and one of UNREADABLE where it is no ZIP file."""
        self._zip = zipfile.ZipFile(file)
        self.files: dict[str, int] = {}
        for info in self._zip.infolist():
            name = info.filename.removeprefix(_FOLDER_IN_ZIP)
            is_ours = info.filename.startswith(_FOLDER_IN_ZIP) and name not in self.files
            if not is_ours or stat.S_ISLNK(info.external_attr >> 16):
                raise BackupError(f"It holds {info.filename!r}, as no backup of Ladebog's does.", "Use another backup")
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
    """Writes into a new ZIP file; use `new_zip`. What unpacks it gets the modes of a logbook."""

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
        info.create_system = 3  # Unix, so that the modes count
        info.external_attr = mode << 16
        return info


@contextmanager
def new_folder(path: Path) -> Iterator[FolderWriter]:
    """A new folder to write to; without an error all of it is on disk in the end."""
    make_folder(path)
    yield FolderWriter(path)
    for folder, _, _ in os.walk(path):
        sync_folder(Path(folder))


@contextmanager
def new_zip(path: Path, moment: datetime) -> Iterator[ZipWriter]:
    """A new ZIP file, of that moment, to write to; without an error all of it is on disk in the end."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")
    archive = zipfile.ZipFile(file, "w")
    try:
        yield ZipWriter(archive, moment)
    except BaseException:
        for unfinished in (archive, file):
            with suppress(OSError):  # of a full disk, say; the first one is what is told
                unfinished.close()
        raise
    archive.close()
    file.close()
    sync_file(path)


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """The backup at `path`, a folder or a ZIP file.

    Raises BackupError where there is none, or where it holds what no backup does.
    """
    if path.is_dir():
        reader = FolderReader(path)
        if checksums.FILE_NAME not in reader.files:
            raise no_backup(path)
        yield reader
        return
    if not path.exists():
        raise BackupError(f"There is no backup {path}.", "Name the folder or the ZIP file that ladebog backup wrote")
    with path.open("rb") as file:
        _read_from_disk(file)
        try:
            zipped = ZipReader(file)
        except UNREADABLE:
            raise no_backup(path) from None
        if checksums.FILE_NAME not in zipped.files:
            raise no_backup(path)
        yield zipped


def no_backup(path: Path) -> BackupError:
    """Says that something is no backup and, of a folder with backups in it, which is the newest."""
    found = sorted(path.glob(f"ladebog-*/{checksums.FILE_NAME}")) if path.is_dir() else []
    return BackupError(
        f"{path} is no backup of Ladebog's" + (", but there are some in it." if found else ", or no whole one."),
        f"The newest is {found[-1].parent}" if found else "Name the folder or the ZIP file that ladebog backup wrote",
    )


def _read_from_disk(file: IO[bytes]) -> None:
    """Have what was written read back from the disk, not from memory, where the system lets one say so."""
    if sys.platform == "linux":
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class CopyProgress(Protocol):
    """What a backup and a restore tell while they are at it."""

    def step(self, name: str, size: int) -> None:
        """Something begins that goes over so many bytes."""

    def advance(self, size: int) -> None:
        """So many bytes more are done."""


@contextmanager
def built_beside(target: Path, name: str) -> Iterator[Path]:
    """Yield the path `.name.new` beside `target` to build at; on success, and synced, it takes the place of `target`.

    What an earlier one of the name left when it was killed is removed; on an error nothing is left behind.
    """
    beside = target.with_name(f".{name}.new")
    erase(beside)
    try:
        yield beside
        beside.replace(target)
        sync_folder(target.parent)
    finally:
        erase(beside)
