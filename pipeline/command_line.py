"""Commands in messages: as their user has to type them, with names from outside as a shell and Ladebog read them."""

import re
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

NAME = "ladebog"

_program = NAME
_home: str | None = None
_command: re.Pattern[str] | None = None


def start(commands: Iterable[str]) -> str:
    """Forget the command line before, and learn how the program was started now; returns that."""
    global _program, _home, _command
    _program, _home = _started_as(sys.argv[0]), None
    words = "|".join(["--debug", "--help", *commands])
    _command = re.compile(rf"(?<![\w./'-]){NAME} (?:(?P<home>--home (?:'[^']*'|[^\s'])+ )|(?=({words})(?![\w-])))")
    return _program


def set_home(home: str | None) -> None:
    """The logbook's folder where it was named by `--home` on the command line, else None."""
    global _home
    _home = home


def as_typed(text: str) -> str:
    """The text with each command of Ladebog written as it has to be typed here."""
    if _command is None or (_program, _home) == (NAME, None):
        return text
    home = "" if _home is None else f"--home {shlex.quote(_home)} "
    return _command.sub(lambda match: f"{_program} {match['home'] or home}", text)


def quoted(name: object) -> str:
    """A name from outside as one word of a command, for the value of an option or after one."""
    return shlex.quote(str(name))


def operand(name: object) -> str:
    """A name from outside as the last argument of a command: after `--` if it looks like an option."""
    return f"-- {quoted(name)}" if str(name).startswith("-") else quoted(name)


def _started_as(argument: str) -> str:
    """The program as it was typed: its bare name where that finds it, else the path of it."""
    path = Path(argument)
    found = shutil.which(NAME)
    is_installed = found is not None and path.exists() and Path(found).samefile(path)
    return NAME if path.name != NAME or is_installed else shlex.quote(argument)
