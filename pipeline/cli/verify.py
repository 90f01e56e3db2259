"""`ladebog verify`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.claims.check import check_claim
from pipeline.claims.folder import CLAIM, MANIFEST
from pipeline.cli.claim.text import about, amounts
from pipeline.cli.context import Context, pass_context
from pipeline.cli.output import print_line
from pipeline.errors import LogbookError
from pipeline.logbook.folder import Logbook

if TYPE_CHECKING:
    from pipeline.maintenance.verify import PublishedSources


@click.command()
@click.argument("claim_dir", metavar="[CLAIM_DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Also derive each claim again from raw/.")
@pass_context
def verify(context: Context, claim_dir: Path | None, full: bool) -> None:
    """Check that nothing in raw/, journal/ and claims/ was changed.

    With CLAIM_DIR, checks that one claim, in whatever folder it is. The command compares every file with its SHA-256,
    every link of the chains with the one before, every claim's sums with its lines, its PDF, workbook and CSV with its
    claim.json, and with --full also its figures with raw/. It changes nothing. At the first fault it exits with 3 and
    names it. The last line says what could not be compared.

    \b
    Example:  ladebog verify --full
              ladebog verify ~/Downloads/home-0003-2025-03
    """
    if claim_dir is not None:
        if full:
            raise click.UsageError(
                "--full needs the whole logbook: a claim's folder does not contain what it is derived from."
            )
        _verify_folder(context, claim_dir)
        return
    from pipeline.maintenance import verify as verification
    from reports.claims.compare import check_rendered

    logbook, _ = context.open()
    with logbook.lock():
        published_sources = _published(context, logbook)
        for line in verification.verify(logbook, published_sources, full=full, check_rendered=check_rendered):
            context.print_info(line)
    if published_sources:  # it knows the manifest of each claim, and so every byte of its files
        print_line(f"Verified {logbook.root}: nothing was changed.")
    else:
        print_line(f"Verified {logbook.root}: no change was found. Without a database, a lost end is not noticed.")


def _verify_folder(context: Context, folder: Path) -> None:
    if not folder.is_dir():
        raise click.BadParameter(f"{folder} is not a folder", param_hint="CLAIM_DIR")
    if not any((folder / name).exists() for name in (CLAIM, MANIFEST)):
        raise click.BadParameter(
            f"{folder} is not a claim's folder: it has neither {CLAIM} nor {MANIFEST}. Your claims: ladebog claim list",
            param_hint="CLAIM_DIR",
        )
    from reports.claims.compare import check_rendered

    stored = check_claim(folder, is_export=True)
    claim, not_compared = stored.claim, check_rendered(stored)
    print_line(f"{claim.account}: claim {claim.number}, {about(claim)}: {amounts(claim)}")
    context.print_info(f"SHA-256 of {MANIFEST}, to compare with one kept elsewhere: {stored.manifest_sha256}")
    if not_compared:
        print_line(
            f"Verified {folder}: no change was found in the figures. Another version of Ladebog wrote the files; not "
            f"compared: {not_compared}."
        )
    else:
        print_line(f"Verified {folder}: nothing was changed.")


def _published(context: Context, logbook: Logbook) -> "PublishedSources | None":
    """What the published database was computed from; None, with a message, if it cannot be read."""
    from pipeline.maintenance.verify import PublishedSources

    try:
        return PublishedSources.read(logbook)
    except LogbookError as error:
        context.print_remark(f"The newest files cannot be compared with the published database: {error}")
        return None
