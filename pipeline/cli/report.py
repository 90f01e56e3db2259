"""`ladebog report`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.check import counted_findings
from pipeline.cli.context import Context, account_option, pass_context
from pipeline.cli.options import NamedPath, meant_month
from pipeline.cli.output import print_line
from pipeline.cli.output_paths import output_folder, reports_folder
from pipeline.cli.paragraph import print_hanging
from pipeline.clock import Clock
from pipeline.logbook.folder import Logbook
from reports.month.period import ReportPeriod

if TYPE_CHECKING:
    from pipeline.settings.schema import Account
    from reports.month.report import Report

_FORMATS = ("xlsx", "csv")


@click.command()
@click.argument("period", metavar="YYYY-MM|YYYY")
@account_option
@click.option("--format", "formats", type=click.Choice(_FORMATS), multiple=True, help="May be repeated. Default: all.")
@click.option(
    "--output",
    type=NamedPath(path_type=Path, file_okay=False),
    help="Write to this folder. Default: reports/ in the logbook.",
)
@pass_context
def report(
    context: Context, period: str, account_name: str | None, formats: tuple[str, ...], output: Path | None
) -> None:
    """Write the report of a month or a year.

    \b
    Example:  ladebog report 2025-03 --format xlsx --format csv
              ladebog report 2025 --output ~/Documents
    """
    logbook, settings = context.open_to_read()
    try:
        chosen_period = ReportPeriod.parse(period)
    except ValueError as error:
        advice = meant_month(period, click.get_current_context())
        raise click.BadParameter(f"{error} {advice}".rstrip(), param_hint="YYYY-MM|YYYY") from None
    folder = output_folder(logbook, output) if output else reports_folder(logbook)
    for account in settings.chosen_accounts(account_name):
        result = _write(context, logbook, account, chosen_period, formats or _FORMATS, folder, context.clock)
        if result.findings:
            month = "" if chosen_period.is_year else f" --month {chosen_period.name}"
            context.print_info(f"  {counted_findings(result.findings)}: ladebog check{month} --account {account.name}")


def report_last_closed_month(context: Context, logbook: Logbook, account: "Account", clock: Clock) -> date | None:
    """Write the report of the newest month that is closed, or print that there is none yet; returns the month."""
    from pipeline.database.connection import open_published, rows

    with open_published(logbook) as connection:
        states = rows(connection, "select last_closed_month from account_states where account = ?", [account.name])
    month: date | None = states[0]["last_closed_month"] if states else None
    if month is None:
        context.print_info(f"{account.name}: no month is closed yet, so there is nothing to report.")
    else:
        folder = reports_folder(logbook)
        _write(context, logbook, account, ReportPeriod.parse(f"{month:%Y-%m}"), _FORMATS, folder, clock)
    return month


def _write(
    context: Context,
    logbook: Logbook,
    account: "Account",
    period: ReportPeriod,
    formats: Sequence[str],
    folder: Path,
    clock: Clock,
) -> "Report":
    from pipeline.database.connection import open_published
    from reports.month.files import write_report
    from reports.month.report import read_report

    with open_published(logbook) as connection:
        result = read_report(connection, account, period, generated_at=clock.now())
    for path in write_report(result, formats, folder):
        print_line(path)
    for note in [] if context.quiet else result.notes:
        print_hanging("  ", note)
    return result
