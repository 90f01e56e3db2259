"""`ladebog extract`, `transform`, `rebuild` and `run`: the steps one by one, and all of them at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import click

from pipeline import interrupt
from pipeline.cli.check import show_findings_since
from pipeline.cli.context import Context, account_option, pass_context
from pipeline.cli.demo_operator import stopped_operator_error
from pipeline.cli.notify import send_messages
from pipeline.cli.options import DAY_OR_MONTH, WholeNumber
from pipeline.cli.page import refresh_page
from pipeline.cli.progress import extract_progress
from pipeline.cli.report import report_last_closed_month
from pipeline.errors import (
    EXIT_FINDINGS,
    BusyError,
    LadebogError,
    LoginError,
    SettingsError,
    UpstreamDownError,
    UpstreamError,
)
from pipeline.logbook.folder import Logbook
from pipeline.settings.schema import Account, Settings

if TYPE_CHECKING:
    from pipeline.extract.run import Scope
    from pipeline.extract.summary import Summary
    from pipeline.load.links import Link

_LINKS = {"journal": ("entry", "entries"), "raw": ("segment", "segments"), "claims": ("claim", "claims")}
_MOST_NAMED = 10  # lost links of a chain


@click.command()
@account_option
@click.option(
    "--since", type=DAY_OR_MONTH, help="List from this day's month on. Default: the months that may have changed."
)
@click.option("--until", type=DAY_OR_MONTH, help="List up to this day's month. Default: today.")
@click.option("--refetch", is_flag=True, help="Fetch the details of the listed sessions again, changed or not.")
@pass_context
def extract(
    context: Context, account_name: str | None, since: datetime | None, until: datetime | None, refetch: bool
) -> None:
    """Fetch what is new or was corrected, into raw/.

    The first run goes back to the account's first session. Later runs list the months from 45 days before the last
    run on, and once a week the last 13 months. You may stop a run at any moment; the next one continues. What
    the operator does not send, while it answers other requests, is named and left for the next run.

    A session over midnight at the end of a month may be in the list of either month. With --since, begin a month
    before the first month that you claim.

    \b
    Example:  ladebog extract
              ladebog extract --since 2025-01-01 --until 2025-03-31 --refetch
    """
    from pipeline.extract.plan import EARLIEST
    from pipeline.extract.run import Scope

    logbook, settings = context.open()
    first, last = since.date() if since else None, until.date() if until else None
    if first and last and first > last:
        raise click.UsageError(f"--since {first} is after --until {last}.")
    if first and first < EARLIEST:
        raise click.UsageError(f"--since {first} is before {EARLIEST}, the earliest possible day.")
    scope = Scope(since=first, until=last, refetch=refetch)
    errors_by_account = fetch(context, logbook, settings, settings.chosen_accounts(account_name), scope)
    context.raise_last(list(errors_by_account.values()))
    context.print_info("Next: ladebog transform")


@click.command()
@pass_context
def transform(context: Context) -> None:
    """Compute the marts from the archive and publish the database.

    \b
    Example:  ladebog transform
    """
    from pipeline.transform.update import update_archive

    logbook, settings = context.open()
    with naming_set_aside(context, logbook):
        update_archive(logbook, settings, context.clock)
    context.print_info(f"Published {logbook.database}.")


@click.command()
@pass_context
def rebuild(context: Context) -> None:
    """Build the database again from raw/, journal/ and claims/.

    The marts come out the same, row for row.

    \b
    Example:  ladebog rebuild
    """
    from pipeline.transform.update import rebuild_archive

    logbook, settings = context.open()
    with naming_set_aside(context, logbook):
        lost = rebuild_archive(logbook, settings, context.clock)
    _note_lost(context, logbook, lost)
    context.print_info(f"Rebuilt {logbook.database} from {logbook.raw}.")


def _note_lost(context: Context, logbook: Logbook, lost: "Sequence[Link]") -> None:
    """Name what the logbook's files have lost, by folder."""
    for (chain, account), links in groupby(lost, key=lambda link: (link.chain, link.account)):
        names = [link.name for link in links]
        noun = _LINKS[chain][len(names) > 1]
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        context.print_note(
            f"{logbook.root / chain / account} has lost {noun} {', '.join(names[:_MOST_NAMED])}{more}. "
            f"If you can, restore it from a backup. Then run: ladebog {'transform' if chain == 'claims' else 'rebuild'}"
        )


