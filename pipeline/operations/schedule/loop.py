"""The scheduler in the foreground, for containers: waits until a run is due, starts it, and waits again."""

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
# Sleep is cut in pieces: while a machine is suspended its clock goes on and a sleep does not, and clocks are set.
_NAP = timedelta(seconds=60)
_FINE = (0, EXIT_FINDINGS)


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


class Kind(Enum):
    """What is started."""

    RUN = "run"
    LOOK = "look"  # a run that ends at once unless a session is active


class Loop:
    """Starts one thing at a time. `start` returns its exit code; `tell` and `warn` hear how things go."""

    def __init__(
        self,
        mark: LoopMark,
        due_times: DueTimes,
        clock: Clock,
        start: Callable[[Kind], int],
        tell: Callable[[str], None],
        warn: Callable[[str], None],
    ) -> None:
        self._mark = mark
        self._due_times = due_times
        self._clock = clock
        self._start = start
        self._tell = tell
        self._warn = warn

    def run(self, last_began: datetime | None) -> None:
        """Go on until KeyboardInterrupt. `last_began` is None if no run was ever made.

        Times that were missed, however many, are made up for by one run. Raises BusyError if the logbook has a loop.
        """
        with self._mark.held():
            now = self._clock.now()
            self._due = self._due_times.after(last_began) if last_began else now
            self._look = now + ACTIVE_EVERY
            self._announce()
            while True:
                self._wait()
                kind = Kind.RUN if self._due <= self._clock.now() else Kind.LOOK
                self._go_on(kind, self._start(kind))

    def _wait(self) -> None:
        """Return when something is due."""
        while True:
            now = self._clock.now()
            # Where the clock was set back, what was due next is far off now.
            self._look = min(self._look, now + ACTIVE_EVERY)
            if self._due > (soonest := self._due_times.after(now)):
                self._due = soonest
                self._announce()
            left = min(self._due, self._look) - now
            if left <= timedelta():
                return
            self._clock.sleep(min(left, _NAP).total_seconds())

    def _go_on(self, kind: Kind, code: int) -> None:
        """Say how it ended, and what comes next."""
        now = self._clock.now()
        self._look = now + ACTIVE_EVERY
        if kind is Kind.RUN:
            self._due = self._due_times.after(now)
            if code == EXIT_TRY_LATER:
                self._due = min(self._due, now + RETRY_AFTER)
        if code not in _FINE:
            how = f"ended with exit code {code}" if code >= 0 else f"was killed by signal {-code}"
            self._warn(f"The run {how}; the next one is at {self._text(self._due)}.")
        if kind is Kind.RUN:
            self._announce()

    def _announce(self) -> None:
        self._mark.write(self._due)
        due = max(self._due, self._clock.now())
        self._tell(f"Next run at {self._text(due)}, and every half an hour while a session is active.")

    def _text(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._due_times.zone):%Y-%m-%d %H:%M}"
