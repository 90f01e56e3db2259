"""`ladebog months` and `ladebog sessions`: what was charged, and what it cost."""

from datetime import datetime

import click

from pipeline.cli.context import Context, account_option, pass_context
from pipeline.cli.options import MONTH, wide_option
from pipeline.cli.output import print_line
from pipeline.cli.rows import read_rows, show_rows
from pipeline.cli.terminal import DIM, Marked
from pipeline.text import counted

_NEWEST_SESSIONS = 20
_MONTHS_EXPENDABLE = ("price_incl_tax", "tax_amount", "sessions", "state")
_SESSIONS_EXPENDABLE = ("charge_point", "price_incl_tax", "car", "duration", "currency")


@click.command()
@account_option
@wide_option
@pass_context
def months(context: Context, account_name: str | None, wide: bool) -> None:
    """Show each month's kWh, cost and tax, and whether it is claimed.

    A month is closed once the operator has listed all its sessions; only then it can be claimed.

    \b
    Example:  ladebog months
    """
    from pipeline.database import models

    rows = read_rows(context, models.query("month_list"), account_name, {})
    for row in rows:
        if row["state"] == "not closed":
            row["state"] = Marked(row["state"], DIM)
    if rows:
        show_rows(rows, _MONTHS_EXPENDABLE, wide=wide)
    else:
        print_line("No session has finished yet.")


@click.command()
@account_option
@click.option("--month", type=MONTH, help="Only sessions that stopped in this month. Default: the newest 20 sessions.")
@wide_option
@pass_context
def sessions(context: Context, account_name: str | None, month: datetime | None, wide: bool) -> None:
    """Show sessions with their kWh, cost and price.

    \b
    Example:  ladebog sessions --month 2025-03
    """
    from pipeline.database import models

    parameters = {"month": month.date() if month else None}
    rows = read_rows(context, models.query("finished_sessions"), account_name, parameters)
    newest = rows if month else rows[-_NEWEST_SESSIONS:]
    if newest:
        show_rows(newest, _SESSIONS_EXPENDABLE, wide=wide)
    else:
        print_line(f"No session stopped in {month:%Y-%m}." if month else "No session has finished yet.")
    if len(newest) < len(rows):
        context.print_info(f"\nThe newest of {counted(len(rows), 'session')}. Others: ladebog sessions --month YYYY-MM")
