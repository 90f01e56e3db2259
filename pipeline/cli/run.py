"""`ladebog extract`, `transform`, `rebuild` and `run`: the steps of the way, and all of them at once."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from pipeline.cli.context import Context, account_option, pass_context
from pipeline.errors import EXIT_FINDINGS

if TYPE_CHECKING:
    from pipeline.extract import Summary
    from pipeline.logbook import Logbook
    from pipeline.settings import Settings

_DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@account_option
@click.option("--since", type=_DATE, help="List from this day's month on. Default: what recent runs have not settled.")
@click.option("--until", type=_DATE, help="List up to this day's month. Default: today.")
@click.option("--refetch", is_flag=True, help="Fetch the details of the listed sessions again, changed or not.")
@pass_context
def extract(
    context: Context, account_name: str | None, since: datetime | None, until: datetime | None, refetch: bool
) -> None:
    """Fetch what is new or was corrected, into raw/.

    The first run goes back to the account's first session. Later ones list the months that the last 45 days touch,
    and once a week the last 13. A run may be stopped at any moment; the next one goes on.

    \b
    Example:  ladebog extract
              ladebog extract --since 2025-01-01 --until 2025-03-31 --refetch
    """
    from pipeline.plan import EARLIEST

    logbook, settings = context.open()
    first, last = since.date() if since else None, until.date() if until else None
    if first and last and first > last:
        raise click.UsageError(f"--since {first} is after --until {last}.")
    if first and first < EARLIEST:
        raise click.UsageError(f"--since {first} is before {EARLIEST}, when no operator ran such an app yet.")
    fetch(context, logbook, settings, account_name, first, last, refetch)
    context.say("Next: ladebog transform")


@click.command()
@pass_context
def transform(context: Context) -> None:
    """Make the marts from what was fetched, and publish the database.

    \b
    Example:  ladebog transform
    """
    from pipeline import archive

    logbook, settings = context.open()
    archive.update(logbook, settings, context.clock)
    context.say(f"Published {logbook.database}.")


@click.command()
@pass_context
def rebuild(context: Context) -> None:
    """Drop the database and make it again from raw/ and journal/: the same marts, row for row.

    \b
    Example:  ladebog rebuild
    """
    from pipeline import archive

    logbook, settings = context.open()
    archive.rebuild(logbook, settings, context.clock)
    context.say(f"Rebuilt {logbook.database} from {logbook.raw}.")


@click.command()
@account_option
@click.option("--if-active", is_flag=True, help="Run only if a session was active when last looked.")
@click.option(
    "--if-older", type=click.IntRange(min=1), metavar="HOURS", help="Run only if the last run is older than that."
)
@pass_context
def run(context: Context, account_name: str | None, if_active: bool, if_older: int | None) -> int:
    """Do it all: extract, transform, the report of the last closed month, and what the checks say from that month on.

    Exits with 3 if there are errors in the month that was reported. With --if-active, --if-older or both it asks
    the operator nothing unless one of them holds, and leaves it to another run that is under way.

    \b
    Example:  ladebog run
              ladebog run --if-active --if-older 25
    """
    from pipeline.errors import BusyError

    if not if_active and if_older is None:
        return _run(context, account_name)
    if not _is_due(context, account_name, if_active, if_older):
        context.say("Nothing to do for now.")
        return 0
    try:
        return _run(context, account_name)
    except BusyError as error:
        context.say(str(error))
        return 0


def _is_due(context: Context, account_name: str | None, if_active: bool, if_older: int | None) -> bool:
    from datetime import timedelta

    from pipeline.schedule.due import active_sessions, last_began

    logbook, settings = context.open()
    names, now = [account.name for account in settings.chosen(account_name)], context.clock.now()
    if if_active and (active := active_sessions(logbook, names, now)):
        context.say(f"Active when last looked: {', '.join(active)}.")
        return True
    if if_older is None:
        return False
    began = last_began(logbook, names, now)
    return began is None or now - began > timedelta(hours=if_older)


def _run(context: Context, account_name: str | None) -> int:
    from pipeline import archive
    from pipeline.cli.check import show_findings_since
    from pipeline.cli.report import report_last_closed_month

    logbook, settings = context.open()
    fetch(context, logbook, settings, account_name, None, None, False)
    archive.update(logbook, settings, context.clock)
    exit_code = 0
    for account in settings.chosen(account_name):
        month = report_last_closed_month(context, logbook, account, context.clock)
        if show_findings_since(context, logbook, account.name, month):
            exit_code = EXIT_FINDINGS
    return exit_code


def fetch(
    context: Context,
    logbook: "Logbook",
    settings: "Settings",
    account_name: str | None,
    since: date | None,
    until: date | None,
    refetch: bool,
) -> None:
    """Extract the chosen accounts, one after the other, and say what each run came to."""
    from pipeline import archive
    from pipeline.cli.terminal import extract_progress
    from pipeline.extract import extract_account
    from pipeline.source.credentials import open_credentials

    accounts = settings.chosen(account_name)
    credentials = open_credentials()
    with archive.opened(logbook, settings, context.clock) as connection:
        for account in accounts:
            with extract_progress(account.name, context.quiet) as progress:
                summary = extract_account(
                    connection,
                    logbook,
                    account,
                    source=settings.source,
                    credentials=credentials,
                    clock=context.clock,
                    progress=progress,
                    since=since,
                    until=until,
                    refetch=refetch,
                )
            context.say(summary_line(account.name, summary))


def summary_line(account: str, summary: "Summary") -> str:
    """`home: 12 listed, 1 new, ...`"""
    return (
        f"{account}: {summary.listed} listed, {summary.new} new, {summary.corrected} corrected, "
        f"{summary.unchanged} unchanged, {summary.active} active, {summary.quarantined} quarantined; "
        f"{summary.requests} requests in {summary.seconds:.1f} s"
    )
