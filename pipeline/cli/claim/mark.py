"""`ladebog claim mark` and `attach`: what a person tells of claims, kept in journal/."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.claim.text import MONTH
from pipeline.cli.context import Context, one_account_option, pass_context
from pipeline.logbook.entries import STATES

if TYPE_CHECKING:
    import duckdb

    from pipeline.claims.attachments import AttachedBy
    from pipeline.settings.schema import Account

_DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("number", type=click.IntRange(min=1))
@click.argument("state", type=click.Choice(STATES))
@click.option("--date", "day", type=_DATE, metavar="YYYY-MM-DD", help="When. Default: today.")
@one_account_option
@pass_context
def mark(context: Context, number: int, state: str, day: datetime | None, account_name: str | None) -> None:
    """Record that a claim was sent, approved, paid or rejected.

    \b
    Example:  ladebog claim mark 3 paid --date 2025-04-30
    """
    import msgspec

    from pipeline.errors import ClaimError, UnknownNameError
    from pipeline.logbook.entries import MARK, ClaimMark, fields_of
    from pipeline.transform.update import open_with_journal

    logbook, settings = context.open()
    account = settings.one_account(account_name)
    marked_on = _not_in_future(account, day, context.clock.now())
    with open_with_journal(logbook, settings, context.clock) as (connection, journal):
        query = "select number, reverses from facts.claims where account = ?"
        reverses = dict(connection.execute(query, [account.name]).fetchall())
        if number not in reverses:
            raise UnknownNameError(
                f"Account {account.name} has no claim {number}.", "See which there are: ladebog claim list"
            )
        if number in reverses.values():
            raise ClaimError(f"Claim {number} was taken back.", "See the claims with: ladebog claim list")
        said = {"account": account.name, "number": number, "state": state, "marked_on": marked_on}
        journal.append(context.clock.now(), MARK, fields_of(msgspec.convert(said, ClaimMark)))
    context.print_info(f"{account.name}: claim {number} is {state} since {marked_on}")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--month", type=MONTH, metavar="YYYY-MM", help="Only for the claim of this month. Default: the next claim."
)
@click.option("--remove", is_flag=True, help="Take files, named as they were attached, back from the next claim.")
@one_account_option
@pass_context
def attach(
    context: Context, files: tuple[Path, ...], month: datetime | None, remove: bool, account_name: str | None
) -> None:
    """Attach files to the next claim, for example receipts.

    The files are copied into journal/ now, and into the claim when it is made. The claim states the SHA-256 of each.

    \b
    Example:  ladebog claim attach receipts-march.pdf electricity.pdf --month 2025-03
              ladebog claim attach --remove electricity.pdf
    """
    from pipeline.claims import attachments
    from pipeline.claims.attachments import ATTACH, DETACH, AttachedBy
    from pipeline.claims.folder import read_claims
    from pipeline.transform.update import open_with_journal

    logbook, settings = context.open()
    account = settings.one_account(account_name)
    first = month.date() if month else None
    contents = {} if remove else {file.name: _content(file) for file in files}
    with open_with_journal(logbook, settings, context.clock) as (connection, journal):
        _refuse_claimed(connection, account, first)
        claims = read_claims(logbook.claims / account.name)
        waiting = {said.name: said for said in attachments.waiting(journal.entries, account.name, claims)}
        for file in files:
            if remove:
                action, said = DETACH, _waiting(waiting, file.name)
            else:
                sha256 = attachments.store(logbook.journal, contents[file.name])
                action, said = ATTACH, AttachedBy(account=account.name, name=file.name, sha256=sha256, month=first)
            journal.append(context.clock.now(), action, said.fields)
            where = f"the claim of {first:%Y-%m}" if first else "the next claim"
            context.print_info(f"{account.name}: {file.name} {'is no longer' if remove else 'goes'} beside {where}")


def _not_in_future(account: "Account", day: datetime | None, now: datetime) -> date:
    today = now.astimezone(account.zone).date()
    chosen = day.date() if day else today
    if chosen > today:
        raise click.BadParameter(f"{chosen} is still to come (today is {today})", param_hint="--date")
    return chosen


def _content(file: Path) -> bytes:
    """The bytes of a file that may be attached."""
    from pipeline.claims.attachments import LARGEST

    if not file.is_file():
        raise click.BadParameter(f"{file} is no file", param_hint="FILES")
    if not file.name.isprintable():
        raise click.BadParameter(f"{file.name!r} holds signs that no file beside a claim may have", param_hint="FILES")
    if not 0 < file.stat().st_size <= LARGEST:
        raise click.BadParameter(f"{file} is empty or larger than {LARGEST // 1024 // 1024} MB", param_hint="FILES")
    return file.read_bytes()


def _waiting(waiting: "dict[str, AttachedBy]", name: str) -> "AttachedBy":
    from pipeline.errors import UnknownNameError

    if name not in waiting:
        known = ", ".join(waiting) or "none"
        raise UnknownNameError(f"No file {name} waits for a claim (waiting: {known}).", "Name one of those that wait")
    return waiting[name]


def _refuse_claimed(connection: "duckdb.DuckDBPyConnection", account: "Account", month: date | None) -> None:
    """Raise ClaimError where a file for a month would come too late."""
    from pipeline.errors import ClaimError

    query = "select max(number) from staging.claimed_months where account = ? and month = ?"
    found = connection.execute(query, [account.name, month]).fetchone()
    if found and found[0] is not None:
        raise ClaimError(
            f"{month:%Y-%m} is claimed already, by claim {found[0]}.",
            "Put it beside the next claim: ladebog claim attach FILE (without --month)",
        )
