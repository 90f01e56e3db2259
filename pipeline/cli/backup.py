"""`ladebog backup` and `ladebog restore`."""

from pathlib import Path

import click

from pipeline.cli.context import Context, pass_context
from pipeline.cli.output import print_line
from pipeline.cli.terminal import copy_progress
from pipeline.errors import SettingsError
from pipeline.logbook.folder import Logbook


@click.command()
@click.argument("place", metavar="DIR|FILE.zip", type=click.Path(path_type=Path))
@pass_context
def backup(context: Context, place: Path) -> None:
    """Copy the logbook and verify the copy.

    With DIR, the copy is a new folder in it, named after the time; earlier copies are kept. FILE.zip is replaced, but
    only if it is a backup of this logbook and contains nothing that the logbook has lost since. An interrupted backup
    leaves nothing that looks like a finished one. To check a copy without Ladebog, run `sha256sum -c SHA256SUMS` in it.

    \b
    Example:  ladebog backup /media/usb
              ladebog backup ~/nas/ladebog.zip
    """
    from pipeline.maintenance.backup.make import make_backup

    logbook = Logbook.open(context.home)
    with copy_progress(context.quiet) as progress:
        written_backup = make_backup(logbook, place, context.clock.now(), progress)
    print_line(written_backup.path)
    context.print_info(f"{written_backup.files} files, {written_backup.size / 1e6:,.1f} MB, read back and verified.")
    if written_backup.left_out:
        context.print_info(f"Not included: {', '.join(written_backup.left_out)}.")
    context.print_info("Logins are never included: on another machine, log in again after ladebog restore.")


@click.command()
@click.argument("source", metavar="BACKUP", type=click.Path(path_type=Path))
@pass_context
def restore(context: Context, source: Path) -> None:
    """Restore the logbook from a backup into a new or empty folder.

    The backup, a folder or a ZIP file, is verified first. If anything in it was changed or is missing, the command
    names it and restores nothing.

    \b
    Example:  ladebog restore /media/usb/ladebog-20250330T143638Z
              ladebog --home ~/Ladebog restore ~/nas/ladebog.zip
    """
    from pipeline.maintenance.backup.restore import restore

    with copy_progress(context.quiet) as progress:
        logbook = restore(source, context.home, progress)
    context.print_info(f"Restored {logbook.root} from {source}.")
    try:
        _, settings = context.open()
    except SettingsError as error:  # as it was when it was backed up
        context.print_error(str(error), error.advice)
        return
    for name in settings.accounts:
        context.print_info(f"Next: ladebog login {name}")
    context.print_info("Then: ladebog status")