@click.command()
@account_option
@click.option("--if-active", is_flag=True, help="Run only if a session was active at the last run.")
@click.option(
    "--if-older", type=WholeNumber(min=1), metavar="HOURS", help="Run only if the last run is older than this."
)
@pass_context
def run(context: Context, account_name: str | None, if_active: bool, if_older: int | None) -> int:
    """Extract, transform, report the last closed month, and check.

    Shows the findings from the reported month on, and exits with 3 if that month has errors. Writes the page
    reports/ladebog.html if something in it has changed. With --if-active, --if-older or both, the command does nothing
    unless one of the conditions holds; it also stops if another run is in progress.

    \b
    Example:  ladebog run
              ladebog run --if-active --if-older 25
    """
    from pipeline.operations.notify.causes import WHOLE_RUN

    logbook, settings = context.open()
    accounts = settings.chosen_accounts(account_name)
    is_conditional = if_active or if_older is not None
    if is_conditional and not _is_due(context, logbook, accounts, if_active, if_older):
        context.print_info("Nothing to do for now.")
        return 0
    try:
        exit_code, errors_by_account = _run(context, logbook, settings, accounts)
    except Exception as error:
        if interrupt.was_pressed():
            raise
        if is_conditional and isinstance(error, BusyError):
            context.print_info(str(error))
            return 0
        send_messages(context, logbook, settings, {WHOLE_RUN: error})
        raise
    send_messages(context, logbook, settings, errors_by_account)
    context.raise_last(list(errors_by_account.values()))
    return exit_code


def _is_due(
    context: Context, logbook: Logbook, accounts: Sequence[Account], if_active: bool, if_older: int | None
) -> bool:
    """Whether a condition to run holds, judging only from the archive."""
    from pipeline.operations.schedule.due import active_sessions, last_run_began

    names, now = [account.name for account in accounts], context.clock.now()
    if if_active and (active := active_sessions(logbook, names, now)):
        context.print_info(f"Active at the last run: {', '.join(active)}.")
        return True
    if if_older is None:
        return False
    began = last_run_began(logbook, names, now)
    return began is None or now - began > timedelta(hours=if_older)


def _run(
    context: Context, logbook: Logbook, settings: Settings, accounts: Sequence[Account]
) -> tuple[int, dict[str, LadebogError]]:
    """Do all steps; returns the exit code if no account failed, and the errors of those that did."""
    from pipeline.extract.run import Scope
    from pipeline.transform.update import update_archive

    errors_by_account = fetch(context, logbook, settings, accounts, Scope())
    update_archive(logbook, settings, context.clock)
    exit_code = 0
    for account in accounts:
        if account.name not in errors_by_account:
            month = report_last_closed_month(context, logbook, account, context.clock)
            if show_findings_since(context, logbook, account.name, month):
                exit_code = EXIT_FINDINGS
    if len(errors_by_account) < len(accounts):
        refresh_page(context, logbook, settings)
    return exit_code, errors_by_account


def fetch(
    context: Context, logbook: Logbook, settings: Settings, accounts: Sequence[Account], scope: "Scope"
) -> dict[str, LadebogError]:
    """Extract the accounts one after the other, and print a summary of each.

    An error of an operator or its address ends only its own account's run; returns the errors by account.
    """
    from pipeline.extract.run import Extractor
    from pipeline.load.hosts import require_same_operator
    from pipeline.source.credentials.choose import open_credentials
    from pipeline.transform.update import open_updated

    errors_by_account: dict[str, LadebogError] = {
        account.name: error for account in accounts if (error := stopped_operator_error(logbook, settings, account))
    }
    fetched = [account for account in accounts if account.name not in errors_by_account]
    if not fetched:
        context.raise_last(list(errors_by_account.values()))
    credentials = open_credentials()
    with naming_set_aside(context, logbook), open_updated(logbook, settings, context.clock) as connection:
        extractor = Extractor(
            connection=connection,
            logbook=logbook,
            source=settings.source,
            credentials=credentials,
            clock=context.clock,
        )
        for account in fetched:
            try:
                require_same_operator(connection, account)
                with extract_progress(account.name, context.quiet or context.log_format == "json") as progress:
                    summary = extractor.extract(account, scope, progress)
            except (SettingsError, LoginError, UpstreamError, UpstreamDownError) as error:
                errors_by_account[account.name] = error
            else:
                context.print_info(summary_line(account.name, summary))
                for warning in summary.warnings:
                    context.print_note(warning)
                if summary.error is not None:
                    errors_by_account[account.name] = summary.error
    return errors_by_account


@contextmanager
def naming_set_aside(context: Context, logbook: Logbook) -> Iterator[None]:
    """Print a note for each file of raw/ that was set aside in this context."""
    from pipeline.raw.segments import ASIDE_SUFFIX

    before = set(logbook.raw.rglob(f"*{ASIDE_SUFFIX}"))
    try:
        yield
    finally:
        for file in sorted(set(logbook.raw.rglob(f"*{ASIDE_SUFFIX}")) - before):
            context.print_note(f"{file} is not read: there is a finished segment of its name, which was kept.")


def summary_line(account: str, summary: "Summary") -> str:
    """`home: 12 listed, 1 new, ...`"""
    never_charged = f"{summary.never_charged} never charged, " if summary.never_charged else ""
    return (
        f"{account}: {summary.listed} listed, {summary.new} new, {summary.corrected} corrected, "
        f"{summary.unchanged} unchanged, {summary.active} active, {never_charged}{summary.quarantined} quarantined; "
        f"{summary.requests} requests in {summary.seconds:.1f} s"
    )
