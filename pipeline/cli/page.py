"""`ladebog page`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.context import Context, pass_context
from pipeline.cli.options import NamedPath
from pipeline.cli.output import print_line
from pipeline.cli.output_paths import output_file, reports_folder
from pipeline.logbook.folder import Logbook

if TYPE_CHECKING:
    from pipeline.settings.schema import Language, Settings


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
    read all of it.

    \b
    Example:  ladebog page --open
              ladebog page --language en --output ~/Documents/charging.html
    """
    logbook, settings = context.open()
    file = output_file(logbook, output, hint="--output") if output else reports_folder(logbook) / logbook.page.name
    _write(context, logbook, settings, file, language or settings.claim.language)
    print_line(file)
    if is_opened:
        _open(context, file)


def _write(context: Context, logbook: Logbook, settings: "Settings", file: Path, language: "Language") -> None:
    from pipeline.database.connection import open_published
    from pipeline.logbook.files import write_text
    from reports.page.curves import read_curves
    from reports.page.figures import read_figures
    from reports.page.page import render

    with open_published(logbook) as connection:
        accounts = read_figures(connection, list(settings.accounts.values()))
        curves = [read_curves(connection, account) for account in accounts]
    write_text(file, render(accounts, curves, language, context.clock.now()))


def _open(context: Context, file: Path) -> None:
    import webbrowser

    if not webbrowser.open(file.absolute().as_uri()):
        context.print_note(f"There is no browser to open it with. Open {file} in one.")
