"""The one place that prints. What comes from outside can neither control the terminal nor flood it."""

import codecs
import io
import os
import sys

import click

from pipeline.command_line import as_typed
from pipeline.errors import LadebogError
from pipeline.text import visible

LONGEST_LINE = 5_000  # characters
_LESS_OPTIONS = "-RS"  # colours, and lines that are cut at the edge instead of folded


def in_one_line(text: str) -> str:
    """The text with symbols for what controls the terminal, and for line breaks."""
    return visible(text).replace("\n", "␊")


def shortened(line: str) -> str:
    """The line, or the beginning of one that is longer than is printed."""
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def print_line(text: object = "", *, err: bool = False) -> None:
    """Print one line: a line break in it is shown as a symbol."""
    click.echo(shortened(in_one_line(as_typed(str(text)))), err=err)


def print_lines(text: str, *, err: bool = False) -> None:
    """Print text of several lines, none of which is made by what comes from outside."""
    for line in text.split("\n"):
        print_line(line, err=err)


def print_rendered(text: str, *, err: bool = False) -> None:
    """Print a table, tree or paragraph, whose texts were made visible when it was laid out."""
    click.echo(text, err=err)


def print_in_pager(text: str) -> None:
    """Print a table that is wider than the terminal in the user's PAGER, or else in less, which scrolls sideways."""
    os.environ.setdefault("LESS", _LESS_OPTIONS)
    click.echo_via_pager(text)


def print_file(text: str) -> None:
    """Print the content of a file for another program, as it is. Raises LadebogError if that is impossible."""
    _refuse_other_characters(text)
    click.echo(text, nl=False)


def print_data(text: str) -> None:
    """Print rows: for another program as they are, or else LadebogError; on a terminal without controlling it."""
    if not sys.stdout.isatty():
        _refuse_other_characters(text)
    click.echo(visible(text) if sys.stdout.isatty() else text, nl=False)


def replace_what_cannot_be_printed() -> None:
    """Print a question mark for a character that the encoding of the output, for example Latin-1, does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _refuse_other_characters(text: str) -> None:
    encoding = codecs.lookup(sys.stdout.encoding or "utf-8").name
    try:
        text.encode("utf-8" if encoding == "ascii" else encoding)  # click prints UTF-8 where ASCII is set
    except UnicodeEncodeError as error:
        raise LadebogError(
            f"The encoding of the output, {encoding}, does not have {text[error.start]!a}.",
            "Print UTF-8, by setting the environment variable PYTHONIOENCODING to utf-8, then run the command again",
        ) from None
