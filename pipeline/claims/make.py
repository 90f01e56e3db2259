"""Making a claim from its draft: adding its files, and writing it into a new folder."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from pipeline.claims import document
from pipeline.claims.attachments import AttachedFile, file_key
from pipeline.claims.document import Claim, MissingReceipt
from pipeline.claims.folder import ATTACHMENTS, CLAIM, MANIFEST, Manifest, StoredClaim, listed_files
from pipeline.command_line import operand
from pipeline.errors import ClaimError
from pipeline.logbook.entries import CLAIM_MADE, ClaimRecord, fields_of
from pipeline.logbook.files import FILE_MODE, make_folder, rename_to_new, sync_file, sync_folder
from pipeline.logbook.journal import Journal

_UNFINISHED = ".new"


def with_files(
    draft: Claim, files: Sequence[AttachedFile], missing_receipts: Sequence[MissingReceipt], renderer: str | None = None
) -> Claim:
    """A draft that lists the files in its attachments/, and names the renderer of the others.

    Raises ClaimError if two files have the same name on some computer.
    """
    keys = [file_key(file.name) for file in files]
    repeated = [file for file in files if keys.count(file_key(file.name)) > 1]
    if repeated_name := next((file.name for file in sorted(repeated, key=lambda file: bool(file.session_id))), None):
        raise ClaimError(
            f"Two files to attach to the claim are called {repeated_name}.",
            f"Rename yours and attach it again, after: ladebog claim attach --account {draft.account} --remove "
            f"{operand(repeated_name)}",
        )
    return msgspec.structs.replace(
        draft,
        attachments=tuple(file.record for file in files),
        missing_receipts=tuple(missing_receipts),
        sources=msgspec.structs.replace(draft.sources, renderer=renderer),
    )


@contextmanager
def new_claim(folder: Path, claim: Claim, files: Sequence[AttachedFile]) -> Iterator[Path]:
    """Write a claim into a new folder in `folder`, which holds the claims of its account.

    Yields the new folder while it is being built, so that the caller can add the files that people read. On success it
    is listed in its manifest, synced and renamed: it is there whole or not at all. The caller holds the lock.
    """
    unfinished_folder = folder / f".{claim.name}{_UNFINISHED}"
    _remove_unfinished(folder)
    try:
        make_folder(unfinished_folder)
        _write(unfinished_folder / CLAIM, document.encode(claim))
        for file in files:
            _write(unfinished_folder / ATTACHMENTS / file.name, file.content)
        yield unfinished_folder
        previous = claim.sources.previous_claim
        manifest = Manifest(
            account=claim.account,
            number=claim.number,
            previous_sha256=previous.sha256 if previous else None,
            files=listed_files(unfinished_folder),
        )
        _write(unfinished_folder / MANIFEST, document.encode(manifest))
        _sync(unfinished_folder)
        rename_to_new(unfinished_folder, folder / claim.name)
        sync_folder(folder)
    finally:
        _remove_unfinished(folder)


def record_claims(journal: Journal, now: datetime, claims: Sequence[StoredClaim]) -> None:
    """Write to the journal which of these claims were made, those that it does not record yet."""
    recorded = {entry.fields["manifest_sha256"] for entry in journal.entries if entry.action == CLAIM_MADE}
    for stored_claim in claims:
        if stored_claim.manifest_sha256 not in recorded:
            claim = stored_claim.claim
            record = ClaimRecord(
                account=claim.account,
                number=claim.number,
                manifest_sha256=stored_claim.manifest_sha256,
                month=claim.month,
                made_on=claim.created_at.date(),
            )
            journal.append(now, CLAIM_MADE, fields_of(record))


def _remove_unfinished(folder: Path) -> None:
    """Remove claims that were not finished, also those that a crash left."""
    for unfinished in folder.glob(f".*{_UNFINISHED}"):
        shutil.rmtree(unfinished)


def _write(path: Path, content: bytes) -> None:
    make_folder(path.parent)
    path.touch(mode=FILE_MODE)
    path.write_bytes(content)


def _sync(folder: Path) -> None:
    """Return once everything below a folder is on disk."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            path.chmod(FILE_MODE)
            sync_file(path)
    sync_folder(folder)
