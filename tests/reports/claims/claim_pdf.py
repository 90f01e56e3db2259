"""Claims as PDF files, for the tests that read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.claims.document import Claim, encode
from pipeline.settings.schema import Language
from reports.claims.pdf.pdf import write_pdf
from tests.reports.claims.crowded_claim import crowded_claim
from tests.reports.claims.hard_claim import corrections_claim, hard_claim, reversal_claim, zero_claim

CSV = 'Nr.;Opladning;Note\r\n1;700000;"æøå; 日本"\r\n'.encode()


def many_lines(language: Language) -> Claim:
    """A claim of 200 sessions and everything else."""
    return hard_claim(language, sessions=200)


CLAIMS: dict[str, Callable[[Language], Claim]] = {
    "hard": hard_claim,
    "zero": zero_claim,
    "corrections": corrections_claim,
    "reversal": reversal_claim,
    "many": many_lines,
    "crowded": crowded_claim,
}


def write_claim_pdf(claim: Claim, folder: Path) -> Path:
    """Write the claim's PDF into that folder."""
    path = folder / f"{claim.name}-{claim.language}.pdf"
    write_pdf(claim, encode(claim), CSV, path)
    return path
