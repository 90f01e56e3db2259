"""How files are written: for their owner only, replaced as a whole, and on disk before the caller goes on."""

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from io import BufferedReader
from pathlib import Path

from pipeline.errors import LogbookError

FOLDER_MODE = 0o700
FILE_MODE = 0o600
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r"})
_REMEDIES = {
    **dict.fromkeys(DISK_FULL, "Make room on the disk"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "See who owns the file with ls -l, and give yourself access to it"),
    errno.EIO: "Check or replace the failing disk",
    errno.EROFS: "Make the disk writable",
}


def remedy(error_number: int | None, then: str = "run the same command again") -> str:
    """What the user can do about an error of the operating system."""
    return f"{_REMEDIES.get(error_number or 0, 'Fix that')}, then {then}"


def make_folder(path: Path) -> None:
    """Create a folder and its missing parents, for the owner only. When this returns, their names are on disk."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        sync_folder(folder.parent)


def is_read_only(path: Path) -> bool:
    """Whether the file or folder is on a file system that is mounted read-only."""
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to; on success its file is synced and replaces `path`.

    Readers of `path` see either the old file or the whole new one. On an error the new file is removed; one that a
    killed process left is removed by the next call. It is written in a separate folder, so that other users can
    neither read nor replace it where they can write next to `path`.
    """
    make_folder(path.parent)
    remove_leftovers(path)
    folder = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.new")
    folder.mkdir(mode=FOLDER_MODE)
    new = folder / path.name
    try:
        with naming(path, instead_of=new):
            yield new
            new.chmod(FILE_MODE)
            sync_file(new)
            new.replace(path)
            sync_folder(path.parent)
    finally:
        discard(new)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder to write files to; on success they are synced and it replaces `path`, whatever that contains.

    On an error it is removed; what a killed process left, between two renames also the old folder, is removed by the
    next call.
    """
    make_folder(path.parent)
    remove_leftovers(path)
    unique = f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}"
    new, old = path.with_name(f"{unique}0.new"), path.with_name(f"{unique}1.new")
    new.mkdir(mode=FOLDER_MODE)
    try:
        yield new
        _sync_tree(new)
        is_replaced = path.exists()
        if is_replaced:
            path.rename(old)
        try:
            new.rename(path)
        except OSError:
            if is_replaced:
                old.rename(path)
            raise
        sync_folder(path.parent)
        erase(old)
    finally:
        erase(new)


def discard(new: Path) -> None:
    """Remove the path that `replacing` yielded, with its folder."""
    new.unlink(missing_ok=True)
    new.parent.rmdir()


def leftovers(path: Path) -> list[Path]:
    """What killed calls of `replacing` left. The caller makes sure that no other process is replacing `path` now."""
    return list(path.parent.glob(f".{escape(path.name)}.*.new"))


def rename_to_new(path: Path, new: Path) -> None:
    """Rename a file or folder that is append-only from now on. Raises FileExistsError if there is something already."""
    if os.path.lexists(new):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new))
    path.rename(new)


def erase(path: Path) -> None:
    """Remove a file, a link, or a folder with its content, if it exists."""
    if path.is_dir() and not path.is_symlink():
        import shutil

        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def naming(path: Path, instead_of: Path | None = None) -> Iterator[None]:
    """Set an OSError's file name to `path` if it has none, as that of a full disk, or if it is `instead_of`."""
    try:
        yield
    except OSError as error:
        if error.filename is None or str(error.filename) == str(instead_of):
            error.filename = str(path)
        raise


def remove_leftovers(path: Path) -> None:
    """Remove the leftovers of processes that have ended: those of a database would soon fill the disk."""
    leftover = re.compile(rf"\.{re.escape(path.name)}\.([0-9]{{1,9}})-[0-9a-f]+\.new")
    for candidate in path.parent.iterdir():
        if (match := leftover.fullmatch(candidate.name)) and not _is_running(int(match[1])):
            erase(candidate)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it belongs to another user
        return True
    return True


def write_text(path: Path, text: str) -> None:
    """Create or replace a small text file."""
    with replacing(path) as new:
        new.touch(mode=FILE_MODE)
        new.write_text(text, "utf-8", newline="")


def sync_file(path: Path) -> None:
    """Sync the bytes of a file to disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Sync the entries of a folder to disk, for example after a rename in it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    """Make all in a folder the owner's alone, and sync it to disk."""
    for path in (*folder.rglob("*"), folder):
        if path.is_dir():
            path.chmod(FOLDER_MODE)
            sync_folder(path)
        else:
            path.chmod(FILE_MODE)
            sync_file(path)


def open_regular(path: Path) -> BufferedReader:
    """Open a file to read it. Raises LogbookError for a folder, and at once for what might never end, as a pipe."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise LogbookError(
            f"{path} is not a regular file.", "Move it out of the logbook, then run the same command again"
        )
    return path.open("rb")


def read_regular(path: Path) -> bytes:
    """The bytes of a file. Raises as `open_regular` does."""
    with open_regular(path) as file:
        return file.read()


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex. Raises as `open_regular` does."""
    import hashlib

    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum_line(name: str, sha256: str) -> str:
    """The line of a file in a list of checksums, as `sha256sum` writes and reads it.

    A line whose name has a backslash or a line break begins with a backslash, and the name has escapes for them.
    """
    escaped = name.translate(_ESCAPED)
    return f"{'' if escaped == name else chr(92)}{sha256}  {escaped}\n"
