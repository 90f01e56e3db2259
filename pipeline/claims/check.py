"""Checking that a claim's folder was not changed: its manifest, its files, its figures."""

import os
import stat
from collections.abc import Iterable, Set
from pathlib import Path

import msgspec

from pipeline.claims import arithmetic, document
from pipeline.claims.bounds import within_bounds
from pipeline.claims.document import Claim
from pipeline.claims.folder import ATTACHMENTS, CLAIM, MANIFEST, Manifest, StoredClaim, file_names, system_files
from pipeline.errors import LogbookError, TamperingError
from pipeline.logbook.files import checksum_line, file_sha256, read_regular

CHECKSUMS = "SHA256SUMS"

_decoder = msgspec.json.Decoder(Manifest)
_LARGEST_DOCUMENT = 256_000_000  # bytes; a line of a claim has about 1,000
_RESTORE = "Restore the file from a backup; nothing was changed"


def check_claim(folder: Path, *, is_export: bool = False) -> StoredClaim:
    """Check a claim's folder. Raises TamperingError at the first fault.

    One that was exported may also contain the list of checksums that the export adds.
    """
    manifest = _manifest(folder)
    added = {CHECKSUMS} if is_export and os.path.lexists(folder / CHECKSUMS) else set()
    _check_files(folder, manifest, added)
    if added and read_regular(folder / CHECKSUMS) != checksums(folder, [file.name for file in manifest.files]):
        raise tampering(folder / CHECKSUMS, "it does not list the files of this claim")
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


def checksums(folder: Path, names: Iterable[str]) -> bytes:
    """The list of checksums that an export adds to a claim's files, in the format of `sha256sum -c`."""
    return "".join(checksum_line(name, file_sha256(folder / name)) for name in sorted({*names, MANIFEST})).encode()


def tampering(path: Path, reason: str) -> TamperingError:
    """The error for a file that was changed, lost or added; `reason` completes `FILE is not what was written:`."""
    return TamperingError(f"{path} is not what was written: {reason}.", _RESTORE)


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        data = _read(path)
        manifest = within_bounds(_decoder.decode(data))
    except (FileNotFoundError, NotADirectoryError):
        raise tampering(path, "it is missing") from None
    except LogbookError:
        raise tampering(path, "it is not a regular file") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise tampering(path, f"it cannot be read ({error})") from None
    if document.encode(manifest) != data:
        raise tampering(path, "its bytes are not those of its content")
    return manifest


def _read(path: Path) -> bytes:
    """The bytes of a document. Raises TamperingError if it is larger than those that Ladebog writes."""
    if path.stat().st_size > _LARGEST_DOCUMENT:
        raise tampering(path, f"it is larger than {_LARGEST_DOCUMENT // 1_000_000} MB")
    return read_regular(path)


def _check_files(folder: Path, manifest: Manifest, added: Set[str]) -> None:
    listed = {file.name: file for file in manifest.files}
    if [file.name for file in manifest.files] != sorted(listed):
        raise tampering(folder / MANIFEST, "it does not list each file once and in order")
    names = set(file_names(folder)) - {MANIFEST} - system_files(folder, listed.keys())
    if odd := next((name for name in sorted(names) if not _is_regular(folder / name)), None):
        raise tampering(folder / odd, "it is not a regular file")
    names -= added
    if missing := sorted(listed.keys() - names):
        raise tampering(folder / missing[0], "it is missing")
    if unlisted := sorted(names - listed.keys()):
        raise tampering(folder / unlisted[0], "it is not a file of this claim")
    for name in sorted(names):
        path, file = folder / name, listed[name]
        if path.stat().st_size != file.size or file_sha256(path) != file.sha256:
            raise tampering(path, "its SHA-256 is not the one in the manifest")


def _is_regular(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _claim(folder: Path) -> Claim:
    path = folder / CLAIM
    data = _read(path)
    try:
        claim = document.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise tampering(path, f"it cannot be read ({error})") from None
    if document.encode(claim) != data:
        raise tampering(path, "its bytes are not those of its content")
    return claim
