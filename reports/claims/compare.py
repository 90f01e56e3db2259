"""Whether the files of a claim that people read state what its claim.json states.

They are written again and compared byte for byte. Where another version of Ladebog wrote a file differently, what
`figures` reads from it is compared, and the file is named together with what was not compared.
"""

import io
import re
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

from pipeline.claims.check import tampering
from pipeline.claims.document import Claim, encode
from pipeline.claims.folder import ATTACHMENTS, CLAIM, MANIFEST, StoredClaim
from reports.claims.figures import csv_fault, danish_csv_fault, workbook_fault
from reports.claims.files import DANISH_CSV, rendered_names, write_claim_files
from reports.claims.renderer import renderer

_OWN = {CLAIM, MANIFEST, "SHA256SUMS"}
_STREAM = re.compile(rb"<<((?:[^<>]|<<[^<>]*>>|<[^<>]*>)*)>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_NOT_COMPARED = {".pdf": "the pages of {}", ".xlsx": "texts and layout of {}", DANISH_CSV: "fixed texts in {}"}


def check_rendered(stored: StoredClaim) -> str | None:
    """Compare; returns what could not be compared. Raises TamperingError at the first fault."""
    claim, folder = stored.claim, stored.folder
    names = {path.name for path in folder.iterdir()} - _OWN - {ATTACHMENTS}
    required, optional = rendered_names(claim)
    if missing := sorted(required - names):
        raise tampering(folder / missing[0], "it is missing")
    if unknown := sorted(names - required - optional):
        raise tampering(folder / unknown[0], "it is not a file that Ladebog writes into a claim")
    with TemporaryDirectory(prefix="ladebog-") as temporary:
        again = Path(temporary)
        write_claim_files(claim, again, "da" if optional & names else None)
        different = [name for name in sorted(names) if _content(folder / name) != _content(again / name)]
        for name in different:
            if claim.sources.renderer == renderer():
                raise tampering(folder / name, f"its content is not that of {CLAIM}")
            if fault := stated_otherwise(claim, folder / name, again / name):
                raise tampering(folder / name, fault)
    parts = [text.format(name) for name in different if (text := _NOT_COMPARED.get(_ending(name)))]
    return ", ".join(parts) or None


def _content(path: Path) -> Any:
    """The bytes of a file; of a workbook those of its members, as libraries compress them differently."""
    content = path.read_bytes()
    if path.suffix != ".xlsx":
        return content
    try:
        with ZipFile(io.BytesIO(content)) as members:
            return [(name, members.read(name)) for name in members.namelist()]
    except (BadZipFile, zlib.error, RuntimeError, NotImplementedError):
        return content


def _ending(name: str) -> str:
    return DANISH_CSV if name.endswith(DANISH_CSV) else Path(name).suffix


def stated_otherwise(claim: Claim, path: Path, again: Path) -> str | None:
    """The first thing in a file that is not as `again`, the file that this version writes, states it; as text."""
    try:
        match _ending(path.name):
            case ".pdf":
                return _pdf_fault(claim, path)
            case ".xlsx":
                return workbook_fault(claim, path, again)
            case ".csv":
                return csv_fault(claim, path.read_bytes())
            case _:
                return danish_csv_fault(claim, path.read_bytes())
    except Exception as error:  # a library's own error about a file that it cannot read
        return f"it cannot be read ({type(error).__name__})"


def _pdf_fault(claim: Claim, path: Path) -> str | None:
    csv = path.with_suffix(".csv").read_bytes()
    included = sorted(_included(path.read_bytes()))
    return None if included == sorted([encode(claim), csv]) else f"it does not contain this {CLAIM} and this CSV alone"


def _included(pdf: bytes) -> list[bytes]:
    """The files inside a PDF."""
    return [
        zlib.decompress(content) if b"/FlateDecode" in dictionary else content
        for dictionary, content in _STREAM.findall(pdf)
        if b"/EmbeddedFile" in dictionary
    ]
