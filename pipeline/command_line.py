"""How this process was started, so that a message names the next command as its user has to type it."""

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
    _command = re.compile(rf"(?<![\w./-]){NAME} (?=(?P<home>--home )|(--debug|{'|'.join(commands)})(?![\w-]))")
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
    return _command.sub(lambda match: f"{_program} {'' if match['home'] else home}", text)


def _started_as(argument: str) -> str:
    """The program as it was typed: its bare name where that finds it, else the path of it."""
    path = Path(argument)
    found = shutil.which(NAME)
    is_installed = found is not None and path.exists() and Path(found).samefile(path)
    return NAME if path.name != NAME or is_installed else shlex.quote(argument)
