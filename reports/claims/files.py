"""A claim's files for people, written into its folder when it is created: PDF, workbook and CSV."""

import hashlib
from pathlib import Path

from pipeline.claims.document import Claim, encode
from reports.claims.csv import danish_csv, machine_csv
from reports.claims.pdf.pdf import write_pdf
from reports.claims.workbook.workbook import write_workbook

DANISH_CSV = "-da.csv"


def rendered_names(claim: Claim) -> tuple[set[str], set[str]]:
    """The names of the files that every claim has, and of those that it may have."""
    stem = f"{claim.account}-{claim.name}"
    return {f"{stem}{ending}" for ending in (".csv", ".xlsx", ".pdf")}, {f"{stem}{DANISH_CSV}"}


def write_claim_files(claim: Claim, folder: Path, csv_locale: str | None) -> None:
    """Write the workbook, the PDF and the CSV; with `csv_locale` da the CSV for Danish Excel as well."""
    claim_json = encode(claim)
    lines = machine_csv(claim)
    stem = f"{claim.account}-{claim.name}"
    (folder / f"{stem}.csv").write_bytes(lines)
    if csv_locale == "da":
        (folder / f"{stem}{DANISH_CSV}").write_bytes(danish_csv(claim))
    write_workbook(claim, hashlib.sha256(claim_json).hexdigest(), folder / f"{stem}.xlsx")
    write_pdf(claim, claim_json, lines, folder / f"{stem}.pdf")
