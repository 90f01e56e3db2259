"""A claim as a PDF to hand in: a voucher of one page, its lines and the checks, typeset by `layout/claim.typ`.

The file is PDF/A-3a and, for screen readers, PDF/UA-1. It contains `claim.json` and the lines as CSV. The same claim
gives the same bytes: the layout reads only what this module passes to it, uses only the included fonts, and reads no
clock.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import typst

from pipeline.claims.document import Claim
from reports.claims import phrases
from reports.claims.pdf.checks import ChecksPart, checks_of
from reports.claims.pdf.lines import LinesPart, lines_of
from reports.claims.pdf.printable import FONTS, printable
from reports.claims.pdf.voucher import Voucher, voucher_of
from reports.claims.words import Words

_LAYOUT = Path(__file__).parent / "layout" / "claim.typ"
_REGIONS = {"da": "DK", "en": "GB"}


class EmbeddedFile(msgspec.Struct, frozen=True):
    """A file inside the PDF, and its relationship to the PDF: `source` or `data`."""

    name: str
    relationship: str
    media_type: str
    description: str


class PrintedClaim(msgspec.Struct, frozen=True, kw_only=True):
    """The layout's input: texts only, nothing to compute, and no text is run as code."""

    language: str
    region: str
    title: str
    author: str | None
    header: str  # on each page but the first
    footer: str
    page: str  # contains {page} and {pages}
    sha256_label: str
    sha256: str  # of claim.json
    voucher: Voucher
    lines: LinesPart
    checks: ChecksPart
    claim_json: EmbeddedFile
    csv: EmbeddedFile


def write_pdf(claim: Claim, claim_json: bytes, csv: bytes, path: Path) -> None:
    """Write a claim's PDF to `path`; embed `claim_json`, its canonical bytes, and `csv`, its lines, both in UTF-8."""
    compiler = typst.Compiler(
        input=_LAYOUT,
        root=_LAYOUT.parent,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS]),
        sys_inputs={
            "printed": msgspec.json.encode(
                _all_printable(msgspec.to_builtins(_printed_claim(claim, claim_json)))
            ).decode(),
            "claim_json": claim_json.decode(),
            "csv": csv.decode(),
        },
    )
    compiler.compile(
        output=path, format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=int(claim.created_at.timestamp())
    )


def _printed_claim(claim: Claim, claim_json: bytes) -> PrintedClaim:
    words = Words.of(claim)
    number = f"{words.text('claim_number')} {claim.number}"
    digest = sha256(claim_json).hexdigest()
    csv_name = f"{claim.account}-{claim.name}.csv"
    return PrintedClaim(
        language=claim.language,
        region=_REGIONS[claim.language],
        title=" · ".join(part for part in (phrases.title(claim, words), phrases.months(claim, words), number) if part),
        author=claim.driver.name or None,
        header=" · ".join(part for part in (phrases.title(claim, words), phrases.months(claim, words)) if part),
        footer=f"{number} · {words.text('account')}: {claim.account}",
        page=words.text("page", page="{page}", pages="{pages}"),
        sha256_label=words.text("sources.claim"),
        sha256=digest,
        voucher=voucher_of(claim, words),
        lines=lines_of(claim, words),
        checks=checks_of(claim, words, ("claim.json", csv_name)),
        claim_json=EmbeddedFile("claim.json", "source", "application/json", words.text("embedded.claim")),
        csv=EmbeddedFile(csv_name, "data", "text/csv", words.text("embedded.csv")),
    )


def _all_printable(part: Any) -> Any:
    """A copy of `part` in which every text is printable."""
    if isinstance(part, str):
        return printable(part)
    if isinstance(part, dict):
        return {key: _all_printable(value) for key, value in part.items()}
    return [_all_printable(value) for value in part] if isinstance(part, list | tuple) else part
