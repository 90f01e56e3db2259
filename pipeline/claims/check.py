"""Checking that a claim's folder was not changed: its manifest, its files, its figures."""

from pathlib import Path

import msgspec

from pipeline.claims import arithmetic, document
from pipeline.claims.document import Claim
from pipeline.claims.folder import ATTACHMENTS, CLAIM, MANIFEST, Manifest, StoredClaim, file_names, listed_files
from pipeline.errors import TamperingError
from pipeline.logbook.files import file_sha256

_decoder = msgspec.json.Decoder(Manifest)
_RESTORE = "Restore the file from a backup; nothing was changed"


def check_claim(folder: Path) -> StoredClaim:
    """Check a claim's folder, also a copy outside of the logbook. Raises TamperingError at the first fault."""
    manifest = _manifest(folder)
    _check_files(folder, manifest)
    claim = _claim(folder)
    if (claim.account, claim.number) != (manifest.account, manifest.number):
        raise tampering(folder / MANIFEST, f"it belongs to claim {manifest.number} of account {manifest.account}")
    previous = claim.sources.previous_claim
    if (previous.sha256 if previous else None) != manifest.previous_sha256:
        raise tampering(folder / MANIFEST, "its previous claim is not that of claim.json")
    files_in_claim = sorted((f"{ATTACHMENTS}/{file.name}", file.sha256, file.size) for file in claim.attachments)
    files_in_manifest = [
        (file.name, file.sha256, file.size) for file in manifest.files if file.name.startswith(f"{ATTACHMENTS}/")
    ]
    if files_in_claim != files_in_manifest:
        raise tampering(folder / CLAIM, f"its attachments are not the files in {ATTACHMENTS}/")
    if fault := arithmetic.fault(claim):
        raise tampering(folder / CLAIM, fault)
    return StoredClaim(folder, claim, file_sha256(folder / MANIFEST))


def tampering(path: Path, reason: str) -> TamperingError:
    """The error for a file that was changed, lost or added; `reason` completes `FILE is not what was written:`."""
    return TamperingError(f"{path} is not what was written: {reason}.", _RESTORE)


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
        manifest = _decoder.decode(data)
    except FileNotFoundError:
        raise tampering(path, "it is missing") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise tampering(path, f"it cannot be read ({error})") from None
    if document.encode(manifest) != data:
        raise tampering(path, "its bytes are not those of its content")
    return manifest


def _check_files(folder: Path, manifest: Manifest) -> None:
    files_in_manifest = {file.name: file for file in manifest.files}
    names = set(file_names(folder)) - {MANIFEST}
    if missing_names := sorted(files_in_manifest.keys() - names):
        raise tampering(folder / missing_names[0], "it is missing")
    if unlisted_names := sorted(names - files_in_manifest.keys()):
        raise tampering(folder / unlisted_names[0], "it is not a file of this claim")
    for file in listed_files(folder):
        if file != files_in_manifest[file.name]:
            raise tampering(folder / file.name, "its SHA-256 is not the one in the manifest")


def _claim(folder: Path) -> Claim:
    path = folder / CLAIM
    data = path.read_bytes()
    try:
        claim = document.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise tampering(path, f"it cannot be read ({error})") from None
    if document.encode(claim) != data:
        raise tampering(path, "its bytes are not those of its content")
    return claim
