"""The claims of one account as folders: each written whole or not at all, never changed, chained to the one before.

`claims/<account>/<number>-<month>/` holds `claim.json`, the rendered files, `attachments/` and, written last,
`manifest.json`: the SHA-256 of each of the others, and of the manifest of the claim before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pipeline.claims import document
from pipeline.claims.document import Claim, Head
from pipeline.errors import ClaimError
from pipeline.logbook.files import file_sha256

CLAIM = "claim.json"
MANIFEST = "manifest.json"
ATTACHMENTS = "attachments"
_FOLDER = re.compile(r"([0-9]{4,})-(?:[0-9]{4}-[0-9]{2}|corrections|reversal)")


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a claim."""

    name: str  # relative to the claim's folder, with / between folders
    sha256: str
    size: int  # bytes


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of `manifest.json`."""

    account: str
    number: int
    previous_sha256: str | None  # of the manifest of the claim before
    files: tuple[File, ...]


@dataclass(frozen=True)
class StoredClaim:
    """A claim as it lies in its folder."""

    folder: Path
    claim: Claim
    manifest_sha256: str

    @property
    def head(self) -> Head:
        """What the next claim names it by."""
        return Head(name=self.claim.name, sha256=self.manifest_sha256)


def claim_folders(folder: Path) -> list[Path]:
    """The folders of an account's claims, in the order of their numbers."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if _FOLDER.fullmatch(path.name)), key=number_in_name)


def number_in_name(folder: Path) -> int:
    """The number that a claim's folder is named by."""
    named = _FOLDER.fullmatch(folder.name)
    return int(named[1]) if named else 0


def read_claims(folder: Path) -> list[StoredClaim]:
    """The claims of an account, in the order of their numbers, which have no gaps.

    Raises ClaimError for one that is missing or cannot be read; whether they were changed is for `verify` to say.
    """
    filed = [read_claim(path) for path in claim_folders(folder)]
    for number, found in enumerate(filed, start=1):
        if found.claim.number != number:
            raise ClaimError(f"{folder} has no claim {number}.", "Put it back from a backup")
    return filed


def read_claim(folder: Path) -> StoredClaim:
    """The claim in a folder. Raises ClaimError where it cannot be read."""
    try:
        claim = document.decode((folder / CLAIM).read_bytes())
        manifest_sha256 = file_sha256(folder / MANIFEST)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ClaimError(f"{folder / CLAIM} is no claim: {error}.", "Put it back from a backup") from None
    except FileNotFoundError as error:
        raise ClaimError(f"{error.filename} is missing.", "Put it back from a backup") from None
    return StoredClaim(folder, claim, manifest_sha256)


def listed_files(folder: Path) -> tuple[File, ...]:
    """The files below a folder as a manifest names them, its own apart."""
    return tuple(
        File(name=name, sha256=file_sha256(folder / name), size=(folder / name).stat().st_size)
        for name in file_names(folder)
        if name != MANIFEST
    )


def file_names(folder: Path) -> list[str]:
    """What lies below a folder and is no folder, by its name from there."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def reversed_by(filed: Sequence[StoredClaim], number: int) -> int | None:
    """The number of the claim that takes one back, if one does."""
    return next((found.claim.number for found in filed if found.claim.reverses == number), None)
