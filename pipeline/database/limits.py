"""How long a question may keep DuckDB busy, and how much memory it may take."""

import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import duckdb

from pipeline.errors import QueryError

MEMORY_OF_DUCKDB = "1GB"
_MEMORY_OF_PROCESS = 4 * 1024**3  # bytes; what DuckDB does not count as its own, long strings and lists, ends here
_WATCH = 0.05  # seconds between two looks at the time
_GRACE = 3.0  # seconds in which DuckDB must heed an interrupt


class TimeLimit:
    """Interrupts a connection once DuckDB has worked for `seconds`; time in which nothing is asked of it is free.

    DuckDB does not look up from within a single value's computation. What does not end with the interrupt is left to
    `give_up`, which is called from a thread of its own and must end the process.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, seconds: float, give_up: Callable[[], None]) -> None:
        self._connection = connection
        self._seconds = seconds
        self._give_up = give_up
        self._left = seconds
        self._until: float | None = None
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="time limit", daemon=True)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Around each call of DuckDB. Raises QueryError where the time is up, whatever else the call raises."""
        start = time.monotonic()
        self._until = start + self._left
        try:
            yield
        finally:
            self._until = None
            self._left -= time.monotonic() - start
            if self._left <= 0:
                raise took_too_long(self._seconds)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._over.wait(_WATCH):
            until = self._until
            if until is not None and time.monotonic() > until:
                self._connection.interrupt()
                if time.monotonic() > until + _GRACE:
                    self._give_up()


@contextmanager
def memory_limit() -> Iterator[None]:
    """Bound the memory of this process, and give it back. Beyond it DuckDB and Python raise their errors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bounds = [limit for limit in (_MEMORY_OF_PROCESS, soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(bounds), hard))
    try:
        yield
    except (MemoryError, duckdb.OutOfMemoryException):
        raise QueryError(
            f"The question needs more memory than it may take ({MEMORY_OF_DUCKDB}).",
            "Ask for fewer rows or columns at a time, with a where or a limit",
        ) from None
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def took_too_long(seconds: float) -> QueryError:
    """The error of a question whose time is up."""
    return QueryError(
        f"The question took longer than {seconds:g} s.", "Ask for less, or allow more time with --timeout SECONDS"
    )
