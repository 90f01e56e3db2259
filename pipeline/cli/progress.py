"""Progress of work that takes long: bars on a terminal, lines elsewhere and under NO_COLOR."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from threading import Timer
from typing import TYPE_CHECKING

from pipeline.cli.paragraph import print_hanging
from pipeline.cli.terminal import is_styled, rich_console
from pipeline.text import counted

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SLOW = 2.0  # seconds


@contextmanager
def extract_progress(account: str, quiet: bool) -> "Iterator[SilentProgress | BarProgress | LineProgress]":
    """Progress as a bar on a terminal, else or under NO_COLOR as lines; nothing if quiet."""
    if quiet:
        yield SilentProgress()
    elif is_styled(sys.stderr):
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=rich_console(stderr=True),
            transient=True,
        ) as progress:
            yield BarProgress(account, progress)
    else:
        yield LineProgress(account)


class SilentProgress:
    """Prints nothing."""

    def listing(self, month: date) -> None:
        """Print nothing."""

    def fetching(self, month: date, done: int, total: int) -> None:
        """Print nothing."""


class LineProgress:
    """Prints one line per month that had something new."""

    def __init__(self, account: str) -> None:
        self._account = account

    def listing(self, month: date) -> None:
        """Print nothing: only fetched sessions are reported."""

    def fetching(self, month: date, done: int, total: int) -> None:
        if done == total:
            print_hanging("", f"{self._account}: {month:%Y-%m}: fetched {counted(total, 'session')}", err=True)


class BarProgress:
    """One bar for the month that is being listed, and its details; its clock shows the time since the first month."""

    def __init__(self, account: str, progress: "Progress") -> None:
        self._account = account
        self._progress = progress
        self._task: TaskID = progress.add_task(account, total=None)

    def listing(self, month: date) -> None:
        (task,) = self._progress.tasks
        task.total = None  # `update` keeps the total of the month before
        self._progress.update(self._task, completed=0, description=f"{self._account}: listing {month:%Y-%m}")

    def fetching(self, month: date, done: int, total: int) -> None:
        description = f"{self._account}: fetching {month:%Y-%m}, {done} of {counted(total, 'session')}"
        self._progress.update(self._task, completed=done, total=total, description=description)


@contextmanager
def line_if_slow(text: str, quiet: bool) -> Iterator[None]:
    """Print a line on standard error if what is done in this context takes so long that a person may wonder."""
    timer = Timer(_SLOW, print_hanging, ["", text], {"err": True})
    timer.daemon = True
    if not quiet:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def copy_progress(quiet: bool) -> "Iterator[SilentCopy | CopyBar]":
    """Progress of a copy, as a bar on a terminal, else or under NO_COLOR nothing."""
    if quiet or not is_styled(sys.stderr):
        yield SilentCopy()
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=rich_console(stderr=True),
        transient=True,
    ) as progress:
        yield CopyBar(progress)


class SilentCopy:
    """Prints nothing."""

    def step(self, name: str, size: int) -> None:
        """Print nothing."""

    def advance(self, size: int) -> None:
        """Print nothing."""


class CopyBar:
    """One bar, which starts again with each step."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._task: TaskID = progress.add_task("")

    def step(self, name: str, size: int) -> None:
        self._progress.reset(self._task, total=size, description=name)

    def advance(self, size: int) -> None:
        self._progress.advance(self._task, size)
