"""What every command needs: the logbook's folder, the clock, and functions that print."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from pipeline.cli.paragraph import print_hanging, print_paragraphs
from pipeline.clock import Clock, StartedClock
from pipeline.command_line import as_typed
from pipeline.errors import LadebogError, LogbookError
from pipeline.logbook import event_log
from pipeline.logbook.folder import Logbook
from pipeline.logbook.system_files import account_folders
from pipeline.text import without_secrets

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
        """The logbook and its settings; from here on events are logged in it, and in a demo its time is the present.

        Raises LogbookError, SettingsError."""
        from pipeline.settings.reading import read_settings

        logbook = Logbook.open(self.home)
        event_log.write_to(logbook)
        settings = read_settings(logbook.settings)
        if settings.demo.now is not None:
            self.clock = StartedClock(settings.demo.now)
        return logbook, settings

    def open_to_read(self, configuration: Mapping[str, str] = MappingProxyType({})) -> "tuple[Logbook, Settings]":
        """As `open`, for a command that shows the published figures, with a note if they are not of all settings.

        It is about the accounts in raw/ that the settings do not name, whose sessions are not read: commands that write
        to the archive refuse to run then. Otherwise it is about settings that were changed since.

        The database stays open until the command ends, so that opening it with the same configuration takes no time.
        """
        from pipeline.database.connection import open_published
        from pipeline.load.settings import are_outdated
        from pipeline.settings.unnamed_folders import naming_advice

        logbook, settings = self.open()
        unnamed = [folder for folder in account_folders(logbook.raw) if folder.name not in settings.accounts]
        for folder in unnamed:
            self.print_note(
                f"{folder} holds the answers of an account that {logbook.settings.name} does not name. "
                f"{naming_advice(logbook, folder, settings)}"
            )
        with suppress(LogbookError), ExitStack() as opened:  # the command itself reports an error
            connection = opened.enter_context(open_published(logbook, configuration))
            if not unnamed and are_outdated(connection, settings):
                self.print_note(
                    f"{logbook.settings.name} was changed since the figures were computed: "
                    "update them with: ladebog transform"
                )
            click.get_current_context().call_on_close(opened.pop_all().close)
        return logbook, settings

    def print_info(self, text: str = "") -> None:
        """Print progress or the next step, except under --quiet."""
        if not self.quiet:
            print_paragraphs(text)

    def print_remark(self, text: str) -> None:
        """Log something about the result and print it on standard error, also under --quiet."""
        event_log.warning("remark", remark=as_typed(text))
        if self.log_format == "text":
            print_hanging("", text, err=True)

    def print_note(self, text: str) -> None:
        """Log a note and print it on standard error, also under --quiet."""
        event_log.warning("note", note=as_typed(text))
        if self.log_format == "text":
            print_hanging("", f"ladebog: note: {text}", err=True)

    def print_error(self, message: str, advice: str) -> None:
        """Log what failed, after which the command goes on, and print it on standard error."""
        message, advice = without_secrets(message), without_secrets(advice)
        event_log.error("error", error=message, advice=as_typed(advice))
        if self.log_format == "text":
            print_error(message, advice)

    def raise_last(self, errors: Sequence[LadebogError]) -> None:
        """Print the errors of the parts of the work that failed, and raise the last one; nothing without errors."""
        for error in errors[:-1]:
            self.print_error(str(error), error.advice)
        if errors:
            raise errors[-1]


def print_error(message: str, advice: str) -> None:
    """Print on standard error what failed, and what to do next if there is something."""
    first_line, _, drawing = f"ladebog: {message}".partition("\n")
    print_hanging("", first_line, err=True)
    if drawing:
        print_paragraphs(drawing, err=True)
    for line in advice.splitlines():
        print_hanging("  ", line, err=True)


pass_context = click.make_pass_decorator(Context)

account_option = click.option("--account", "account_name", metavar="NAME", help="Only this account. Default: all.")

one_account_option = click.option(
    "--account", "account_name", metavar="NAME", help="Which account; not needed if there is only one."
)
