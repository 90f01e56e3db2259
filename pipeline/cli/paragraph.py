"""Texts that may be longer than a line of the terminal."""

import re

from pipeline.cli.output import in_one_line, print_rendered, shortened
from pipeline.cli.terminal import Marked, styled, terminal_width
from pipeline.cli.wrapping import display_width, wrapped_before
from pipeline.command_line import as_typed

_COMMAND_AT_END = re.compile(r"(?<=: )ladebog [^:]*$")
_NARROWEST = 24  # columns


def print_hanging(lead: str, text: str | Marked, *, style: str = "", err: bool = False) -> None:
    """Print a text after its lead, on a terminal in lines that are broken between words and begin below the text.

    A command at the end of the text is not broken if it fits on a line. `style` is that of the lead. `err` prints on
    standard error, without styles.
    """
    line, text_style = (text.value, text.style) if isinstance(text, Marked) else (text, "")
    line = shortened(line)
    width, indent = terminal_width(err=err), display_width(lead)
    if width is None:
        lines = [in_one_line(as_typed(line))]
    else:
        about, command = (in_one_line(as_typed(part)) for part in _split_command(line))
        lines = wrapped_before(about, command, max(width - indent, _NARROWEST))
    leads = [styled(lead, style), *[" " * indent] * (len(lines) - 1)]
    print_rendered(
        "\n".join((one + styled(part, text_style)).rstrip() for one, part in zip(leads, lines, strict=True)), err=err
    )


def print_paragraphs(text: str, *, err: bool = False) -> None:
    """Print text of several lines, none of which is made by what comes from outside, each wrapped below its indent."""
    for line in text.split("\n"):
        words = line.lstrip(" ")
        print_hanging(" " * (len(line) - len(words)), words, err=err)


def _split_command(text: str) -> tuple[str, str]:
    """A text and the command that it ends with, if it does."""
    match = _COMMAND_AT_END.search(text)
    return (text[: match.start()], match[0]) if match else (text, "")
