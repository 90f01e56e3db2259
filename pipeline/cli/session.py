"""`ladebog session`: decisions about single sessions, and the list of what goes on a claim."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from pipeline.cli.context import Context, account_option, pass_context
from pipeline.cli.options import MONTH, Reason, Tag, wide_option
from pipeline.cli.output import print_line
from pipeline.cli.rows import read_rows, show_rows
from pipeline.cli.terminal import WARNING, Marked
from pipeline.command_line import operand
from pipeline.errors import UnknownNameError
from pipeline.logbook.entries import Action, SessionDecision, fields_of

if TYPE_CHECKING:
    import duckdb

_EXPENDABLE = ("currency", "energy_kwh", "car", "tags", "amount_incl_tax")
_OPPOSITES: dict[Action, str] = {"exclude": "include", "include": "exclude"}
_CORRECTIONS = """
    select
        max(corrects) as claim,
        bool_and(reason = 'withdrawn') as is_taken_off,
        bool_and(claimed_energy_kwh = 0 and claimed_incl_tax = 0) as is_added
    from claim_lines_due
    where account = ? and session_id = ? and is_month_claimed and held_back is null
"""


class _SessionGroup(click.Group):
    """Answers `show`, which is another command, with that command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] == "show":
            raise click.UsageError("There is no session show. What a session cost, and why: ladebog explain ID", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_SessionGroup)
def session() -> None:
    """Decide which car a session charged, and if it is claimed.

    Each decision is recorded in journal/ with its reason. A newer decision replaces an older one, and decisions
    override the rules in the settings. What a session cost, and why, is shown by: ladebog explain ID
    """


def _decision_options(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--reason", type=Reason(), required=True, help="Why; it is recorded, and reports print it.")(
        command
    )
    return click.option(
        "--account", "account_name", metavar="NAME", help="Which account, if several have a session with this id."
    )(command)


@session.command()
@click.argument("session_id", metavar="ID")
@click.argument("car")
@_decision_options
@pass_context
def assign(context: Context, session_id: str, car: str, account_name: str | None, reason: str) -> None:
    """Assign a session to a car.

    \b
    Example:  ladebog session assign 713806 Golf --reason "the van was away"
    """
    _, settings = context.open()
    settings.car(car)
    _decide(context, "assign", session_id, account_name, reason, value=car)


@session.command()
@click.argument("session_id", metavar="ID")
@_decision_options
@pass_context
def exclude(context: Context, session_id: str, account_name: str | None, reason: str) -> None:
    """Keep a session off the claim.

    \b
    Example:  ladebog session exclude 713806 --reason "a guest charged"
    """
    _decide(context, "exclude", session_id, account_name, reason)


@session.command()
@click.argument("session_id", metavar="ID")
@_decision_options
@pass_context
def include(context: Context, session_id: str, account_name: str | None, reason: str) -> None:
    """Put a session on the claim, whatever the rules decide.

    \b
    Example:  ladebog session include 713806 --reason "on call that Sunday"
    """
    _decide(context, "include", session_id, account_name, reason)


@session.command()
@click.argument("session_id", metavar="ID")
@click.argument("tag", metavar="TAG", type=Tag())
@_decision_options
@pass_context
def tag(context: Context, session_id: str, tag: str, account_name: str | None, reason: str) -> None:
    """Tag a session, for your own sorting.

    \b
    Example:  ladebog session tag 713806 holiday --reason "drove to Skagen"
    """
    _decide(context, "tag", session_id, account_name, reason, value=tag)


@session.command("list")
@account_option
@click.option("--month", type=MONTH, help="Only sessions that stopped in this month. Default: all.")
@wide_option
@pass_context
def list_(context: Context, account_name: str | None, month: datetime | None, wide: bool) -> None:
    """List sessions, whether each goes on a claim, and why.

    \b
    Example:  ladebog session list --month 2025-03
    """
    from pipeline.database import models

    parameters = {"month": month.date() if month else None}
    rows = read_rows(context, models.query("session_list"), account_name, parameters)
    for row in rows:
        if row["claim"] == "out":
            row["claim"] = Marked("out", WARNING)
    if rows:
        show_rows(rows, _EXPENDABLE, wide=wide)
    else:
        print_line(f"No session stopped in {month:%Y-%m}." if month else "No session has finished yet.")


def _decide(
    context: Context, action: Action, session_id: str, account_name: str | None, reason: str, value: str | None = None
) -> None:
    """Record a decision in the journal, publish its consequences, and print it."""
    from pipeline.database.connection import open_published
    from pipeline.transform.update import open_with_journal

    logbook, settings = context.open()
    settings.chosen_accounts(account_name)
    with open_with_journal(logbook, settings, context.clock) as (connection, journal):
        account, started_at = _known_session(connection, session_id, account_name)
        decision = SessionDecision(account=account, session_id=session_id, value=value, reason=reason)
        journal.append(context.clock.now(), action, fields_of(decision))
    of_start = f" of {started_at.astimezone(settings.account(account).zone):%Y-%m-%d %H:%M}" if started_at else ""
    context.print_info(f"{account}: session {session_id}{of_start}: {_past_tense(action, value)}: {reason}")
    if action == "tag":
        return
    account_text = settings.account_option(account)
    with open_published(logbook) as connection:
        claim, is_taken_off, is_added = connection.execute(_CORRECTIONS, [account, session_id]).fetchall()[0]
    if claim is not None:
        what = "takes it off" if is_taken_off else "adds it" if is_added else "corrects it"
        context.print_info(
            f"Claim {claim} does not change. The next claim {what}; one with corrections alone: "
            f"ladebog claim create --corrections{account_text}"
        )
        if action in _OPPOSITES:
            name = _OPPOSITES[action]
            undo = f"ladebog session {name}{account_text} --reason TEXT {operand(session_id)}"
            context.print_info(f"To undo this: {undo}")


def _past_tense(action: Action, value: str | None) -> str:
    return {"assign": f"assigned to {value}", "tag": f"tagged {value}"}.get(action, f"{action}d")


def _known_session(
    connection: "duckdb.DuckDBPyConnection", session_id: str, account_name: str | None
) -> tuple[str, datetime | None]:
    """The account of a session, finished or not, readable or not, and when it started, if that is known.

    Raises UnknownNameError unless exactly one account has the session.
    """
    from pipeline.database import models

    known = connection.execute(models.query("known_sessions"), {"session_id": session_id})
    known_sessions: dict[str, datetime | None] = dict(known.fetchall())
    if account_name is not None:
        known_sessions = {
            account: started_at for account, started_at in known_sessions.items() if account == account_name
        }
    if not known_sessions:
        where = f"account {account_name}" if account_name else "this logbook"
        raise UnknownNameError(
            f"There is no session {session_id!r} in {where}.", "List a month's with: ladebog sessions --month YYYY-MM"
        )
    if len(known_sessions) > 1:
        raise UnknownNameError(
            f"Several accounts have a session {session_id!r} ({', '.join(known_sessions)}).",
            "Name one of them with --account NAME",
        )
    return known_sessions.popitem()
