"""A claim as an Excel workbook: the voucher, its lines, the month's days, the checks and the sources."""

from pathlib import Path

from pipeline.claims.document import Claim
from reports.claims import phrases
from reports.claims.words import Words
from reports.claims.workbook.book import Book
from reports.claims.workbook.sheet_checks import FigureCells, fill_checks
from reports.claims.workbook.sheet_claim import fill_claim
from reports.claims.workbook.sheet_days import fill_days
from reports.claims.workbook.sheet_sessions import fill_sessions
from reports.claims.workbook.sheet_sources import fill_sources
from reports.excel.file import new_workbook, save
from reports.excel.formulas import Formulas


def write_workbook(claim: Claim, claim_sha256: str, path: Path) -> None:
    """Write the workbook; `claim_sha256` is the SHA-256 of `claim.json`. The same claim gives the same bytes.

    The first sheet has the claim's totals as values. The other sheets add up their lines with formulas, and the
    sheet of the checks compares both. Text is never read as a formula or a number.
    """
    words = Words.of(claim)
    workbook = new_workbook(phrases.subject(claim, words), words.language, claim.created_at)
    workbook.remove(workbook.worksheets[0])
    book = Book(claim, claim_sha256, words, workbook, Formulas())
    totals, sessions = fill_claim(book)
    sums_of_lines = fill_sessions(book)
    sums_of_days = fill_days(book)
    fill_checks(book, FigureCells(totals, sessions, sums_of_lines, sums_of_days))
    fill_sources(book)
    save(workbook, path, book.formulas.finish)
