"""Whether the files of a claim that people read state what its claim.json states.

The renderer that wrote them writes the same bytes again. Another one cannot, so of its files only the included copies
and the figures are compared.
"""

import csv
import io
import re
import zlib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

from pipeline.claims.check import tampering
from pipeline.claims.document import Claim, encode
from pipeline.claims.folder import ATTACHMENTS, CLAIM, MANIFEST, StoredClaim
from reports.claims.files import DANISH_CSV, rendered_names, write_claim_files
from reports.claims.renderer import renderer

PARTLY = "files of another version of Ladebog: compared by their figures"
_OWN = {CLAIM, MANIFEST, "SHA256SUMS"}
_STREAM = re.compile(rb"<<((?:[^<>]|<<[^<>]*>>|<[^<>]*>)*)>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def check_rendered(stored: StoredClaim) -> str | None:
    """Compare; returns PARTLY if another renderer wrote the files. Raises TamperingError at the first fault."""
    claim, folder = stored.claim, stored.folder
    names = {path.name for path in folder.iterdir()} - _OWN - {ATTACHMENTS}
    required, optional = rendered_names(claim)
    if missing := sorted(required - names):
        raise tampering(folder / missing[0], "it is missing")
    if unknown := sorted(names - required - optional):
        raise tampering(folder / unknown[0], "it is not a file that Ladebog writes into a claim")
    if claim.sources.renderer == renderer():
        _compare_bytes(claim, folder, names)
        return None
    for name in sorted(names):
        if fault := _figures_fault(claim, folder / name):
            raise tampering(folder / name, fault)
    return PARTLY


def _compare_bytes(claim: Claim, folder: Path, names: set[str]) -> None:
    with TemporaryDirectory(prefix="ladebog-") as temporary:
        again = Path(temporary)
        write_claim_files(claim, again, "da" if any(name.endswith(DANISH_CSV) for name in names) else None)
        for name in sorted(names):
            if _content(folder / name) != _content(again / name):
                raise tampering(folder / name, f"its content is not that of {CLAIM}")


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


def _figures_fault(claim: Claim, path: Path) -> str | None:
    if path.suffix == ".pdf":
        return None if encode(claim) in _included(path.read_bytes()) else f"it does not contain this {CLAIM}"
    try:
        rows = list(_sheet_rows(path) if path.suffix == ".xlsx" else _csv_rows(path))
    except Exception as error:  # a library's own error about a file that it cannot read
        return f"it cannot be read ({type(error).__name__})"
    for number, line in enumerate(claim.lines, start=1):
        expected = [line.energy_kwh, line.amount_incl_tax, *([] if line.tax_amount is None else [line.tax_amount])]
        if not any(all(figure in row for figure in (Decimal(number), *expected)) for row in rows):
            return f"it does not contain the figures of line {number}"
    if path.suffix != ".xlsx":
        return None if len(rows) == len(claim.lines) + 1 else f"it does not have the lines of {CLAIM}"
    for total in claim.totals:
        if not any(total.total.energy_kwh in row and total.total.amount_incl_tax in row for row in rows):
            return f"it does not contain the total in {total.currency}"
    return None


def _included(pdf: bytes) -> list[bytes]:
    """The files inside a PDF."""
    found = []
    for dictionary, content in _STREAM.findall(pdf):
        if b"/EmbeddedFile" in dictionary:
            try:
                found.append(zlib.decompress(content) if b"/FlateDecode" in dictionary else content)
            except zlib.error:
                continue
    return found


def _csv_rows(path: Path) -> Iterator[set[Decimal]]:
    text = path.read_bytes().decode("utf-8-sig")
    is_danish = path.name.endswith(DANISH_CSV)
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=";" if is_danish else ","):
        yield _figures(value.replace(",", ".") if is_danish else value for value in row)


def _sheet_rows(path: Path) -> Iterator[set[Decimal]]:
    from openpyxl import load_workbook

    for sheet in load_workbook(io.BytesIO(path.read_bytes()), read_only=True).worksheets:
        for row in sheet.iter_rows(values_only=True):
            yield _figures(str(value) for value in row if isinstance(value, int | float))


def _figures(values: Iterator[str]) -> set[Decimal]:
    figures = set()
    for value in values:
        try:
            figures.add(Decimal(value))
        except InvalidOperation:
            continue
    return figures
