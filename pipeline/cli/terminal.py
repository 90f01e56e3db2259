"""What standard output is: how wide, and whether it takes colours; and printing in them."""

import os
import sys
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import click

from pipeline.cli.output import print_rendered
from pipeline.text import visible

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

ERROR, WARNING, GOOD, DIM, HEADING = "error", "warning", "good", "dim", "heading"
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


def terminal_width() -> int | None:
    """The columns of the terminal, or None if standard output is not one."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if sys.stdout.isatty() else None


def show(renderable: "RenderableType") -> None:
    """Print a table or tree of rich: wrapped and in styles on a terminal, elsewhere plain and never wrapped."""
    from rich.segment import Segment, Segments

    # Without a height, rich assumes that a dumb terminal is 80 columns wide, whatever its width.
    console = rich_console(width=terminal_width() or 10_000, height=25)
    segments = [Segment(visible(text), style, control) for text, style, control in console.render(renderable)]
    with console.capture() as capture:
        console.print(Segments(segments))
    print_rendered("\n".join(line.rstrip() for line in capture.get().rstrip().splitlines()))


def rich_console(*, stderr: bool = False, width: int | None = None, height: int | None = None) -> "Console":
    """A console of rich, which writes no escape sequence where the stream has no styles."""
    from rich.console import Console

    styled = is_styled(sys.stderr if stderr else sys.stdout)
    return Console(stderr=stderr, width=width, height=height, highlight=False, color_system="auto" if styled else None)


def styled(text: str, style: str) -> str:
    """The text in a style, if standard output takes colours. The text must be visible already."""
    return click.style(text, **_STYLES[style]) if style and is_styled(sys.stdout) else text


def is_styled(stream: IO[str]) -> bool:
    """Whether colours, bold text and bars may be written: on a terminal that knows them, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
