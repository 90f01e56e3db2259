"""`ladebog page`."""

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.context import Context, pass_context
from pipeline.cli.options import NamedPath
from pipeline.cli.output import print_line, print_lines
from pipeline.cli.output_paths import output_file, reports_folder
from pipeline.errors import LadebogError
from pipeline.logbook.files import remedy
from pipeline.logbook.folder import Logbook

if TYPE_CHECKING:
    from pipeline.settings.schema import Language, Settings

_ADVICE = "ladebog page"


@click.command()
@click.option("--open", "is_opened", is_flag=True, help="Show it in the browser.")
@click.option(
    "--output",
    type=NamedPath(path_type=Path, dir_okay=False),
    help="Write to this file. Default: reports/ladebog.html in the logbook.",
)
@click.option("--language", type=click.Choice(["da", "en"]), help="Default: the language of claims in ladebog.toml.")
@pass_context
def page(context: Context, is_opened: bool, output: Path | None, language: "Language | None") -> None:
    """Write one HTML file in which to look at everything.

    It shows months, days, hours, costs, sessions, claims and findings, and needs no network. Whoever has the file can
    read all of it. `ladebog run` writes it into reports/ whenever something in it has changed.

    \b
    Example:  ladebog page --open
              ladebog page --language en --output ~/Documents/charging.html
    """
    logbook, settings = context.open_to_read()
    file = output_file(logbook, output, hint="--output") if output else reports_folder(logbook) / logbook.page.name
    _write(context, logbook, settings, file, language or settings.claim.language)
    print_line(file)
    if is_opened:
        _open(context, file)


def refresh_page(context: Context, logbook: Logbook, settings: "Settings") -> None:
    """Write reports/ladebog.html after a run, unless it shows the same already or no session is archived.

    An error in this is printed and does not change the run's outcome.
    """
    try:
        file = reports_folder(logbook) / logbook.page.name
        if _write(context, logbook, settings, file, settings.claim.language, only_if_changed=True):
            print_line(file)
    except LadebogError as error:
        context.print_error(f"Page not written: {error}", error.advice)
    except OSError as error:
        context.print_error(f"Page not written: {error.strerror} ({error.filename}).", remedy(error.errno, _ADVICE))
    except Exception as error:  # the run has ended, and its outcome must not change
        if context.debug:
            print_lines(traceback.format_exc().rstrip("\n"), err=True)
        context.print_error(f"Page not written: {type(error).__name__}.", f"Try it: {_ADVICE}")


def _write(
    context: Context,
    logbook: Logbook,
    settings: "Settings",
    file: Path,
    language: "Language",
    only_if_changed: bool = False,
) -> bool:
    """Write the page; returns whether that was necessary."""
    from pipeline.database.connection import open_published
    from pipeline.logbook.files import remove_leftovers, write_text
    from reports.page.content import content_of, shows
    from reports.page.curves import read_curves
    from reports.page.figures import read_figures
    from reports.page.page import render

    with open_published(logbook) as connection:
        accounts = read_figures(connection, list(settings.accounts.values()))
        content = content_of(accounts, language)
        if only_if_changed and not any(account.sessions for account in accounts):
            return False
        if only_if_changed and shows(file, content):
            remove_leftovers(file)  # of a run that was killed after it had replaced the file
            return False
        curves = [read_curves(connection, account) for account in accounts]
    write_text(file, render(accounts, curves, language, context.clock.now(), content))
    return True


def _open(context: Context, file: Path) -> None:
    import webbrowser

    if not webbrowser.open(file.absolute().as_uri()):
        context.print_note(f"There is no browser to open it with. Open {file} in one.")
