"""`ladebog backup` and `ladebog restore`."""

from pathlib import Path

import click

from pipeline.cli.context import Context, pass_context
from pipeline.cli.options import NamedPath
from pipeline.cli.output import print_line
from pipeline.cli.progress import copy_progress
from pipeline.logbook.folder import Logbook


@click.command()
@click.argument("place", metavar="DIR|FILE.zip", type=NamedPath(path_type=Path))
@pass_context
def backup(context: Context, place: Path) -> None:
    """Copy the logbook and verify the copy.

    With DIR, the copy is a new folder in it, named after the time; earlier copies are kept. FILE.zip is replaced, but
    only if it is a backup of this logbook and contains nothing that the logbook has lost since. An interrupted backup
    leaves nothing that looks like a finished one. To check a copy without Ladebog, run `sha256sum -c SHA256SUMS` in it.

    The copy is checked as by ladebog verify. That of a damaged logbook gets a name with -damaged, and the exit code is
    that of verify. A logbook that has lost its ladebog.toml is copied without it, and the exit code is 1.

    \b
    Example:  ladebog backup /media/usb
              ladebog backup ~/nas/ladebog.zip
    """
    from pipeline.maintenance.backup.make import make_backup
    from pipeline.settings.reading import read_settings
    from reports.claims.compare import check_rendered

    logbook = Logbook.open_without_settings(context.home)
    with copy_progress(context.quiet) as progress:
        written_backup = make_backup(logbook, place, context.clock.now(), progress, check_rendered)
    damage = written_backup.damage
    print_line(written_backup.path)
    checks = "read back, but the logbook is damaged" if damage else "read back and verified"
    context.print_info(f"{written_backup.files} files, {written_backup.size / 1e6:,.1f} MB, {checks}.")
    if written_backup.left_out:
        context.print_info(f"Not included: {', '.join(written_backup.left_out)}.")
    context.print_info("Logins are never included: after restoring it on another machine, log in again there.")
    if damage:
        raise type(damage)(f"This is a copy of a damaged logbook: {damage}", damage.advice)
    logbook.require_settings()
    read_settings(logbook.settings)  # as `verify` does: faults in the settings end the command


@click.command()
@click.argument("source", metavar="BACKUP", type=NamedPath(path_type=Path))
@pass_context
def restore(context: Context, source: Path) -> None:
    """Restore the logbook from a backup into a new or empty folder.

    The backup, a folder or a ZIP file, is verified first, and the logbook in it is checked as by ladebog verify. If
    anything in it was changed or is missing, the command names it and restores nothing. Settings with faults are
    restored as they are, and the exit code is 1.

    \b
    Example:  ladebog restore /media/usb/ladebog-20250330T143638Z
              ladebog --home ~/Ladebog restore ~/nas/ladebog.zip
    """
    from pipeline.maintenance.backup.restore import restore
    from reports.claims.compare import check_rendered

    with copy_progress(context.quiet) as progress:
        logbook = restore(source, context.home, progress, check_rendered)
    context.print_info(f"Restored {logbook.root} from {source}.")
    if not logbook.database.exists():
        context.print_remark("The backup has no database, so a lost end of raw/, journal/ or claims/ was not noticed.")
    _, settings = context.open()
    for name in settings.accounts:
        context.print_info(f"Next: ladebog login {name}")
    context.print_info(f"Then: ladebog {'status' if logbook.database.exists() else 'transform'}")
