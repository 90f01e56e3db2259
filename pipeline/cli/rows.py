"""Rows of a query about accounts, as a table for people."""

from collections.abc import Sequence
from typing import Any

from pipeline.cli.context import Context
from pipeline.cli.money import cells
from pipeline.cli.table import show_table

Rows = list[dict[str, Any]]


def read_rows(context: Context, query: str, account_name: str | None, parameters: dict[str, Any]) -> Rows:
    """The rows of a query with the parameter `accounts`, without `account` if the logbook has only one."""
    from pipeline.database.connection import open_published, rows

    logbook, settings = context.open_to_read()
    accounts = [account.name for account in settings.chosen_accounts(account_name)]
    with open_published(logbook) as connection:
        found = rows(connection, query, {"accounts": accounts, **parameters})
    if len(settings.accounts) == 1:
        for row in found:
            del row["account"]
    return found


def show_rows(rows: Rows, expendable: Sequence[str], *, wide: bool) -> None:
    """Print rows, at least one, without the columns that have no value."""
    names = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    show_table(names, [cells(row, names) for row in rows], expendable=expendable, wide=wide)
