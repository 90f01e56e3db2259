"""`ladebog claim create` and `ladebog claim reverse`: making a claim."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from pipeline.claims.document import Claim, MissingReceipt
from pipeline.claims.folder import StoredClaim, file_names, read_claim
from pipeline.cli.claim.text import about, amounts, corrections_text
from pipeline.cli.context import Context, one_account_option, pass_context
from pipeline.cli.options import MONTH, Reason, WholeNumber
from pipeline.cli.output import print_line
from pipeline.cli.paragraph import print_hanging
from pipeline.logbook.entries import MARK
from pipeline.logbook.folder import Logbook
from pipeline.settings.schema import Account, Language, Settings
from pipeline.text import counted, one_line

if TYPE_CHECKING:
    from pipeline.claims.attachments import AttachedFile

_LANGUAGES = click.Choice(["da", "en"])
_language_option = click.option("--language", type=_LANGUAGES, help="Default: that of ladebog.toml, else da.")
_csv_option = click.option(
    "--csv-locale",
    type=click.Choice(["da"]),
    help="Also write the lines for Danish Excel: semicolon, decimal comma.",
)
_offline_option = click.option(
    "--without-receipts", is_flag=True, help="Do not ask the operator for the receipts of public sessions."
)


@click.command()
@click.argument("month", metavar="[YYYY-MM]", type=MONTH, required=False)
@click.option("--corrections", is_flag=True, help="Claim only what changed in months that are claimed already.")
@click.option("--empty", is_flag=True, help="Claim a month although it has nothing to claim.")
@click.option("--car", metavar="NAME", help="Only this car's sessions. Default: all cars.")
@click.option("--accept", "accepted_ids", metavar="FINDING_ID", multiple=True, help="Accept an error; repeatable.")
@click.option(
    "--reason",
    "reasons",
    type=Reason(),
    multiple=True,
    help="Why the errors are accepted: one for all, or one each.",
)
@_language_option
@_csv_option
@_offline_option
@one_account_option
@pass_context
def create(
    context: Context,
    month: datetime | None,
    corrections: bool,
    empty: bool,
    car: str | None,
    accepted_ids: tuple[str, ...],
    reasons: tuple[str, ...],
    language: Language | None,
    csv_locale: str | None,
    without_receipts: bool,
    account_name: str | None,
) -> None:
    """Claim a closed month, or corrections of claimed months alone.

    A month's claim also includes the corrections of the months claimed before. Findings of severity error, about the
    month or about any session to claim or correct, refuse the claim until they are fixed or accepted. Driver, employer
    and car are set in ladebog.toml ([driver], [employer], [[car]]); what is not set there is a line on the claim to
    fill in by hand.

    \b
    Example:  ladebog claim create 2025-03
              ladebog claim create 2025-03 --accept 0a1b2c3d4e5f --reason "lent"
              ladebog claim create --corrections
    """
    from pipeline.claims import attachments
    from pipeline.claims.draft import open_drafter
    from pipeline.claims.empty_month import refuse_empty
    from pipeline.claims.make import record_claims
    from pipeline.transform.update import open_current

    if month and corrections:
        raise click.UsageError("Name a month like 2025-03, or ask for --corrections, and not both.")
    reason_by_finding = _reasons(accepted_ids, reasons)
    logbook, settings = context.open()
    if car is not None:
        settings.car(car)
    account = settings.one_account(account_name)
    if not month and not corrections:
        raise click.UsageError(f"Name the month to claim. {_due(logbook, account, settings)}")
    language = language or settings.claim.language
    with open_current(logbook, settings, context.clock) as (connection, journal):
        drafter = open_drafter(
            connection, journal, logbook, settings, account, now=context.clock.now(), language=language
        )
        if month:
            draft = drafter.month(month.date(), car, reason_by_finding)
            if not empty:
                refuse_empty(connection, draft, month.date(), settings.account_option(account.name))
        else:
            draft = drafter.corrections(car, reason_by_finding)
        attached_files = attachments.files_for(draft, logbook.journal, journal.entries, drafter.claims)
        urls = {} if without_receipts else attachments.receipt_urls(connection, account.name, draft.lines)
        receipts, missing_receipts = _fetch_receipts(context, settings, account, urls)
        stored_claim = _store(logbook, draft, attached_files + receipts, missing_receipts, csv_locale)
        record_claims(journal, context.clock.now(), (*drafter.claims, stored_claim))
    _print_stored(context, stored_claim)
    _print_next(context, stored_claim, settings)


@click.command()
@click.argument("number", type=WholeNumber(min=1))
@click.option("--reason", type=Reason(), required=True, help="Why; printed on the claim.")
@_language_option
@_csv_option
@one_account_option
@pass_context
def reverse(
    context: Context,
    number: int,
    reason: str,
    language: Language | None,
    csv_locale: str | None,
    account_name: str | None,
) -> None:
    """Reverse a claim with a counter-claim.

    Its month may then be claimed again.

    \b
    Example:  ladebog claim reverse 3 --reason "sent to the wrong employer"
    """
    from pipeline.claims.draft import open_drafter
    from pipeline.claims.make import record_claims
    from pipeline.transform.update import open_current

    logbook, settings = context.open()
    account = settings.one_account(account_name)
    language = language or settings.claim.language
    with open_current(logbook, settings, context.clock) as (connection, journal):
        drafter = open_drafter(
            connection, journal, logbook, settings, account, now=context.clock.now(), language=language
        )
        is_marked = any(
            entry.action == MARK and (entry.fields["account"], entry.fields["number"]) == (account.name, number)
            for entry in journal.entries
        )
        stored_claim = _store(logbook, drafter.reversal(number, reason), [], [], csv_locale)
        record_claims(journal, context.clock.now(), (*drafter.claims, stored_claim))
    _print_stored(context, stored_claim)
    if is_marked:
        _print_next(context, stored_claim, settings)
    else:
        context.print_info(f"It need not be handed in: claim {number} is not marked as sent")


def _due(logbook: Logbook, account: Account, settings: Settings) -> str:
    """The command that claims what is due first, in a sentence."""
    from pipeline.claims.outstanding import read_outstanding
    from pipeline.database.connection import open_published

    with open_published(logbook) as connection:
        outstanding = read_outstanding(connection, account.name)
    account_option = settings.account_option(account.name)
    if outstanding.months:
        month = outstanding.months[0].month
        return f"The oldest that is due is {month}: ladebog claim create {month}{account_option}"
    if outstanding.corrections:
        return f"Only corrections are due: ladebog claim create --corrections{account_option}"
    return "No closed month is due now: see your claims with ladebog claim list"


def _fetch_receipts(
    context: Context, settings: Settings, account: Account, urls: dict[str, str]
) -> "tuple[list[AttachedFile], list[MissingReceipt]]":
    """The receipts at `urls`, which are by session id, and those that the operator does not send."""
    from pipeline.extract import receipts
    from pipeline.source.app.client import AppApi
    from pipeline.source.credentials.choose import open_credentials

    if not urls:
        return [], []
    with AppApi(account, settings.source, open_credentials(), context.clock) as api:
        return receipts.fetch_receipts(api, urls)


def _store(
    logbook: Logbook,
    draft: Claim,
    files: "list[AttachedFile]",
    missing_receipts: list[MissingReceipt],
    csv_locale: str | None,
) -> StoredClaim:
    """Write the claim of a draft and its files, with the reports that people read."""
    from pipeline.claims.make import new_claim, with_files
    from reports.claims.files import write_claim_files
    from reports.claims.renderer import renderer

    claim = with_files(draft, files, missing_receipts, renderer())
    folder = logbook.claims / claim.account
    with new_claim(folder, claim, files) as unfinished_folder:
        write_claim_files(claim, unfinished_folder, csv_locale)
    return read_claim(folder / claim.name)


def _reasons(accepted_ids: tuple[str, ...], reasons: tuple[str, ...]) -> dict[str, str]:
    """The reason for each accepted finding."""
    if bool(accepted_ids) != bool(reasons) or len(reasons) not in (len(accepted_ids), min(len(accepted_ids), 1)):
        raise click.UsageError("--accept and --reason go together: one reason for all findings, or one for each.")
    return dict(zip(accepted_ids, reasons * len(accepted_ids) if len(reasons) == 1 else reasons, strict=True))


def _print_stored(context: Context, stored_claim: StoredClaim) -> None:
    claim = stored_claim.claim
    print_hanging("", f"{claim.account}: claim {claim.number}, {about(claim)}: {amounts(claim)}")
    for line in corrections_text(claim):
        print_hanging("", line)
    print_line(f"Files: {stored_claim.folder}")
    for name in file_names(stored_claim.folder):
        print_line(f"  {name}")
    if claim.blanks:
        context.print_remark(f"To fill in by hand, as it is not set in ladebog.toml: {', '.join(claim.blanks)}.")
    for finding in claim.findings:
        if finding.rule == "month_not_closed":
            context.print_remark(f"A month that this claim corrects is open again. {finding.detail}")
    for receipt in claim.missing_receipts:
        context.print_remark(f"No receipt for session {receipt.session_id}: {one_line(receipt.why)}")


def _print_next(context: Context, stored_claim: StoredClaim, settings: Settings) -> None:
    """Print what to hand in: the PDF does not contain the attachments, the export does."""
    claim = stored_claim.claim
    account_option = settings.account_option(claim.account)
    if claim.attachments:
        export = f"ladebog claim export {claim.number} --output FOLDER{account_option}"
        context.print_info(f"Next: hand it in with its {counted(len(claim.attachments), 'attachment')}: {export}")
        context.print_info(f"Then: ladebog claim mark {claim.number} sent{account_option}")
    else:
        context.print_info(f"Next: hand it in, then ladebog claim mark {claim.number} sent{account_option}")
