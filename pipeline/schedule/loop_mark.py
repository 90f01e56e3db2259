"""What a loop leaves in its logbook's state/ for others to see: that it is there, and when it runs next."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from filelock import FileLock, Timeout

from pipeline.errors import BusyError
from pipeline.logbook.folder import FILE_MODE, Logbook, make_folder, write_text


class LoopMark:
    """The lock that a loop holds for as long as it lives, and a file beside it."""

    def __init__(self, logbook: Logbook) -> None:
        self._root = logbook.root
        self._folder = logbook.state
        self._lock = FileLock(self._folder / "loop.lock", timeout=0, mode=FILE_MODE)
        self._next_run = self._folder / "loop.next"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the logbook's loop, the only one. Raises BusyError if there is one."""
        make_folder(self._folder)
        try:
            self._lock.acquire()
        except Timeout:
            raise BusyError(
                f"Another `ladebog schedule run` is at work on {self._root}.", "Leave it to that one, or stop it first"
            ) from None
        try:
            yield
        finally:
            self._next_run.unlink(missing_ok=True)
            self._lock.release()

    def write(self, due: datetime) -> None:
        """Tell when the loop runs next."""
        write_text(self._next_run, due.isoformat())

    def read(self) -> datetime | None:
        """When the logbook's loop runs next; None if none is at work."""
        if not self._next_run.is_file():
            return None
        try:
            with self._lock:
                return None  # it was killed and could not take its file along
        except Timeout:
            return datetime.fromisoformat(self._next_run.read_text("utf-8"))
