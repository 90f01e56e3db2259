"""The folder of a claim with its rendered files, and ways to change it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import rfc8785

from pipeline.claims.document import Claim
from pipeline.claims.folder import MANIFEST, Manifest
from pipeline.claims.make import new_claim
from reports.claims.files import write_claim_files


def written(claim: Claim, folder: Path) -> Path:
    """The folder of a stored claim without attachments."""
    claim = msgspec.structs.replace(claim, attachments=())
    with new_claim(folder, claim, ()) as building:
        write_claim_files(claim, building, "da")
    return folder / claim.name


def by(claim: Claim, name: str | None) -> Claim:
    return msgspec.structs.replace(claim, sources=msgspec.structs.replace(claim.sources, renderer=name))


def the(folder: Path, ending: str) -> Path:
    """The rendered file with that ending."""
    return next(
        path for path in folder.iterdir() if path.name.endswith(ending) and not path.name.endswith(f"da{ending}")
    )


def adapt_manifest(folder: Path) -> None:
    """Write the manifest again, for the files that the folder has now."""
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    files = [
        {"name": path.name, "sha256": sha256(path.read_bytes()).hexdigest(), "size": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST
    ]
    (folder / MANIFEST).write_bytes(rfc8785.dumps(msgspec.to_builtins(manifest) | {"files": files}))


def changed_member(member: str, old: str, new: str) -> Callable[[Path], Path]:
    """Replace a text where it occurs first in a part of the workbook."""

    def change(folder: Path) -> Path:
        path = the(folder, ".xlsx")
        with zipfile.ZipFile(path) as members:
            contents = {name: members.read(name) for name in members.namelist()}
        assert old.encode() in contents[member]
        contents[member] = contents[member].replace(old.encode(), new.encode(), 1)
        with zipfile.ZipFile(path, "w") as members:
            for name, content in contents.items():
                members.writestr(name, content)
        return path

    return change
