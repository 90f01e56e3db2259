"""`ladebog claim list`, `show` and `export`: print stored claims, and pack them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import click

from pipeline.claims.check import CHECKSUMS, check_claim, checksums
from pipeline.claims.folder import StoredClaim, claim_folders, file_names, number_in_name, read_claim, unknown_claim
from pipeline.cli.claim.text import about, amounts, outstanding_lines
from pipeline.cli.context import Context, account_option, one_account_option, pass_context
from pipeline.cli.options import NamedPath, WholeNumber, wide_option
from pipeline.cli.output import print_line
from pipeline.cli.output_paths import output_folder
from pipeline.cli.paragraph import print_hanging
from pipeline.cli.rows import show_rows
from pipeline.cli.terminal import ERROR, GOOD, Marked
from pipeline.logbook.files import make_folder, replacing
from pipeline.logbook.folder import Logbook

if TYPE_CHECKING:
    from pipeline.claims.document import ClaimLine

_STATE_STYLES = {"rejected": ERROR, "paid": GOOD}
_LIST_EXPENDABLE = ("since", "lines", "made", "tax_amount", "currency")
_LINES_EXPENDABLE = ("tax_amount", "currency", "car", "month")


@click.command("list")
@account_option
@wide_option
@pass_context
def list_(context: Context, account_name: str | None, wide: bool) -> None:
    """List all claims, and what is outstanding, rejected or unpaid.

    \b
    Example:  ladebog claim list
    """
    from pipeline.claims.outstanding import read_outstanding
    from pipeline.database import models
    from pipeline.database.connection import open_published, rows

    logbook, settings = context.open_to_read()
    for account in settings.chosen_accounts(account_name):
        with open_published(logbook) as connection:
            claims = rows(connection, models.query("claim_list"), {"account": account.name})
            outstanding = read_outstanding(connection, account.name)
        if claims:
            print_line(f"{account.name}:")
            for claim in claims:
                claim["state"] = Marked(claim["state"], _STATE_STYLES.get(claim["state"], ""))
            show_rows(claims, _LIST_EXPENDABLE, wide=wide)
        else:
            print_line(f"{account.name}: no claims yet.")
        for line in outstanding_lines(outstanding, settings.account_option(account.name)):
            print_hanging("  ", line)


@click.command()
@click.argument("number", type=WholeNumber(min=1))
@one_account_option
@wide_option
@pass_context
def show(context: Context, number: int, account_name: str | None, wide: bool) -> None:
    """Show one claim: its lines, totals and files.

    \b
    Example:  ladebog claim show 3
    """
    stored_claim = _stored_claim(context, number, account_name)
    claim = stored_claim.claim
    print_hanging("", f"{claim.account}: claim {number}, {about(claim)}, made {claim.created_at:%Y-%m-%d %H:%M}")
    if claim.lines:
        show_rows([_line(line) for line in claim.lines], _LINES_EXPENDABLE, wide=wide)
    print_hanging("Total: ", amounts(claim))
    for exclusion in claim.exclusions:
        reason = ": ".join(filter(None, (exclusion.ground, exclusion.detail)))
        print_hanging("Not claimed: ", f"{exclusion.session_id}: {reason}")
    for finding in claim.findings:
        acceptance = f" (accepted: {finding.accepted})" if finding.accepted else ""
        print_hanging(f"{finding.severity.capitalize()}: ", f"{finding.detail}{acceptance}", style=finding.severity)
    print_line(f"Files: {stored_claim.folder}")


def _line(line: "ClaimLine") -> dict[str, Any]:
    return {
        "session_id": line.session_id,
        "month": f"{line.month:%Y-%m}",
        "started": f"{line.started_at:%Y-%m-%d %H:%M}",
        "car": line.car,
        "energy_kwh": line.energy_kwh,
        "amount_incl_tax": line.amount_incl_tax,
        "tax_amount": line.tax_amount,
        "currency": line.currency,
        "correction": f"of claim {line.correction.claim}: {line.correction.reason}" if line.correction else None,
    }


@click.command()
@click.argument("number", type=WholeNumber(min=1))
@click.option(
    "--output", type=NamedPath(path_type=Path, file_okay=False), required=True, help="The folder to write to."
)
@one_account_option
@pass_context
def export(context: Context, number: int, output: Path, account_name: str | None) -> None:
    """Pack a claim into a ZIP file to send.

    The claim is checked first, and not packed if anything in it was changed. The file SHA256SUMS in the ZIP lets the
    receiver check it with `sha256sum -c`.

    \b
    Example:  ladebog claim export 3 --output ~/Documents
              unzip home-0003-2025-03.zip && cd home-0003-2025-03
              sha256sum -c SHA256SUMS
    """
    folder = output_folder(Logbook(context.home), output)
    stored_claim = _stored_claim(context, number, account_name)
    claim = check_claim(stored_claim.folder).claim
    stem = f"{claim.account}-{claim.name}"
    names = sorted(set(file_names(stored_claim.folder)) - set(stored_claim.system_files))
    contents = {name: (stored_claim.folder / name).read_bytes() for name in names}
    make_folder(folder)
    path = folder / f"{stem}.zip"
    with replacing(path) as temporary, ZipFile(temporary, "w", ZIP_DEFLATED) as archive:
        for name, content in {**contents, CHECKSUMS: checksums(stored_claim.folder, names)}.items():
            entry = ZipInfo(f"{stem}/{name}", date_time=claim.created_at.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content)
    print_line(path)


def _stored_claim(context: Context, number: int, account_name: str | None) -> StoredClaim:
    """The claim of that number. Raises UnknownNameError if it does not exist."""
    logbook, settings = context.open()
    account = settings.one_account(account_name)
    for folder in claim_folders(logbook.claims / account.name):
        if number_in_name(folder) == number:
            return read_claim(folder)
    raise unknown_claim(account.name, number)
