"""Progress and tables: live and coloured on a terminal, plain lines elsewhere and under NO_COLOR."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from threading import Timer
from typing import IO, TYPE_CHECKING, Any

from pipeline.cli.output import LONGEST_LINE, print_line, print_rendered
from pipeline.text import counted, visible

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress, TaskID

_SLOW = 2.0  # seconds


@contextmanager
def extract_progress(account: str, quiet: bool) -> "Iterator[SilentProgress | BarProgress | LineProgress]":
    """Progress as a bar on a terminal, else or under NO_COLOR as lines; nothing if quiet."""
    if quiet:
        yield SilentProgress()
    elif _is_styled(sys.stderr):
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=_console(stderr=True),
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
            print_line(f"{self._account}: {month:%Y-%m}: fetched {counted(total, 'session')}", err=True)


class BarProgress:
    """One bar for the month that is being listed, and its details."""

    def __init__(self, account: str, progress: "Progress") -> None:
        self._account = account
        self._progress = progress
        self._task: TaskID = progress.add_task(account, total=None)

    def listing(self, month: date) -> None:
        self._progress.reset(self._task, total=None, description=f"{self._account}: listing {month:%Y-%m}")

    def fetching(self, month: date, done: int, total: int) -> None:
        description = f"{self._account}: fetching {month:%Y-%m}"
        self._progress.update(self._task, completed=done, total=total, description=description)


@contextmanager
def line_if_slow(text: str, quiet: bool) -> Iterator[None]:
    """Print a line on standard error if what is done in this context takes so long that a person may wonder."""
    timer = Timer(_SLOW, print_line, [text], {"err": True})
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
    if quiet or not _is_styled(sys.stderr):
        yield SilentCopy()
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=_console(stderr=True),
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


def show_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows as a table, with numbers on the right and nulls empty."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column, name in enumerate(names):
        is_number = any(isinstance(row[column], int | float | Decimal) for row in rows)
        table.add_column(name, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text("" if value is None else _cell(value)) for value in row))
    show(table)


def _cell(value: Any) -> str:
    """The text of a cell, which on a terminal must not flood it."""
    text = str(value)
    return text if len(text) <= LONGEST_LINE or terminal_width() is None else f"{text[: LONGEST_LINE - 1]}…"


def terminal_width() -> int | None:
    """The columns of the terminal, or None if standard output is not one."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if sys.stdout.isatty() else None


def show(renderable: "RenderableType") -> None:
    """Print a table or tree of rich: wrapped and in styles on a terminal, elsewhere plain and never wrapped."""
    from rich.segment import Segment, Segments

    # Without a height, rich assumes that a dumb terminal is 80 columns wide, whatever its width.
    console = _console(width=terminal_width() or 10_000, height=25)
    segments = [Segment(visible(text), style, control) for text, style, control in console.render(renderable)]
    with console.capture() as capture:
        console.print(Segments(segments))
    print_rendered("\n".join(line.rstrip() for line in capture.get().rstrip().splitlines()))


def _console(*, stderr: bool = False, width: int | None = None, height: int | None = None) -> "Console":
    """A console of rich, which writes no escape sequence where the stream has no styles."""
    from rich.console import Console

    styled = _is_styled(sys.stderr if stderr else sys.stdout)
    return Console(stderr=stderr, width=width, height=height, highlight=False, color_system="auto" if styled else None)


def _is_styled(stream: IO[str]) -> bool:
    """Whether colours, bold text and bars may be written: on a terminal, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")
