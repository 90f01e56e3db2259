"""TODO."""

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REMEDIES = {
    **dict.fromkeys(DISK_FULL, "Make room on the disk"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "See who owns the file with ls -l, and give yourself access to it"),
    errno.EIO: "Check the disk: it is failing",
    errno.EROFS: "Make the disk writable",
}


def remedy(error_number: int | None) -> str:
    """What the user can do about an error of the operating system."""
    return f"{_REMEDIES.get(error_number or 0, 'Fix that')}, then run the same command again"


def make_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, for its owner only."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; on success its file is synced and takes the place of `path`.

    Whoever reads `path` sees the old file or the whole new one. On an error nothing is left behind; what a killed
    process left is removed by the next one. Until then the new one lies in a folder of its own, so that in a place that
    others can write to, it is neither open to them nor theirs.
    """
    make_folder(path.parent)
    _remove_leftovers(path)
    folder = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.new")
    folder.mkdir(mode=FOLDER_MODE)
    beside = folder / path.name
    try:
        with naming(path, instead_of=beside):
            yield beside
            beside.chmod(FILE_MODE)
            sync_file(beside)
            beside.replace(path)
            sync_folder(path.parent)
    finally:
        discard(beside)


def discard(beside: Path) -> None:
    """Leave nothing of what was to replace a file."""
    beside.unlink(missing_ok=True)
    beside.parent.rmdir()


def leftovers(path: Path) -> list[Path]:
    """What `replacing` left beside `path` when it was killed. The caller sees to it that nobody is replacing it now."""
    return list(path.parent.glob(f".{escape(path.name)}.*.new"))


def erase(path: Path) -> None:
    """Remove a file, or a folder with all in it, if it is there."""
    if path.is_dir():
        import shutil

        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def naming(path: Path, instead_of: Path | None = None) -> Iterator[None]:
    """Let an error of the system's name `path` where it names no file, as a full disk's does, or `instead_of`."""
    try:
        yield
    except OSError as error:
        if error.filename is None or str(error.filename) == str(instead_of):
            error.filename = str(path)
        raise


def _remove_leftovers(path: Path) -> None:
    """Remove what stands beside `path` from processes that are no more: a database's would soon fill the disk."""
    left = re.compile(rf"\.{re.escape(path.name)}\.([0-9]{{1,9}})-[0-9a-f]+\.new")
    for beside in path.parent.iterdir():
        if (named := left.fullmatch(beside.name)) and not _runs(int(named[1])):
            erase(beside)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        return True
    return True


def write_text(path: Path, text: str) -> None:
    """Replace a small text file whole."""
    with replacing(path) as beside:
        beside.touch(mode=FILE_MODE)
        beside.write_text(text, "utf-8", newline="")


def sync_file(path: Path) -> None:
    """Return when the file's bytes are on disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Return when the folder's entries (a rename in it, say) are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with naming(path):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
