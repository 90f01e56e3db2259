"""The one place that prints. What comes from outside can neither control the terminal nor flood it."""

import sys

import click

from pipeline.command_line import as_typed
from pipeline.text import visible

LONGEST_LINE = 5_000  # characters


def in_one_line(text: str) -> str:
    """The text with symbols for what controls the terminal, and for line breaks."""
    return visible(text).replace("\n", "␊")


def print_line(text: object = "", *, err: bool = False) -> None:
    """Print one line: a line break in it is shown as a symbol."""
    line = in_one_line(as_typed(str(text)))
    click.echo(line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…", err=err)


def print_lines(text: str, *, err: bool = False) -> None:
    """Print text of several lines, none of which is made by what comes from outside."""
    for line in text.split("\n"):
        print_line(line, err=err)


def print_rendered(text: str) -> None:
    """Print a table or tree, whose cells were made visible when it was laid out."""
    click.echo(text)


def print_file(text: str) -> None:
    """Print the content of a file for another program, as it is."""
    click.echo(text, nl=False)


def print_data(text: str) -> None:
    """Print rows: for another program as they are, on a terminal so that they cannot control it."""
    click.echo(visible(text) if sys.stdout.isatty() else text, nl=False)
