"""A scheduler in the foreground, for containers: it waits until a run is due, starts it, and waits again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum

from filelock import FileLock, Timeout

from pipeline.clock import Clock
from pipeline.errors import EXIT_FINDINGS, EXIT_TRY_LATER, BusyError
from pipeline.logbook.files import FILE_MODE, make_folder, write_text
from pipeline.logbook.folder import Logbook
from pipeline.operations.schedule.times import ACTIVE_EVERY, DueTimes

RETRY_AFTER = timedelta(minutes=15)
# Sleeps are short, since a machine may be suspended, which a sleep does not count, and its clock may be set.
_LONGEST_SLEEP = timedelta(seconds=60)
_SUCCESS = (0, EXIT_FINDINGS)


class LoopLock:
    """The lock that a logbook's loop holds while it is running, and a file with the time of its next run."""

    def __init__(self, logbook: Logbook) -> None:
        self._root = logbook.root
        self._folder = logbook.state
        self._lock = FileLock(self._folder / "loop.lock", timeout=0, mode=FILE_MODE)
        self._next_run = self._folder / "loop.next"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock. Raises BusyError if another loop holds it."""
        make_folder(self._folder)
        try:
            self._lock.acquire()
        except Timeout:
            raise BusyError(
                f"Another loop of runs is running for {self._root}.", "Stop that one first, or keep it"
            ) from None
        try:
            yield
        finally:
            self._next_run.unlink(missing_ok=True)
            self._lock.release()

    def write_next_run(self, due: datetime) -> None:
        """Write when the loop will start its next run."""
        write_text(self._next_run, due.isoformat())

    def read_next_run(self) -> datetime | None:
        """When the loop will start its next run; None if no loop is running."""
        if not self._next_run.is_file():
            return None
        try:
            with self._lock:
                return None  # the loop was killed and left its file
        except Timeout:
            return datetime.fromisoformat(self._next_run.read_text("utf-8"))


class LoopRun(Enum):
    """What a loop starts."""

    RUN = "run"
    RUN_IF_ACTIVE = "run if active"  # ends at once unless a session is active


class Loop:
    """Starts one run at a time, by `start`, which returns the run's exit code; `report` and `warn` print messages."""

    def __init__(
        self,
        lock: LoopLock,
        due_times: DueTimes,
        clock: Clock,
        start: Callable[[LoopRun], int],
        report: Callable[[str], None],
        warn: Callable[[str], None],
    ) -> None:
        self._lock = lock
        self._due_times = due_times
        self._clock = clock
        self._start = start
        self._report = report
        self._warn = warn

    def run(self, last_run_began: datetime | None) -> None:
        """Start runs until KeyboardInterrupt. `last_run_began` is when the last run began; None if there was none.

        All runs that were missed are replaced by one. Raises BusyError if the logbook has a running loop.
        """
        with self._lock.held():
            now = self._clock.now()
            self._run_at = self._due_times.after(last_run_began) if last_run_began else now
            self._check_at = now + ACTIVE_EVERY
            self._announce()
            while True:
                self._wait()
                kind = LoopRun.RUN if self._run_at <= self._clock.now() else LoopRun.RUN_IF_ACTIVE
                self._plan_after(kind, self._start(kind))

    def _wait(self) -> None:
        """Return when a run, or a run if a session is active, is due."""
        while True:
            now = self._clock.now()
            # If the clock was set back, the planned times are too late.
            self._check_at = min(self._check_at, now + ACTIVE_EVERY)
            if self._run_at > (soonest := self._due_times.after(now)):
                self._run_at = soonest
                self._announce()
            waiting_time = min(self._run_at, self._check_at) - now
            if waiting_time <= timedelta():
                return
            self._clock.sleep(min(waiting_time, _LONGEST_SLEEP).total_seconds())

    def _plan_after(self, kind: LoopRun, exit_code: int) -> None:
        """Plan the next times after something was started and has ended, and report them."""
        now = self._clock.now()
        self._check_at = now + ACTIVE_EVERY
        if kind is LoopRun.RUN:
            self._run_at = self._due_times.after(now)
            if exit_code == EXIT_TRY_LATER:
                self._run_at = min(self._run_at, now + RETRY_AFTER)
        if exit_code not in _SUCCESS:
            end = f"ended with exit code {exit_code}" if exit_code >= 0 else f"was killed by signal {-exit_code}"
            self._warn(f"The run {end}; the next one is at {self._text(self._run_at)}.")
        if kind is LoopRun.RUN:
            self._announce()

    def _announce(self) -> None:
        self._lock.write_next_run(self._run_at)
        due = max(self._run_at, self._clock.now())
        self._report(f"Next run at {self._text(due)}, and every half hour while a session is active.")

    def _text(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._due_times.zone):%Y-%m-%d %H:%M}"
