"""A logbook is a folder: its paths and its lock."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.command_line import quoted
from pipeline.errors import BusyError, LogbookError
from pipeline.logbook.files import FILE_MODE, is_read_only, make_folder
from pipeline.logbook.system_files import account_folders

_MISNAMED = re.compile(r"ladebog( ?\(\d+\)| copy| kopi)?\.(toml|tml)([.~_ -].*|~)?", re.IGNORECASE)


class Logbook:
    """The paths of one logbook. Creating an instance changes nothing on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = root / "ladebog.toml"
        self.raw = root / "raw"
        self.journal = root / "journal"
        self.claims = root / "claims"
        self.database = root / "ladebog.duckdb"
        self.state = root / "state"
        self.writer_database = self.state / "writer.duckdb"
        self.reports = root / "reports"
        self.page = self.reports / "ladebog.html"
        self.logs = root / "logs"

    @classmethod
    def open(cls, root: Path) -> "Logbook":
        """The logbook at `root`. Raises LogbookError if there is no logbook, or it has lost its settings."""
        logbook = cls.open_without_settings(root)
        logbook.require_settings()
        return logbook

    @classmethod
    def open_without_settings(cls, root: Path) -> "Logbook":
        """The logbook at `root`, also if it has lost its settings. Raises LogbookError if there is no logbook."""
        _refuse_backslash(root)
        logbook = cls(root)
        if not logbook.settings.is_file() and not logbook.has_data:
            raise LogbookError(
                f"{root} is not a logbook: it has no ladebog.toml.",
                "Start one with: ladebog account add NAME --url https://OPERATOR (or name another folder with --home)",
            )
        return logbook

    @classmethod
    def create(cls, root: Path) -> "Logbook":
        """The logbook at `root`, created if it does not exist yet.

        Raises LogbookError if the folder has other files in it.
        """
        _refuse_backslash(root)
        logbook = cls(root)
        if logbook.settings.is_file():
            return logbook
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise LogbookError(f"{root} exists already and is not a logbook.", "Name a new or empty folder instead")
        make_folder(root)
        return logbook

    @property
    def has_data(self) -> bool:
        """Whether anything is stored in raw/, journal/ or claims/."""
        return any(folder.is_dir() and any(folder.iterdir()) for folder in (self.raw, self.journal, self.claims))

    @property
    def misnamed_settings(self) -> Path | None:
        """A file that is probably the settings under another name, such as `ladebog.toml.txt`; None without one."""
        files = sorted(self.root.iterdir()) if self.root.is_dir() else []
        return next((file for file in files if file.is_file() and _MISNAMED.fullmatch(file.name)), None)

    def require_settings(self) -> None:
        """Raise LogbookError, with how to get them back, if a logbook has lost its settings."""
        if self.settings.is_file():
            return
        message = f"{self.root} has lost its ladebog.toml"
        if misnamed := self.misnamed_settings:
            raise LogbookError(
                f"{message}: {misnamed.name} is there instead.",
                f"Rename it: mv {quoted(misnamed)} {quoted(self.settings)}",
            )
        accounts = [folder.name for folder in account_folders(self.raw)] or ["NAME"]
        raise LogbookError(
            f"{message}; raw/, journal/ and claims/ are not changed.",
            "Copy it from a backup into that folder; or write a new one, which lacks your settings: "
            f"ladebog account add {accounts[0]} --url https://OPERATOR",
        )

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lock for writing to the logbook. Raises BusyError at once if another process holds it.

        On a disk that is read-only no run can write, and none needs to be kept out.
        """
        if is_read_only(self.root):
            yield
            return
        from filelock import FileLock, Timeout

        make_folder(self.state)
        path = self.state / "lock"
        lock = FileLock(path, timeout=0, mode=FILE_MODE)
        try:
            lock.acquire()
        except Timeout:
            holder = path.with_suffix(".holder")
            holder_text = holder.read_text("utf-8") if holder.is_file() else "another process"
            raise BusyError(
                f"Another run is writing to {self.root} ({holder_text}).",
                "Wait for it to end, then run the same command again",
            ) from None
        try:
            path.with_suffix(".holder").write_text(f"process {os.getpid()}", "utf-8")
            yield
        finally:
            path.with_suffix(".holder").unlink(missing_ok=True)
            lock.release()


def _refuse_backslash(root: Path) -> None:
    """Raise LogbookError for a path that DuckDB 2 would change: it reads each backslash as a slash."""
    if "\\" in str(root.absolute()):
        raise LogbookError(
            f"{root.absolute()} has a backslash in its path, which DuckDB cannot open.", "Name another folder"
        )
