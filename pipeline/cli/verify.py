"""`ladebog verify`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.context import Context, pass_context

if TYPE_CHECKING:
    from pipeline.logbook.folder import Logbook
    from pipeline.maintenance.verify import PublishedSources


@click.command()
@click.argument("claim_dir", metavar="[CLAIM_DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Derive each claim again from raw/ as well.")
@pass_context
def verify(context: Context, claim_dir: Path | None, full: bool) -> None:
    """Check that nothing in raw/, journal/ and claims/ was changed.

    With CLAIM_DIR, checks that one claim, in whatever folder it is. The command compares every file with its SHA-256,
    every link of the chains with the one before, every claim's sums with its lines, and with --full also its figures
    with raw/. It changes nothing. At the first fault it exits with 3 and names it.

    \b
    Example:  ladebog verify --full
              ladebog verify ~/Downloads/home-0003-2025-03
    """
    if claim_dir is not None:
        if full:
            raise click.UsageError(
                "--full goes with the whole logbook: a claim's folder alone holds nothing to derive."
            )
        _verify_folder(claim_dir)
        return
    from pipeline.maintenance import verify as verification

    logbook, _ = context.open()
    with logbook.lock():
        published = _published(logbook)
        for line in verification.verify(logbook, published, full=full):
            context.print_info(line)
    click.echo(f"{logbook.root} is what was written.")


def _verify_folder(folder: Path) -> None:
    from pipeline.claims.check import check_claim
    from pipeline.claims.folder import CLAIM, MANIFEST
    from pipeline.cli.claim.text import about, amounts

    if not folder.is_dir():
        raise click.BadParameter(f"{folder} is no folder", param_hint="CLAIM_DIR")
    if not any((folder / name).exists() for name in (CLAIM, MANIFEST)):
        raise click.BadParameter(
            f"{folder} is no claim's: it has neither {CLAIM} nor {MANIFEST}. Yours: ladebog claim list",
            param_hint="CLAIM_DIR",
        )
    claim = check_claim(folder).claim
    click.echo(f"{claim.account}: claim {claim.number}, {about(claim)}: {amounts(claim)}")
    click.echo(f"{folder} is what was written.")


def _published(logbook: "Logbook") -> "PublishedSources | None":
    """What the published database vouches for; said aloud where it cannot."""
    from pipeline.errors import LogbookError
    from pipeline.maintenance.verify import PublishedSources

    try:
        return PublishedSources.read(logbook)
    except LogbookError as error:
        click.echo(f"Nothing vouches for what was written last: {error}", err=True)
        return None
