"""The commands in a text that Ladebog printed, as a shell splits them and the command line parses them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click

from pipeline import command_line
from pipeline.cli.context import Context
from pipeline.cli.main import cli
from pipeline.clock import SystemClock

_WORD = r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"()])+"
_COMMAND = re.compile(rf"(?<![\w./'-])ladebog((?: {_WORD})+)")
_PLACEHOLDERS = {
    "NAME": "home",
    "NUMBER": "1",
    "YYYY-MM": "2025-03",
    "DATE": "2025-03-30",
    "https://OPERATOR": "https://operator.example",
    "FILE": __file__,
    "FILE...": __file__,
}


def advised_commands(text: str) -> list[list[str]]:
    """The arguments of each command in a text; names in capitals that a user has to replace are replaced."""
    lines = [line for line in text.splitlines() if not line.startswith("Usage: ")]
    found = [match[1] for line in lines for match in _COMMAND.finditer(line)]
    return [[_PLACEHOLDERS.get(word, word) for word in shlex.split(arguments)] for arguments in found]


def parsed(arguments: list[str]) -> dict[str, Any]:
    """The values that the command line reads from the arguments, by name. Raises UsageError where it refuses them."""
    context = cli.make_context("ladebog", list(arguments), obj=Context(SystemClock()))
    values: dict[str, Any] = dict(context.params)
    command: click.Command | None = cli
    rest = [*context._protected_args, *context.args]
    while isinstance(command, click.Group):
        name, command, rest = command.resolve_command(context, rest)
        assert command is not None
        try:
            context = command.make_context(name, rest, parent=context)
        except click.exceptions.Exit:  # --help, which printed the help
            return values
        values |= context.params
        rest = [*context._protected_args, *context.args]
    return values


def advised(text: str, home: Path) -> list[dict[str, Any]]:
    """The values of each command that a text advises, all of which are for the logbook at `home` and can be parsed."""
    values = [parsed(arguments) for arguments in advised_commands(text)]
    assert [one["home"] for one in values] == [home] * len(values), text
    command_line.set_home(None)
    return values
