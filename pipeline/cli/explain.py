"""`ladebog explain`."""

from typing import TYPE_CHECKING

import click

from pipeline.cli.context import Context, account_option, pass_context
from pipeline.cli.paragraph import print_hanging
from pipeline.cli.terminal import show_tree
from pipeline.errors import UnknownNameError
from pipeline.settings.schema import Account

if TYPE_CHECKING:
    import duckdb


@click.command()
@click.argument("session_id")
@account_option
@click.option("--samples", "with_samples", is_flag=True, help="List every power sample.")
@pass_context
def explain(context: Context, session_id: str, account_name: str | None, with_samples: bool) -> None:
    """Trace a session from its month's total to the lines of raw/.

    \b
    Example:  ladebog explain 713806
    """
    from pipeline.cli.explain_tree import tree
    from pipeline.database.connection import open_published
    from reports.explanation import read_explanation, read_unfinished

    logbook, settings = context.open_to_read()
    accounts = settings.chosen_accounts(account_name)
    is_known = False
    with open_published(logbook) as connection:
        for account in accounts:
            explanation = read_explanation(connection, account, session_id)
            if explanation:
                show_tree(tree(explanation, with_samples=with_samples))
            elif unfinished := read_unfinished(connection, account, session_id):
                _print_unfinished(account, unfinished)
            is_known = is_known or bool(explanation or unfinished)
        if not is_known:
            raise _unknown(connection, accounts, session_id)


def _print_unfinished(account: Account, session: dict[str, object]) -> None:
    from pipeline.cli.explain_tree import local

    if not session["is_active"]:
        status = session["status"] or "(empty)"
        print_hanging(
            "",
            f"Session {session['session_id']} of {account.name} ended as {status}, without energy and "
            "without an amount. It is not a charging session and counts nowhere.",
        )
        return
    since = f" since {local(account, session['started_at'])}" if session["started_at"] else ""
    as_of = f", as of {local(account, session['fetched_at'])}" if session["fetched_at"] else ""
    print_hanging(
        "",
        f"Session {session['session_id']} of {account.name} has been active{since}{as_of}. "
        "It is not part of any month until it stops.",
    )


def _unknown(connection: "duckdb.DuckDBPyConnection", accounts: list[Account], session_id: str) -> UnknownNameError:
    from reports.explanation import read_fault

    faults = [fault for account in accounts if (fault := read_fault(connection, account, session_id))]
    if faults:
        return UnknownNameError(
            f"Session {session_id} is archived, but its document cannot be read: {faults[0]}.",
            "See what else cannot be read with: ladebog status",
        )
    return UnknownNameError(
        f"There is no session {session_id!r} in this logbook.",
        "List a month's with: ladebog sessions --month YYYY-MM",
    )
