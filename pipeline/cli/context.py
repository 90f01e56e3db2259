"""What every command needs: the logbook's folder, the clock, and functions that print."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.clock import Clock
from pipeline.logbook import event_log
from pipeline.logbook.folder import Logbook
from pipeline.text import visible

if TYPE_CHECKING:
    from pipeline.settings.schema import Settings


@dataclass
class Context:
    """The clock, and the options in front of the command."""

    clock: Clock
    home: Path = Path()
    debug: bool = False
    quiet: bool = False
    log_format: str = "text"

    def open(self) -> "tuple[Logbook, Settings]":
        """The logbook and its settings; from here on events are logged in it. Raises LogbookError, SettingsError."""
        from pipeline.settings.reading import read_settings

        logbook = Logbook.open(self.home)
        event_log.write_to(logbook)
        return logbook, read_settings(logbook.settings)

    def print_info(self, text: str = "") -> None:
        """Print progress or the next step, except under --quiet."""
        if not self.quiet:
            click.echo(text)

    def print_note(self, text: str) -> None:
        """Log a note and print it on standard error, also under --quiet."""
        event_log.warning("note", note=text)
        if self.log_format == "text":
            click.echo(visible(f"ladebog: note: {text}"), err=True)


def print_error(message: str, advice: str) -> None:
    """Print on standard error what failed, and what to do next if there is something."""
    click.echo(visible(f"ladebog: {message}" + (f"\n  {advice}" if advice else "")), err=True)


pass_context = click.make_pass_decorator(Context)

account_option = click.option("--account", "account_name", metavar="NAME", help="Only this account. Default: all.")

one_account_option = click.option(
    "--account", "account_name", metavar="NAME", help="Which account; not needed if there is only one."
)
