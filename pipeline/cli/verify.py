"""`ladebog verify`."""

from pathlib import Path

import click

from pipeline.claims.check import check_claim, tampering
from pipeline.claims.folder import CLAIM, MANIFEST, StoredClaim
from pipeline.cli.claim.text import about, amounts
from pipeline.cli.context import Context, pass_context
from pipeline.cli.options import NamedPath
from pipeline.cli.paragraph import print_hanging
from pipeline.logbook.folder import Logbook


@click.command()
@click.argument("claim_dir", metavar="[CLAIM_DIR]", required=False, type=NamedPath(path_type=Path))
@click.option("--full", is_flag=True, help="Also derive each claim again from raw/.")
@pass_context
def verify(context: Context, claim_dir: Path | None, full: bool) -> None:
    """Check that nothing in raw/, journal/ and claims/ was changed.

    With CLAIM_DIR, checks that one claim, in whatever folder it is. The command compares every file with its SHA-256,
    every link of the chains with the one before, every claim's sums with its lines, its PDF, workbook and CSV with its
    claim.json, and with --full also its figures with raw/. It changes nothing. At the first fault it exits with 3 and
    names it. The last line says what could not be compared. If the database is damaged, it exits with 1 after
    everything else was checked.

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
    from pipeline.maintenance.recorded import RecordedLinks
    from reports.claims.compare import check_rendered

    logbook, _ = context.open()
    with logbook.lock():
        recorded = RecordedLinks.read(logbook)
        for line in verification.verify(logbook, recorded, full=full, check_rendered=check_rendered):
            context.print_info(line)
    if recorded.databases:  # they know the manifest of each claim, and so every byte of its files
        print_hanging("", f"Verified {logbook.root}: nothing was changed.")
    else:
        print_hanging(
            "", f"Verified {logbook.root}: no change was found. Without a database, a lost end is not noticed."
        )


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
    is_recorded = _is_recorded(stored)
    for name in stored.system_files:
        context.print_info(f"Not read, as the system made it: {folder / name}")
    print_hanging("", f"{claim.account}: claim {claim.number}, {about(claim)}: {amounts(claim)}")
    context.print_info(f"SHA-256 of {MANIFEST}, to compare with one kept elsewhere: {stored.manifest_sha256}")
    if not_compared and not is_recorded:
        print_hanging(
            "",
            f"Verified {folder}: no change was found in the figures. Another version of Ladebog wrote the files; not "
            f"compared: {not_compared}.",
        )
    else:
        print_hanging("", f"Verified {folder}: nothing was changed.")


def _is_recorded(stored: StoredClaim) -> bool:
    """Whether the folder is still in its logbook, and the database there records this manifest.

    Raises TamperingError if it records another one.
    """
    from pipeline.load.links import CLAIMS
    from pipeline.maintenance.recorded import RecordedLinks

    claim, account_folder = stored.claim, stored.folder.resolve().parent
    logbook = Logbook(account_folder.parent.parent)
    if not logbook.settings.is_file() or account_folder != logbook.claims / claim.account:
        return False
    with logbook.lock():
        links = RecordedLinks.read(logbook).of(CLAIMS, claim.account)
    hashes = {link.sha256 for link in links if link.name == str(claim.number)}
    if hashes - {stored.manifest_sha256}:
        raise tampering(stored.folder / MANIFEST, "it is not the one that the logbook's database contains")
    return bool(hashes)
