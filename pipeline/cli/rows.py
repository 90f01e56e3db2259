"""Rows of a query about accounts: as a table for people, or in a format for other programs."""

from collections.abc import Sequence
from typing import Any

import click

from pipeline.cli.context import Context
from pipeline.cli.money import cells
from pipeline.cli.output import print_data
from pipeline.cli.sql.formats import PIECES
from pipeline.cli.table import show_table

Rows = list[dict[str, Any]]

_HEADINGS = {
    "session_id": "session",
    "energy_kwh": "kWh",
    "amount_incl_tax": "incl. tax",
    "tax_amount": "tax",
    "average_price_incl_tax": "per kWh",
    "charge_point": "charge point",
}
TABLE = "table"

format_option = click.option(
    "--format",
    "format_name",
    type=click.Choice((TABLE, *PIECES)),
    default=TABLE,
    show_default=True,
    help="A table for people, or rows for other programs, with the column names of the marts.",
)


def read_rows(
    context: Context, query: str, account_name: str | None, parameters: dict[str, Any], *, with_account: bool = False
) -> Rows:
    """The rows of a query with the parameter `accounts`.

    Without `with_account`, they lack the column `account` if the logbook has only one.
    """
    from pipeline.database.connection import open_published, rows

    logbook, settings = context.open_to_read()
    accounts = [account.name for account in settings.chosen_accounts(account_name)]
    with open_published(logbook) as connection:
        found = rows(connection, query, {"accounts": accounts, **parameters})
    if len(settings.accounts) == 1 and not with_account:
        for row in found:
            del row["account"]
    return found


def print_rows(query: str, rows: Rows, format_name: str) -> None:
    """Print rows of a query, with all its columns, for another program."""
    from pipeline.database import models

    names = list(models.parse(query).columns)
    for piece in PIECES[format_name](names, (tuple(row[name] for name in names) for row in rows)):
        print_data(piece)


def show_rows(rows: Rows, expendable: Sequence[str], *, wide: bool) -> None:
    """Print rows, at least one, as a table for people, without the columns that have no value."""
    names = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    headings = [_heading(name) for name in names]
    values = [cells(row, names) for row in rows]
    show_table(headings, values, expendable=[_heading(name) for name in expendable], wide=wide)


def _heading(name: str) -> str:
    """The short heading of a column in tables for people."""
    return _HEADINGS.get(name, name)
