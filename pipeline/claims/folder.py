"""The folders of an account's claims: what they contain, and how they are read.

`claims/<account>/<number>-<month>/` contains `claim.json`, the reports, `attachments/` and, written last,
`manifest.json`: the SHA-256 of each of the other files, and that of the previous claim's manifest. A claim's folder is
never changed.
"""

import re
import stat
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import msgspec

from pipeline.claims import document
from pipeline.claims.document import Claim, Head
from pipeline.errors import ClaimError, UnknownNameError
from pipeline.logbook.files import file_sha256, read_regular
from pipeline.logbook.system_files import is_system_name

CLAIM = "claim.json"
MANIFEST = "manifest.json"
ATTACHMENTS = "attachments"
_RESTORE = "Restore it from a backup"
_SEE = f"See what was changed with: ladebog verify. {_RESTORE}"
_Document = TypeVar("_Document")
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
    previous_sha256: str | None  # of the manifest of the previous claim
    files: tuple[File, ...]


_decoder = msgspec.json.Decoder(Manifest)


@dataclass(frozen=True)
class StoredClaim:
    """A claim as it is stored in its folder."""

    folder: Path
    claim: Claim
    manifest_sha256: str

    @property
    def head(self) -> Head:
        """How the next claim refers to it."""
        return Head(name=self.claim.name, sha256=self.manifest_sha256)

    @property
    def system_files(self) -> list[str]:
        """The relative names of the files in its folder that are not its own, but made by Windows, macOS or a NAS."""
        listed = {f"{ATTACHMENTS}/{file.name}" for file in self.claim.attachments}
        return sorted(system_files(self.folder, listed))


def claim_folders(folder: Path) -> list[Path]:
    """The folders of an account's claims, ordered by number."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if _FOLDER.fullmatch(path.name)), key=number_in_name)


def number_in_name(folder: Path) -> int:
    """The number in the name of a claim's folder; 0 for any other folder."""
    match = _FOLDER.fullmatch(folder.name)
    return int(match[1]) if match else 0


def read_claims(folder: Path) -> list[StoredClaim]:
    """The claims of an account, ordered by number.

    A number is left out where its claim had been lost before the next one was made, which names the one before it.
    Raises ClaimError if one is missing, cannot be read or is not the one that the next one names. `ladebog verify`
    checks more: also the other files, and the newest claim as a whole.
    """
    claims = [read_claim(path) for path in claim_folders(folder)]
    for before, stored_claim in pairwise((None, *claims)):
        if stored_claim is None:
            continue
        if number := missing_number(before, stored_claim):
            raise ClaimError(f"{folder} has no claim {number}.", _RESTORE)
        if before and stored_claim.claim.sources.previous_claim != before.head:
            raise ClaimError(f"{before.folder} was changed after the next claim was made.", _SEE)
    return claims


def missing_number(before: StoredClaim | None, stored_claim: StoredClaim) -> int | None:
    """The number of a claim that is missing between two, or None; `before` is None for the first claim."""
    number = before.claim.number + 1 if before else 1
    previous = stored_claim.claim.sources.previous_claim
    was_lost_earlier = (previous.name if previous else None) == (before.claim.name if before else None)
    return None if stored_claim.claim.number == number or was_lost_earlier else number


def read_claim(folder: Path) -> StoredClaim:
    """The claim in a folder. Raises ClaimError if it cannot be read, or is not the one in its manifest."""
    content, claim = _read(folder / CLAIM, document.decode)
    manifest, listed = _read(folder / MANIFEST, _decoder.decode)
    if sha256(content).hexdigest() not in {file.sha256 for file in listed.files if file.name == CLAIM}:
        raise ClaimError(f"{folder / CLAIM} was changed after it was made.", _SEE)
    return StoredClaim(folder, claim, sha256(manifest).hexdigest())


def _read(path: Path, decode: Callable[[bytes], _Document]) -> tuple[bytes, _Document]:
    """The bytes of a document, and what they state."""
    try:
        content = read_regular(path)
        return content, decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ClaimError(f"{path} is not one that Ladebog writes: {error}.", _RESTORE) from None
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ClaimError(f"{error.filename} is missing.", _RESTORE) from None


def unknown_claim(account: str, number: int) -> UnknownNameError:
    """The error for a number that is not that of a claim."""
    return UnknownNameError(f"Account {account} has no claim {number}.", "See the claims with: ladebog claim list")


def listed_files(folder: Path) -> tuple[File, ...]:
    """The files below a folder as its manifest lists them, without the manifest."""
    return tuple(
        File(name=name, sha256=file_sha256(folder / name), size=(folder / name).stat().st_size)
        for name in file_names(folder)
        if name != MANIFEST
    )


def file_names(folder: Path) -> list[str]:
    """The relative names of all files below a folder, and of links and empty folders, which no claim contains."""
    return sorted(path.relative_to(folder).as_posix() for path in _leaves(folder))


def system_files(folder: Path, listed: Set[str] = frozenset()) -> set[str]:
    """The relative names of the files below a folder, and empty folders, that a system made and that are not listed."""
    return {name for name in set(file_names(folder)) - listed if _is_made_by_system(folder, name)}


def _is_made_by_system(folder: Path, name: str) -> bool:
    """Whether what is below a folder has a system's name, or is in a folder of such a name; never a link or a pipe."""
    mode = (folder / name).lstat().st_mode
    return any(map(is_system_name, name.split("/"))) and (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _leaves(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        below = list(_leaves(path)) if path.is_dir() and not path.is_symlink() else []
        yield from below or [path]


def reversed_by(claims: Sequence[StoredClaim], number: int) -> int | None:
    """The number of the claim that reverses claim `number`, if there is one."""
    return next((stored_claim.claim.number for stored_claim in claims if stored_claim.claim.reverses == number), None)
