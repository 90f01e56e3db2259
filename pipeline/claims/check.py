"""Whether a claim's folder is what was written there: its manifest, its files, its figures."""

from pathlib import Path

import msgspec

from pipeline.claims import arithmetic, document
from pipeline.claims.document import Claim
from pipeline.claims.folder import ATTACHMENTS, CLAIM, MANIFEST, Manifest, StoredClaim, file_names, listed_files
from pipeline.errors import TamperingError
from pipeline.logbook.files import file_sha256

_decoder = msgspec.json.Decoder(Manifest)
_RESTORE = "Put it back from a copy; nothing was changed"


def check_claim(folder: Path) -> StoredClaim:
    """Check a claim's folder by itself, wherever it was copied to.

    Raises TamperingError at the first thing that is off.
    """
    manifest = _manifest(folder)
    _check_files(folder, manifest)
    claim = _claim(folder)
    if (claim.account, claim.number) != (manifest.account, manifest.number):
        raise off(folder / MANIFEST, f"it is of claim {manifest.number} of account {manifest.account}")
    previous = claim.sources.previous_claim
    if (previous.sha256 if previous else None) != manifest.previous_sha256:
        raise off(folder / MANIFEST, "it names another claim before it than claim.json does")
    told = sorted((f"{ATTACHMENTS}/{file.name}", file.sha256, file.size) for file in claim.attachments)
    found = [(file.name, file.sha256, file.size) for file in manifest.files if file.name.startswith(f"{ATTACHMENTS}/")]
    if told != found:
        raise off(folder / CLAIM, "its attachments are not those beside it")
    if fault := arithmetic.fault(claim):
        raise off(folder / CLAIM, fault)
    return StoredClaim(folder, claim, file_sha256(folder / MANIFEST))


def off(path: Path, reason: str) -> TamperingError:
    """What is off with a file."""
    return TamperingError(f"{path} is not what was written: {reason}.", _RESTORE)


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
        manifest = _decoder.decode(data)
    except FileNotFoundError:
        raise off(path, "it is missing") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise off(path, f"it cannot be read ({error})") from None
    if document.encode(manifest) != data:
        raise off(path, "its bytes are not those of its content")
    return manifest


def _check_files(folder: Path, manifest: Manifest) -> None:
    named = {file.name: file for file in manifest.files}
    there = set(file_names(folder)) - {MANIFEST}
    if lost := sorted(named.keys() - there):
        raise off(folder / lost[0], "it is missing")
    if strange := sorted(there - named.keys()):
        raise off(folder / strange[0], "it is no file of this claim")
    for file in listed_files(folder):
        if file != named[file.name]:
            raise off(folder / file.name, "its SHA-256 is not the one in the manifest")


def _claim(folder: Path) -> Claim:
    path = folder / CLAIM
    data = path.read_bytes()
    try:
        claim = document.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise off(path, f"it cannot be read ({error})") from None
    if document.encode(claim) != data:
        raise off(path, "its bytes are not those of its content")
    return claim
