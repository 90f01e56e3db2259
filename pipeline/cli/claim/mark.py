"""`ladebog claim mark` and `attach`: what a person records about claims, in journal/."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.claims.folder import read_claims, reversed_by, unknown_claim
from pipeline.cli.context import Context, one_account_option, pass_context
from pipeline.cli.options import DAY, MONTH, NamedPath, WholeNumber, refuse_impossible
from pipeline.command_line import operand
from pipeline.errors import ClaimError, UnknownNameError
from pipeline.logbook.entries import CLAIM_STATES, MARK, ClaimMark, ClaimState, fields_of
from pipeline.settings.schema import Account

if TYPE_CHECKING:
    import duckdb

    from pipeline.logbook.entries import AttachmentFields


@click.command()
@click.argument("number", type=WholeNumber(min=1))
@click.argument("state", type=click.Choice(CLAIM_STATES))
@click.option("--date", "day", type=DAY, help="The day of the change. Default: today.")
@one_account_option
@pass_context
def mark(context: Context, number: int, state: ClaimState, day: datetime | None, account_name: str | None) -> None:
    """Record that a claim was sent, approved, paid or rejected.

    \b
    Example:  ladebog claim mark 3 paid --date 2025-04-30
    """
    from pipeline.transform.update import open_with_journal

    logbook, settings = context.open()
    account = settings.one_account(account_name)
    today = context.clock.now().astimezone(account.zone).date()
    marked_on = day.date() if day else today
    refuse_impossible(marked_on, today, "--date")
    with open_with_journal(logbook, settings, context.clock) as (_, journal):
        claims = {stored.claim.number: stored for stored in read_claims(logbook.claims / account.name)}
        if number not in claims:
            raise unknown_claim(account.name, number)
        if reversed_by(list(claims.values()), number) is not None:
            raise ClaimError(f"Claim {number} was reversed.", "See the claims with: ladebog claim list")
        mark = ClaimMark(
            account=account.name,
            number=number,
            manifest_sha256=claims[number].manifest_sha256,
            state=state,
            marked_on=marked_on,
        )
        journal.append(context.clock.now(), MARK, fields_of(mark))
    context.print_info(f"{account.name}: claim {number} is {state} since {marked_on}")


@click.command()
@click.argument("files", nargs=-1, required=True, type=NamedPath(path_type=Path))
@click.option("--month", type=MONTH, help="Only for the claim of this month. Default: the next claim.")
@click.option("--remove", is_flag=True, help="Detach waiting files, by the names they were attached with.")
@one_account_option
@pass_context
def attach(
    context: Context, files: tuple[Path, ...], month: datetime | None, remove: bool, account_name: str | None
) -> None:
    """Attach files to the next claim, for example receipts.

    The files are copied into journal/ now, and into the claim when it is made. The claim states the SHA-256 of each. A
    file replaces a waiting one of the same name, unless that is for another month.

    \b
    Example:  ladebog claim attach receipts.pdf electricity.pdf --month 2025-03
              ladebog claim attach --remove electricity.pdf
    """
    from pipeline.claims import attachments
    from pipeline.logbook.entries import ATTACH, DETACH, AttachmentFields
    from pipeline.transform.update import open_with_journal

    logbook, settings = context.open()
    account = settings.one_account(account_name)
    account_option = settings.account_option(account.name)
    first = month.date() if month else None
    contents = {} if remove else {file.name: _content(file) for file in files}
    if not remove:
        _refuse_twins([file.name for file in files], (), account_option)
    with open_with_journal(logbook, settings, context.clock) as (connection, journal):
        claims = read_claims(logbook.claims / account.name)
        waiting_files = attachments.waiting_files(journal.entries, account.name, claims)
        if remove:
            entries = [_waiting(waiting_files, file.name, first, account_option) for file in files]
        else:
            _refuse_claimed(connection, account, first, account_option)
            sharing_files = [file for file in waiting_files if attachments.may_share_a_claim(file.month, first)]
            _refuse_twins(list(contents), sharing_files, account_option)
            entries = [
                AttachmentFields(
                    account=account.name, name=name, sha256=attachments.store(logbook.journal, content), month=first
                )
                for name, content in contents.items()
            ]
        for fields in entries:
            journal.append(context.clock.now(), DETACH if remove else ATTACH, fields.fields)
    for fields in entries:
        change = "detached from" if remove else "attached to"
        context.print_info(f"{account.name}: {fields.name} {change} {_place(fields)}")
        for file in () if remove else waiting_files:
            if file != fields and attachments.replaced_by(file, fields):
                context.print_info(f"It replaces the {file.name} that was attached to {_place(file)}.")


def _place(file: "AttachmentFields") -> str:
    return f"the claim of {file.month:%Y-%m}" if file.month else "the next claim"


def _content(file: Path) -> bytes:
    """The bytes of a file that may be attached."""
    from pipeline.claims.attachments import LARGEST, name_fault

    if not file.is_file():
        raise click.BadParameter(f"{file} is not a file", param_hint="FILES")
    if fault := name_fault(file.name):
        raise click.BadParameter(f"the name {file.name!r} {fault}. Rename the file first", param_hint="FILES")
    if not 0 < file.stat().st_size <= LARGEST:
        raise click.BadParameter(f"{file} is empty or larger than {LARGEST // 1024 // 1024} MB", param_hint="FILES")
    return file.read_bytes()


def _refuse_twins(new_names: Sequence[str], waiting_files: "Iterable[AttachmentFields]", account_option: str) -> None:
    """Raise BadParameter if a folder of another computer could not hold all of these files.

    A new file replaces a waiting one of the same name.
    """
    from pipeline.claims.attachments import file_key

    waiting_by_key = {file_key(file.name): file.name for file in waiting_files}
    new_by_key: dict[str, str] = {}
    for name in new_names:
        key = file_key(name)
        if (other := new_by_key.get(key)) is not None:
            how = "is that of two files" if other == name else f"is also that of {other!r} on some computers"
            raise click.BadParameter(f"the name {name!r} {how}. Rename one of them", param_hint="FILES")
        if (waiting := waiting_by_key.get(key, name)) != name:
            raise click.BadParameter(
                f"the name {name!r} is also that of the attached {waiting!r} on some computers. Rename one of them, or "
                f"first detach the other: ladebog claim attach{account_option} --remove {operand(waiting)}",
                param_hint="FILES",
            )
        new_by_key[key] = name


def _waiting(
    waiting_files: "Sequence[AttachmentFields]", name: str, month: date | None, account_option: str
) -> "AttachmentFields":
    """The waiting file of a name and, where a month is given, for its claim."""
    named_files = [file for file in waiting_files if file.name == name and month in (None, file.month)]
    if len(named_files) > 1:
        places = " and ".join(_place(file) for file in named_files)
        raise ClaimError(
            f"Files called {name} are waiting for {places}.",
            f"Name the month of one: ladebog claim attach{account_option} --remove {operand(name)} "
            f"--month {named_files[0].month:%Y-%m}",
        )
    if not named_files:
        waiting_names = ", ".join(f"{file.name} for {_place(file)}" for file in waiting_files) or "none"
        raise UnknownNameError(
            f"No file {name} is waiting for {f'the claim of {month:%Y-%m}' if month else 'a claim'} "
            f"(waiting: {waiting_names}).",
            "Name one of the waiting files",
        )
    return named_files[0]


def _refuse_claimed(
    connection: "duckdb.DuckDBPyConnection", account: Account, month: date | None, account_option: str
) -> None:
    """Raise ClaimError if a claim covers the month already."""
    query = "select max(number) from staging.claimed_months where account = ? and month = ?"
    newest_claim = connection.execute(query, [account.name, month]).fetchone()
    if newest_claim and newest_claim[0] is not None:
        raise ClaimError(
            f"{month:%Y-%m} is claimed already, by claim {newest_claim[0]}.",
            f"Attach it to the next claim: ladebog claim attach FILE{account_option} (without --month)",
        )
