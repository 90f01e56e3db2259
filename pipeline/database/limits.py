"""How long DuckDB may work on a query, and how much memory it may use."""

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
_MEMORY_OF_PROCESS = 4 * 1024**3  # bytes; also bounds what DuckDB does not count itself: long strings and lists
_CHECK_INTERVAL = 0.05  # seconds
_GRACE = 3.0  # seconds that DuckDB has to stop after an interrupt


class TimeLimit:
    """Interrupts a connection once DuckDB has worked for `seconds`; only time within `counting` counts.

    DuckDB does not check for interrupts while it computes a single value. If it does not stop, `give_up` is called from
    another thread and must end the process.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, seconds: float, give_up: Callable[[], None]) -> None:
        self._connection = connection
        self._seconds = seconds
        self._give_up = give_up
        self._remaining = seconds
        self._deadline: float | None = None
        self._is_done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="time limit", daemon=True)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Wrap each call of DuckDB in it. Raises QueryError once the time is up, whatever else the call raises."""
        start = time.monotonic()
        self._deadline = start + self._remaining
        try:
            yield
        finally:
            self._deadline = None
            self._remaining -= time.monotonic() - start
            if self._remaining <= 0:
                raise time_limit_error(self._seconds)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_done.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._is_done.wait(_CHECK_INTERVAL):
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self._connection.interrupt()
                if time.monotonic() > deadline + _GRACE:
                    self._give_up()


@contextmanager
def memory_limit() -> Iterator[None]:
    """Limit the memory of this process, and lift the limit again. Raises QueryError when it is used up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [limit for limit in (_MEMORY_OF_PROCESS, soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
    try:
        yield
    except (MemoryError, duckdb.OutOfMemoryException):
        raise QueryError(
            f"The query needs more memory than is allowed ({MEMORY_OF_DUCKDB}).",
            "Ask for fewer rows or columns at a time, with a where or a limit",
        ) from None
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def time_limit_error(seconds: float) -> QueryError:
    """The error for a query that took longer than the time limit."""
    return QueryError(
        f"The query took longer than {seconds:g} s.", "Ask for less, or allow more time with --timeout SECONDS"
    )
