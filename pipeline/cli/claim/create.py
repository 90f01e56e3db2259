"""`ladebog claim create` and `reverse`: what makes a claim."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from pipeline.cli.claim.text import MONTH, claim
from pipeline.cli.context import Context, one_account_option, pass_context
from pipeline.cli.options import Reason

if TYPE_CHECKING:
    from pipeline.claims.attachments import Attached
    from pipeline.claims.document import MissingReceipt
    from pipeline.claims.folder import StoredClaim
    from pipeline.claims.make import Draft

_LANGUAGES = click.Choice(["da", "en"])
_language_option = click.option("--language", type=_LANGUAGES, help="Default: what ladebog.toml says, else da.")
_csv_option = click.option(
    "--csv-locale",
    type=click.Choice(["da"]),
    help="Write the lines for Danish Excel as well: semicolon, decimal comma.",
)
_offline_option = click.option(
    "--without-receipts", is_flag=True, help="Do not ask the operator for the receipts of public sessions."
)


@claim.command()
@click.argument("month", metavar="[YYYY-MM]", type=MONTH, required=False)
@click.option("--corrections", is_flag=True, help="Claim only what changed in months that are claimed already.")
@click.option("--car", metavar="NAME", help="Only this car's sessions. Default: all cars.")
@click.option("--accept", "accepted", metavar="FINDING_ID", multiple=True, help="Take an error on record; repeatable.")
@click.option(
    "--reason", "reasons", type=Reason(), multiple=True, help="Why; one for all that are accepted, or one each."
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
    car: str | None,
    accepted: tuple[str, ...],
    reasons: tuple[str, ...],
    language: str | None,
    csv_locale: str | None,
    without_receipts: bool,
    account_name: str | None,
) -> None:
    """Claim a closed month, with the corrections of those before; or corrections alone.

    A month with findings of severity error is refused, until they are mended or accepted. Who claims stands in
    ladebog.toml ([driver], [employer], [[car]]); what is not set there is a line on the claim to fill in by hand.

    \b
    Example:  ladebog claim create 2025-03
              ladebog claim create 2025-03 --accept 0a1b2c3d4e5f --reason "the van was lent out"
              ladebog claim create --corrections
    """
    if (month is None) != corrections:
        raise click.UsageError("Name a month like 2025-03, or ask for --corrections, and not both.")
    if corrections and accepted:
        raise click.UsageError("--accept goes with a month: corrections have no findings of their own.")
    reason_of = _reason_of(accepted, reasons)
    first = month.date() if month else None
    _, settings = context.open()
    if car is not None:
        settings.car(car)
    make(
        context,
        account_name,
        lambda bench: bench.corrections(car) if first is None else bench.month(first, car, reason_of),
        language=language,
        csv_locale=csv_locale,
        without_receipts=without_receipts,
    )


@claim.command()
@click.argument("number", type=click.IntRange(min=1))
@click.option("--reason", type=Reason(), required=True, help="Why; the counter-claim prints it.")
@_language_option
@_csv_option
@one_account_option
@pass_context
def reverse(
    context: Context,
    number: int,
    reason: str,
    language: str | None,
    csv_locale: str | None,
    account_name: str | None,
) -> None:
    """Take a claim back with a counter-claim; its month may then be claimed again.

    \b
    Example:  ladebog claim reverse 3 --reason "sent to the wrong employer"
    """
    make(
        context,
        account_name,
        lambda bench: bench.reversal(number, reason),
        language=language,
        csv_locale=csv_locale,
        without_receipts=True,
    )


def make(
    context: Context,
    account_name: str | None,
    draft: "Draft",
    *,
    language: str | None,
    csv_locale: str | None,
    without_receipts: bool,
) -> None:
    """Make a claim, and say what was made and what it lacks."""
    import msgspec

    from pipeline.claims.make import make_claim
    from pipeline.extract import receipts
    from pipeline.settings.schema import Language
    from pipeline.source.app.client import AppApi
    from pipeline.source.credentials.choose import open_credentials
    from reports.claims.files import renderer

    logbook, settings = context.open()
    account = settings.one_account(account_name)

    def fetch(urls: dict[str, str]) -> "tuple[list[Attached], list[MissingReceipt]]":
        if without_receipts or not urls:
            return [], []
        with AppApi(account, settings.source, open_credentials(), context.clock) as api:
            return receipts.fetch(api, urls)

    filed = make_claim(
        logbook,
        settings,
        account,
        draft,
        language=msgspec.convert(language or settings.claim.language, Language),
        clock=context.clock,
        render=renderer(csv_locale),
        fetch_receipts=fetch,
    )
    _say_made(context, filed)


def _reason_of(accepted: tuple[str, ...], reasons: tuple[str, ...]) -> dict[str, str]:
    """The reason of each finding that is accepted."""
    if bool(accepted) != bool(reasons) or len(reasons) not in (len(accepted), min(len(accepted), 1)):
        raise click.UsageError("--accept and --reason go together: one reason for all findings, or one for each.")
    return dict(zip(accepted, reasons * len(accepted) if len(reasons) == 1 else reasons, strict=True))


def _say_made(context: Context, filed: "StoredClaim") -> None:
    from pipeline.cli.claim.text import about, amounts

    claim = filed.claim
    click.echo(f"{claim.account}: claim {claim.number}, {about(claim)}: {amounts(claim)}")
    for path in sorted(filed.folder.iterdir()):
        if path.is_file():
            click.echo(f"  {path}")
    if claim.blanks:
        click.echo(f"To be filled in by hand, as ladebog.toml does not say it: {', '.join(claim.blanks)}.", err=True)
    for receipt in claim.missing_receipts:
        click.echo(f"No receipt for session {receipt.session_id}: {receipt.why}", err=True)
    context.say(f"Next: hand it in, then ladebog claim mark {claim.number} sent")
