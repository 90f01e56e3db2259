"""`ladebog shell`."""

import os
import shutil
import subprocess
import sys

import click

from pipeline.cli.context import Context, pass_context
from pipeline.errors import MissingProgramError

_PROGRAM = "harlequin"
_OPTIONS = ("--profile", "None", "--adapter", "duckdb", "--read-only")  # whatever the user's own profile says


@click.command()
@pass_context
def shell(context: Context) -> int:
    """Explore the database in harlequin, an SQL editor.

    Install it with uv tool install harlequin, or pipx install harlequin. It opens the published database read-only: a
    run at the same time does no harm, and publishes a new one, which the next shell opens. Times are in the time zone
    of the accounts, or in UTC if they have different ones. The exit code is that of harlequin.

    \b
    Example:  ladebog shell
    """
    from pipeline.cli.sql.question import query_timezone
    from pipeline.database.connection import open_published

    logbook, settings = context.open_to_read()
    program = shutil.which(_PROGRAM)
    if program is None:
        raise MissingProgramError(
            "harlequin, the program that ladebog shell starts, is not installed.",
            "Install it with: uv tool install harlequin (or: pipx install harlequin)",
        )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("The shell needs a terminal. Elsewhere, use: ladebog sql")
    with open_published(logbook):  # so that what is wrong with it is reported here
        pass
    environment = os.environ | {"TZ": query_timezone(settings)}  # DuckDB's own setting follows it
    command = [program, *_OPTIONS, str(logbook.database.absolute())]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 (found on the user's PATH)
