"""What standard output is: how wide, and whether it takes colours; and printing in them."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import click

from pipeline.cli.output import print_rendered
from pipeline.cli.wrapping import wrapped
from pipeline.text import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

ERROR, WARNING, GOOD, DIM, HEADING = "error", "warning", "good", "dim", "heading"
_UNLIMITED = 10_000  # columns
_STYLES: dict[str, dict[str, Any]] = {
    ERROR: {"fg": "red", "bold": True},
    WARNING: {"fg": "yellow"},
    GOOD: {"fg": "green"},
    DIM: {"dim": True},
    HEADING: {"bold": True},
}


@dataclass(frozen=True)
class Marked:
    """A value in a style, because it needs attention or does not."""

    value: Any
    style: str


class NumberText(str):
    """A number as text, for example with its sign: it stands on the right."""


def terminal_width(*, err: bool = False) -> int | None:
    """The columns of the terminal, or None if standard output, or with `err` standard error, is not one or a dumb one.

    Lines without a width stay whole: a screen reader reads a heading over two lines together with its neighbours.
    """
    from shutil import get_terminal_size

    is_terminal = (sys.stderr if err else sys.stdout).isatty() and not _is_dumb()
    return get_terminal_size().columns if is_terminal else None


def draws_lines() -> bool:
    """Whether lines may be drawn: only on a terminal, and not on a dumb one, because a screen reader reads each out."""
    return sys.stdout.isatty() and not _is_dumb()


def show_tree(tree: "Tree") -> None:
    """Print a tree, wrapped at the width of the terminal: with lines that join its branches, or else indented."""
    if not draws_lines():
        print_rendered("\n".join(_indented(tree, terminal_width() or _UNLIMITED)))
        return
    from rich.segment import Segment, Segments

    console = rich_console(width=terminal_width())
    segments = [Segment(visible(text), style, control) for text, style, control in console.render(tree)]
    with console.capture() as capture:
        console.print(Segments(segments))
    print_rendered("\n".join(line.rstrip() for line in capture.get().rstrip().splitlines()))


def _indented(tree: "Tree", width: int) -> Iterator[str]:
    """The lines of a tree, each branch two columns further in than its stem."""
    yield from wrapped(visible(str(tree.label)), width)
    for branch in tree.children:
        yield from (f"  {line}" for line in _indented(branch, width - 2))


def rich_console(*, stderr: bool = False, width: int | None = None) -> "Console":
    """A console of rich, which writes no escape sequence where the stream has no styles."""
    from rich.console import Console

    styled = is_styled(sys.stderr if stderr else sys.stdout)
    return Console(stderr=stderr, width=width, highlight=False, color_system="auto" if styled else None)


def styled(text: str, style: str) -> str:
    """The text in a style, if standard output takes colours. The text must be visible already."""
    return click.style(text, **_STYLES[style]) if style and is_styled(sys.stdout) else text


def is_styled(stream: IO[str]) -> bool:
    """Whether colours, bold text and bars may be written: on a terminal that knows them, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and not _is_dumb()


def _is_dumb() -> bool:
    return os.environ.get("TERM") == "dumb"
