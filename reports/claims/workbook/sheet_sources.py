"""The sources of a claim: checksums, versions, the newest raw segment and journal entry, attachments, documents."""

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.claims.document import Head
from reports.claims.workbook.book import Book, put_across, put_headings
from reports.excel.cells import COUNT, MUTED, font, put_section, put_text, put_value, rule_under

_WIDTHS = (2, 9, 17, 67, 67, 12)
_ALL = range(2, len(_WIDTHS) + 1)
_ALL_CHARACTERS = 170
_SESSION, _NAME, _SHA256, _SIZE = 2, 4, 5, 6


def fill_sources(book: Book) -> None:
    """Lay out the sources."""
    sheet = book.add_sheet(book.words.text("sources"), _WIDTHS, landscape=True)
    book.put_opening(sheet, 2, sheet.title)
    row = _put_chains(sheet, 4, book)
    row = _put_attachments(sheet, row + 1, book)
    row = _put_documents(sheet, row + 1, book)
    sheet.print_area = f"A1:{get_column_letter(_ALL[-1])}{row - 1}"


def _put_chains(sheet: Worksheet, row: int, book: Book) -> int:
    words, sources = book.words, book.claim.sources
    facts = (
        (words.text("sources.claim"), "claim.json", book.claim_sha256),
        _head(words.text("sources.raw"), sources.raw, book),
        _head(words.text("sources.journal"), sources.journal, book),
        _head(words.text("sources.previous"), sources.previous_claim, book),
        (words.text("sources.version"), sources.ladebog_version, ""),
        (words.text("sources.rules"), f"{sources.rules}", ""),
    )
    for label, name, sha256 in facts:
        put_text(sheet, row, 2, label, style=font(color=MUTED))
        put_text(sheet, row, _NAME, name)
        put_text(sheet, row, _SHA256, sha256)
        rule_under(sheet, row, range(2, 6))
        row += 1
    put_across(sheet, row, _ALL, words.text("sources.checksum"), _ALL_CHARACTERS)
    return row + 1


def _head(label: str, head: Head | None, book: Book) -> tuple[str, str, str]:
    return (label, book.words.text("sources.none"), "") if head is None else (label, head.name, head.sha256)


def _put_attachments(sheet: Worksheet, row: int, book: Book) -> int:
    words = book.words
    row = put_section(sheet, row, _ALL, words.text("attachments"))
    if not book.claim.attachments:
        put_text(sheet, row, 2, words.text("attachments.none"), style=font(color=MUTED))
        return row + 1
    put_headings(sheet, row, 2, (words.text("session"), "", words.text("file"), "SHA-256", words.text("size")), "llllr")
    for attachment in book.claim.attachments:
        row += 1
        put_text(sheet, row, _SESSION, attachment.session_id or "")
        put_text(sheet, row, _NAME, attachment.name)
        put_text(sheet, row, _SHA256, attachment.sha256)
        put_value(sheet, row, _SIZE, attachment.size, COUNT)
        rule_under(sheet, row, _ALL)
    return row + 1


def _put_documents(sheet: Worksheet, row: int, book: Book) -> int:
    """The documents of each line; the table's headings repeat on every printed page."""
    words = book.words
    if not book.claim.lines:
        return row
    row = put_section(sheet, row, _ALL, words.text("sources.lines"))
    heads = ("line", "session", "sources.document", "sources.curve")
    put_headings(sheet, row, 2, (words.text(key) for key in heads), "llll")
    sheet.print_title_rows = f"{row}:{row}"
    for place, line in enumerate(book.claim.lines, start=1):
        row += 1
        put_value(sheet, row, 2, place, COUNT, align="left")
        put_text(sheet, row, 3, line.session_id)
        put_text(sheet, row, 4, line.document_sha256)
        put_text(sheet, row, 5, line.curve_sha256 or words.text("sources.none"))
        rule_under(sheet, row, range(2, 6))
    return row + 1
