"""What every command is handed: where the logbook is, the clock, and how much to say."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.clock import Clock
from pipeline.logbook.folder import Logbook
from pipeline.text import visible

if TYPE_CHECKING:
    from pipeline.settings.schema import Settings


@dataclass
class Context:
    """The options in front of the command."""

    clock: Clock
    home: Path = Path()
    debug: bool = False
    quiet: bool = False
    log_format: str = "text"

    def open(self) -> "tuple[Logbook, Settings]":
        """The logbook and its settings. Raises LogbookError, SettingsError."""
        from pipeline.logbook import event_log
        from pipeline.settings.reading import read_settings

        logbook = Logbook.open(self.home)
        event_log.write_to(logbook)
        return logbook, read_settings(logbook.settings)

    def say(self, text: str = "") -> None:
        """Tell how things go, unless asked to be quiet."""
        if not self.quiet:
            click.echo(text)

    def note(self, text: str) -> None:
        """Tell on standard error what its reader should know, however quiet."""
        from pipeline.logbook import event_log

        event_log.warning("note", note=text)
        if self.log_format == "text":
            click.echo(visible(f"ladebog: note: {text}"), err=True)


def complain(message: str, advice: str) -> None:
    """Say on standard error what went wrong, and what to do next, if something is."""
    click.echo(visible(f"ladebog: {message}" + (f"\n  {advice}" if advice else "")), err=True)


pass_context = click.make_pass_decorator(Context)

account_option = click.option("--account", "account_name", metavar="NAME", help="Only this account. Default: all.")

one_account_option = click.option(
    "--account", "account_name", metavar="NAME", help="Whose; may be left out where there is one account."
)
