"""How progress and tables look: alive on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from pipeline.text import counted, visible

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.progress import Progress, TaskID


@contextmanager
def extract_progress(account: str, quiet: bool) -> "Iterator[SilentProgress | BarProgress | LineProgress]":
    """The right kind of progress for where standard error goes."""
    if quiet:
        yield SilentProgress()
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        ) as progress:
            yield BarProgress(account, progress)
    else:
        yield LineProgress(account)


class SilentProgress:
    """Says nothing."""

    def listing(self, month: date) -> None:
        """Nothing to say."""

    def fetching(self, month: date, done: int, total: int) -> None:
        """Nothing to say."""


class LineProgress:
    """A line for each month that had something new."""

    def __init__(self, account: str) -> None:
        self._account = account

    def listing(self, month: date) -> None:
        """Only a month with something new is worth a line."""

    def fetching(self, month: date, done: int, total: int) -> None:
        if done == total:
            click.echo(f"{self._account}: {month:%Y-%m}: fetched {counted(total, 'session')}", err=True)


class BarProgress:
    """One bar: the month that is being listed, and its details."""

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
def copy_progress(quiet: bool) -> "Iterator[SilentCopy | CopyBar]":
    """A bar on a terminal; elsewhere a copy says only what it came to."""
    if quiet or not sys.stderr.isatty():
        yield SilentCopy()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        yield CopyBar(progress)


class SilentCopy:
    """Says nothing."""

    def step(self, name: str, size: int) -> None:
        """Nothing to say."""

    def advance(self, size: int) -> None:
        """Nothing to say."""


class CopyBar:
    """One bar, which begins again with each step."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._task: TaskID = progress.add_task("")

    def step(self, name: str, size: int) -> None:
        self._progress.reset(self._task, total=size, description=name)

    def advance(self, size: int) -> None:
        self._progress.advance(self._task, size)


def show_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows as a table: numbers to the right, null as nothing."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column, name in enumerate(names):
        is_number = any(isinstance(row[column], int | float | Decimal) for row in rows)
        table.add_column(name, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    show(table)


def terminal_width() -> int | None:
    """The columns of the terminal that standard output is, or None where it is none."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if sys.stdout.isatty() else None


def show(renderable: "RenderableType") -> None:
    """Print a table or a tree of rich: coloured and no wider than a terminal; elsewhere plain, each line unbroken."""
    from rich.console import Console
    from rich.segment import Segment, Segments

    # Without a height, rich takes a dumb terminal to be 80 columns wide, whatever its width.
    console = Console(width=terminal_width() or 10_000, height=25, highlight=False)
    segments = [Segment(visible(text), style, control) for text, style, control in console.render(renderable)]
    with console.capture() as capture:
        console.print(Segments(segments))
    click.echo("\n".join(line.rstrip() for line in capture.get().rstrip().splitlines()))
