"""The claims of one account as folders: each written whole or not at all, never changed, chained to the one before.

`claims/<account>/<number>-<month>/` holds `claim.json`, the rendered files, `attachments/` and, written last,
`manifest.json`: the SHA-256 of each of the others, and of the manifest of the claim before.
"""

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.claims import document
from pipeline.claims.document import Claim, Head
from pipeline.errors import ClaimError
from pipeline.logbook.files import FILE_MODE, file_sha256, make_folder, sync_file, sync_folder

CLAIM = "claim.json"
MANIFEST = "manifest.json"
ATTACHMENTS = "attachments"
_FOLDER = re.compile(r"([0-9]{4,})-(?:[0-9]{4}-[0-9]{2}|corrections|reversal)")
_UNFINISHED = ".new"

Render = Callable[[Claim, bytes, Path], None]


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


class AttachedFile(Protocol):
    """What is put beside a claim: the name that it gets there, and where its bytes are."""

    @property
    def name(self) -> str: ...

    @property
    def content(self) -> bytes: ...


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


def write_claim(
    folder: Path, claim: Claim, attached: Iterable[AttachedFile], render: Render, previous: Head | None
) -> StoredClaim:
    """Write a claim into `folder`, that of its account; `render` adds the files that people read.

    It is built beside, synced and renamed, so that it is there whole or not at all. The caller holds the lock.
    """
    place = folder / claim.name
    building = folder / f".{claim.name}{_UNFINISHED}"
    _clear(folder)
    try:
        make_folder(building)
        claim_json = document.encode(claim)
        _write(building / CLAIM, claim_json)
        for file in attached:
            _write(building / ATTACHMENTS / file.name, file.content)
        render(claim, claim_json, building)
        manifest = Manifest(
            account=claim.account,
            number=claim.number,
            previous_sha256=previous.sha256 if previous else None,
            files=listed_files(building),
        )
        _write(building / MANIFEST, document.encode(manifest))
        _sync(building)
        building.rename(place)
        sync_folder(folder)
        sync_folder(folder.parent)
    finally:
        _clear(folder)
    return read_claim(place)


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


def _clear(folder: Path) -> None:
    """Remove what a crash left of claims that never came to be."""
    for unfinished in folder.glob(f".*{_UNFINISHED}"):
        shutil.rmtree(unfinished)


def _write(path: Path, content: bytes) -> None:
    make_folder(path.parent)
    path.touch(mode=FILE_MODE)
    path.write_bytes(content)


def _sync(folder: Path) -> None:
    """Return when all below a folder is on disk."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            path.chmod(FILE_MODE)
            sync_file(path)
    sync_folder(folder)
