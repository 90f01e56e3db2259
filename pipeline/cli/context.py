"""What every command is handed: where the logbook is, the clock, and how much to say."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.clock import Clock
from pipeline.logbook import Logbook

if TYPE_CHECKING:
    from pipeline.settings import Settings


@dataclass
class Context:
    """The options in front of the command."""

    clock: Clock
    home: Path = Path()
    debug: bool = False
    quiet: bool = False

    def open(self) -> "tuple[Logbook, Settings]":
        """The logbook and its settings. Raises LogbookError, SettingsError."""
        from pipeline import settings

        logbook = Logbook.open(self.home)
        return logbook, settings.read(logbook.settings)

    def say(self, text: str = "") -> None:
        """Tell how things go, unless asked to be quiet."""
        if not self.quiet:
            click.echo(text)


def complain(message: str, advice: str) -> None:
    """Say on standard error what went wrong, and what to do next."""
    click.echo(f"ladebog: {message}\n  {advice}", err=True)


pass_context = click.make_pass_decorator(Context)

account_option = click.option("--account", "account_name", metavar="NAME", help="Only this account. Default: all.")
