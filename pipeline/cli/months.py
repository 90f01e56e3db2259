"""`ladebog months` and `ladebog sessions`: what was charged, and what it cost."""

from datetime import datetime
from typing import Any

import click

from pipeline.cli.claim.text import correction_lines
from pipeline.cli.context import Context, account_option, pass_context
from pipeline.cli.options import MONTH, wide_option
from pipeline.cli.output import print_line
from pipeline.cli.paragraph import print_hanging
from pipeline.cli.rows import TABLE, Rows, format_option, print_rows, read_rows, show_rows
from pipeline.cli.terminal import DIM, Marked
from pipeline.text import counted

_MOST_SESSIONS = 20
_MONTHS_EXPENDABLE = ("average_price_incl_tax", "tax_amount", "sessions", "state")
_SESSIONS_EXPENDABLE = ("charge_point", "average_price_incl_tax", "car", "duration", "currency")
_FIGURES = {"cost": "amount_incl_tax", "energy": "energy_kwh", "price": "average_price_incl_tax"}


@click.command()
@account_option
@format_option
@wide_option
@pass_context
def months(context: Context, account_name: str | None, format_name: str, wide: bool) -> None:
    """Show each month's kWh, cost and tax, and whether it is claimed.

    A month is closed once the operator has listed all its sessions; only then it can be claimed.

    \b
    Example:  ladebog months
              ladebog months --format csv > months.csv
    """
    from pipeline.database import models

    query = models.query("month_list")
    rows = read_rows(context, query, account_name, {}, with_account=format_name != TABLE)
    if format_name != TABLE:
        print_rows(query, rows, format_name)
    elif rows:
        show_months(rows, wide=wide)
        _print_corrections(context, account_name)
    else:
        print_line("No session has finished yet.")


def _print_corrections(context: Context, account_name: str | None) -> None:
    """Print what changed in claimed months, which the figures of the months contain already."""
    from pipeline.claims.outstanding import read_outstanding
    from pipeline.database.connection import open_published

    logbook, settings = context.open()
    with open_published(logbook) as connection:
        for account in settings.chosen_accounts(account_name):
            outstanding = read_outstanding(connection, account.name)
            for line in correction_lines(outstanding, settings.account_option(account.name)):
                print_hanging("", line)


def show_months(rows: Rows, *, wide: bool = False) -> None:
    """Show months, at least one, as rows of the query `month_list`."""
    for row in rows:
        row["month"] = f"{row['month']:%Y-%m}"
        if row["state"] == "not closed":
            row["state"] = Marked(row["state"], DIM)
    show_rows(rows, _MONTHS_EXPENDABLE, wide=wide)


@click.command()
@account_option
@click.option("--month", type=MONTH, help="Only sessions that stopped in this month. Default: all.")
@click.option(
    "--sort",
    type=click.Choice(("date", *_FIGURES)),
    default="date",
    show_default=True,
    help="The newest last, or the highest cost, energy or price per kWh first, by currency.",
)
@format_option
@wide_option
@pass_context
def sessions(
    context: Context, account_name: str | None, month: datetime | None, sort: str, format_name: str, wide: bool
) -> None:
    """Show sessions with their kWh, cost and price.

    Without a month, a table has only 20: the newest, or with --sort the highest.

    \b
    Example:  ladebog sessions --month 2025-03
              ladebog sessions --sort cost
    """
    from pipeline.database import models

    query, parameters = models.query("finished_sessions"), {"month": month.date() if month else None}
    rows = read_rows(context, query, account_name, parameters, with_account=format_name != TABLE)
    if sort != "date":
        rows.sort(key=lambda row: _highest_first(row, _FIGURES[sort]))
    if format_name != TABLE:
        print_rows(query, rows, format_name)
        return
    shown = rows if month else rows[-_MOST_SESSIONS:] if sort == "date" else rows[:_MOST_SESSIONS]
    if shown:
        show_rows([_for_people(row) for row in shown], _SESSIONS_EXPENDABLE, wide=wide)
    else:
        print_line(f"No session stopped in {month:%Y-%m}." if month else "No session has finished yet.")
    if len(shown) < len(rows) and not context.quiet:
        which = "newest" if sort == "date" else f"highest by {sort}"
        print_line()
        print_hanging("", f"The {which} of {counted(len(rows), 'session')}. Others: ladebog sessions --month YYYY-MM")


def _highest_first(row: dict[str, Any], name: str) -> tuple[Any, ...]:
    """The order of rows by a figure; amounts of different currencies are not compared."""
    currency = "" if name == "energy_kwh" else row["currency"]
    return currency, row[name] is None, -(row[name] or 0)


def _for_people(row: dict[str, Any]) -> dict[str, Any]:
    hours, minutes = divmod(row["duration_s"] // 60, 60)
    texts = {"started_local": ("started", f"{row['started_local']:%Y-%m-%d %H:%M}")}
    texts["duration_s"] = ("duration", f"{hours}:{minutes:02} h")
    return dict(texts.get(name, (name, value)) for name, value in row.items())
