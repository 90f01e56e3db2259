"""A claim's files for people, written into its folder while it is being made."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from pipeline.claims.document import Claim
from reports.claims.csv import danish_csv, machine_csv
from reports.claims.pdf.pdf import write_pdf
from reports.claims.workbook.workbook import write_workbook


def renderer(csv_locale: str | None) -> Callable[[Claim, bytes, Path], None]:
    """What writes the workbook, the PDF and the CSV; with `csv_locale` da the CSV for Danish Excel beside it."""

    def render(claim: Claim, claim_json: bytes, folder: Path) -> None:
        lines = machine_csv(claim)
        stem = f"{claim.account}-{claim.name}"
        (folder / f"{stem}.csv").write_bytes(lines)
        if csv_locale == "da":
            (folder / f"{stem}-da.csv").write_bytes(danish_csv(claim))
        write_workbook(claim, hashlib.sha256(claim_json).hexdigest(), folder / f"{stem}.xlsx")
        write_pdf(claim, claim_json, lines, folder / f"{stem}.pdf")

    return render
