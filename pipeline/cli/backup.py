"""`ladebog backup` and `ladebog restore`."""

from pathlib import Path

import click

from pipeline.cli.context import Context, pass_context
from pipeline.logbook.folder import Logbook


@click.command()
@click.argument("place", metavar="DIR|FILE.zip", type=click.Path(path_type=Path))
@pass_context
def backup(context: Context, place: Path) -> None:
    """Copy the logbook, and read the copy back to see that it is whole.

    Into DIR goes a new folder, named by the time, beside those of other days; none is ever removed. FILE.zip is
    replaced where it is a backup of this logbook's that holds nothing that the logbook lost since. A copy that is
    cut off leaves nothing that looks like one. `sha256sum -c SHA256SUMS` in it checks it without Ladebog.

    \b
    Example:  ladebog backup /media/usb
              ladebog backup ~/nas/ladebog.zip
    """
    from pipeline.cli.terminal import copy_progress
    from pipeline.maintenance.backup.make import make_backup

    logbook = Logbook.open(context.home)
    with copy_progress(context.quiet) as progress:
        made = make_backup(logbook, place, context.clock.now(), progress)
    click.echo(made.path)
    context.say(f"{made.files} files, {made.size / 1e6:,.1f} MB, read back and found the same.")
    if made.left_out:
        context.say(f"Not in it: {', '.join(made.left_out)}.")
    context.say("Logins are not in it either: on another machine, log in again after ladebog restore.")


@click.command()
@click.argument("source", metavar="BACKUP", type=click.Path(path_type=Path))
@pass_context
def restore(context: Context, source: Path) -> None:
    """Make the logbook from a backup, in a folder that does not exist yet or is empty.

    The backup, a folder or a ZIP file, is verified first; what was changed in it, or is missing, is named, and then
    nothing is restored.

    \b
    Example:  ladebog restore /media/usb/ladebog-20250330T143638Z
              ladebog --home ~/Ladebog restore ~/nas/ladebog.zip
    """
    from pipeline.cli.terminal import copy_progress
    from pipeline.maintenance.backup.restore import restore

    with copy_progress(context.quiet) as progress:
        logbook = restore(source, context.home, progress)
    context.say(f"Restored {logbook.root} from {source}.")
    _, settings = context.open()
    for name in settings.accounts:
        context.say(f"Next: ladebog login {name}")
    context.say("Then: ladebog status")
