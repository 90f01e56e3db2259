"""A claim as a PDF to hand in: a voucher of one page, its lines, and what stands behind it, by the layout in `layout/`.

The file is PDF/A-3a and holds `claim.json` and the lines as CSV. The same claim gives the same bytes: the layout sees
nothing but what is handed to it here, no fonts but those that ship, and no clock.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import typst

from pipeline.claims.document import Claim
from reports.claims import phrases
from reports.claims.pdf.control import Control, control_of
from reports.claims.pdf.lines import LinesPart, lines_of
from reports.claims.pdf.printable import FONTS, printable
from reports.claims.pdf.voucher import Voucher, voucher_of
from reports.claims.words import Words

_LAYOUT = Path(__file__).parent / "layout" / "claim.typ"
_REGIONS = {"da": "DK", "en": "GB"}


class Embedded(msgspec.Struct, frozen=True):
    """A file inside the PDF, and what it is to the PDF: its `source`, or its `data`."""

    name: str
    relationship: str
    media_type: str
    description: str


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """All that the layout is given. Nothing in it is computed any more, and no text in it is code."""

    language: str
    region: str
    title: str
    author: str | None
    running: str  # at the head of each page but the first
    foot: str
    page: str  # with {page} and {pages} in it
    sha256_label: str
    sha256: str  # of claim.json
    voucher: Voucher
    lines: LinesPart
    control: Control
    claim_json: Embedded
    csv: Embedded


def write_pdf(claim: Claim, claim_json: bytes, csv: bytes, path: Path) -> None:
    """Write a claim to `path`, with `claim_json`, its canonical bytes, and `csv`, its lines, both UTF-8, inside."""
    compiler = typst.Compiler(
        input=_LAYOUT,
        root=_LAYOUT.parent,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS]),
        sys_inputs={
            "printed": msgspec.json.encode(_all_printable(msgspec.to_builtins(_printed(claim, claim_json)))).decode(),
            "claim_json": claim_json.decode(),
            "csv": csv.decode(),
        },
    )
    compiler.compile(output=path, format="pdf", pdf_standards=["a-3a"], timestamp=int(claim.created_at.timestamp()))


def _printed(claim: Claim, claim_json: bytes) -> Printed:
    words = Words.of(claim)
    number = f"{words.text('claim_number')} {claim.number}"
    digest = sha256(claim_json).hexdigest()
    csv_name = f"{claim.account}-{claim.name}.csv"
    return Printed(
        language=claim.language,
        region=_REGIONS[claim.language],
        title=" · ".join(part for part in (phrases.title(claim, words), phrases.months(claim, words), number) if part),
        author=claim.driver.name or None,
        running=" · ".join(part for part in (phrases.title(claim, words), phrases.months(claim, words)) if part),
        foot=f"{number} · {words.text('account')}: {claim.account}",
        page=words.text("page", page="{page}", pages="{pages}"),
        sha256_label=words.text("sources.claim"),
        sha256=digest,
        voucher=voucher_of(claim, words),
        lines=lines_of(claim, words),
        control=control_of(claim, words, ("claim.json", csv_name)),
        claim_json=Embedded("claim.json", "source", "application/json", words.text("embedded.claim")),
        csv=Embedded(csv_name, "data", "text/csv", words.text("embedded.csv")),
    )


def _all_printable(part: Any) -> Any:
    """The same with every text in it made printable."""
    if isinstance(part, str):
        return printable(part)
    if isinstance(part, dict):
        return {key: _all_printable(value) for key, value in part.items()}
    return [_all_printable(value) for value in part] if isinstance(part, list | tuple) else part
