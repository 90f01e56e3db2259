"""The claim's control: is it complete, do its sheets agree, what the checks say, and what is not claimed."""

from collections.abc import Sequence

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.claims.document import Sum
from reports.claims import phrases
from reports.claims.workbook_book import SMALL, Book, grow, put_across, put_heads, put_section
from reports.claims.workbook_claim import References
from reports.excel_cells import (
    COUNT,
    ENERGY,
    MUTED,
    cell_at,
    font,
    money,
    put_text,
    put_value,
    rule_under,
)

_WIDTHS = (2, 15, 18, 18, 14, 14, 14, 9, 46)
_ALL = range(2, len(_WIDTHS) + 1)
_FINDING = range(5, 9)
_ALL_CHARACTERS, _FINDING_CHARACTERS, _LAST_CHARACTERS, _RULE_CHARACTERS = 160, 54, 48, 18
_FIGURES = {"lines": "count", "energy_kwh": "energy_kwh", "amount_incl_tax": "gross", "tax_amount": "of_which_tax"}


def fill_control(book: Book, totals: References, sessions: References, added_up: References, days: References) -> None:
    """Lay out the control; what stands where is said of the claim's totals, its sessions' sums and their formulas."""
    sheet = book.add_sheet(book.words.text("control"), _WIDTHS, landscape=True)
    book.put_sheet_opening(sheet, 2)
    row = _put_completeness(sheet, 4, book)
    row = _put_agreement(sheet, row, book, totals, sessions, added_up, days)
    row = _put_findings(sheet, row, book)
    row = _put_exclusions(sheet, row, book)
    row = _put_missing_receipts(sheet, row, book)
    sheet.print_area = f"A1:{get_column_letter(_ALL[-1])}{row - 2}"


def _put_completeness(sheet: Worksheet, row: int, book: Book) -> int:
    completeness, words = book.claim.completeness, book.words
    if completeness is None:
        return row
    row = put_section(sheet, row, _ALL, words.text("completeness"))
    counted = {name: words.count(getattr(completeness, name)) for name in ("sessions", "claimed", "excluded")}
    for text in (
        words.text("completeness.listed", moment=words.moment(completeness.listed_at)),
        words.text("completeness.counted", **counted),
        words.text("completeness.policy"),
        words.text(f"attribution.{book.claim.policy.attribution}"),
    ):
        put_across(sheet, row, _ALL, text, _ALL_CHARACTERS)
        row += 1
    return row + 1


def _put_agreement(
    sheet: Worksheet,
    row: int,
    book: Book,
    totals: References,
    sessions: References,
    added_up: References,
    days: References,
) -> int:
    """Each frozen figure beside what the formulas of the other sheets add up to, and whether they agree."""
    if not added_up:
        return row
    words = book.words
    row = put_section(sheet, row, _ALL, words.text("agreement"))
    put_across(sheet, row, _ALL, words.text("agreement.note"), _ALL_CHARACTERS, style=SMALL)
    row += 1
    heads = ("sheet", "figure", "currency", "agreement.frozen", "agreement.added_up", "agreement.result")
    put_heads(sheet, row, 2, (words.text(key) for key in heads), (3, 4))
    row += 1
    for total in book.claim.totals:
        currency = total.currency
        for name, frozen, other, figures in (
            (words.text("sheet.sessions"), totals, added_up, total.total),
            (words.text("days"), sessions, days, total.sessions),
        ):
            row = _put_agreements(sheet, row, name, currency, frozen[currency], other.get(currency, {}), figures, book)
    return row + 1


def _put_agreements(
    sheet: Worksheet,
    row: int,
    sheet_name: str,
    currency: str,
    frozen: dict[str, str],
    other: dict[str, str],
    figures: Sum,
    book: Book,
) -> int:
    words = book.words
    agree, differ = words.text("agreement.agrees"), words.text("agreement.differs")
    for figure, reference in other.items():
        for column, text in enumerate((sheet_name, words.text(_FIGURES[figure]), currency), start=2):
            put_text(sheet, row, column, text)
        value = getattr(figures, figure)
        result = words.text("not_known") if value is None else value
        number_format = {"lines": COUNT, "energy_kwh": ENERGY}.get(figure, book.money(currency))
        book.formulas.put(sheet, row, 5, f"={frozen[figure]}", result, number_format)
        book.formulas.put(sheet, row, 6, f"={reference}", result, number_format)
        book.formulas.put(sheet, row, 7, f'=IF(E{row}=F{row},"{agree}","{differ}")', agree, "General")
        cell_at(sheet, row, 7).alignment = Alignment(horizontal="left", vertical="center", indent=1)
        rule_under(sheet, row, range(2, 8))
        row += 1
    return row


def _put_findings(sheet: Worksheet, row: int, book: Book) -> int:
    claim, words = book.claim, book.words
    if claim.kind != "month" and not claim.findings:
        return row
    row = put_section(sheet, row, _ALL, words.text("findings"))
    if not claim.findings:
        return _put_nothing(sheet, row, words.text("findings.none"))
    heads = (words.text(key) for key in ("severity", "session", "rule", "finding"))
    put_heads(sheet, row, 2, (*heads, "", "", "", words.text("acceptance")))
    row += 1
    for finding in claim.findings:
        rule_under(sheet, row, _ALL)
        style = font(bold=finding.severity == "error")
        accepted = words.text("accepted", reason=finding.accepted) if finding.accepted is not None else ""
        _put_row(sheet, row, (words.text(f"severity.{finding.severity}"), finding.session_id or "", finding.rule))
        cell_at(sheet, row, 2).font = style
        text = f"{finding.detail} ({finding.finding_id})"
        put_across(sheet, row, _FINDING, text, _FINDING_CHARACTERS, style=style)
        put_text(sheet, row, 9, accepted).alignment = _WRAPPED
        grow(sheet, row, accepted, _LAST_CHARACTERS)
        grow(sheet, row, finding.rule, _RULE_CHARACTERS)
        row += 1
    return row + 1


def _put_exclusions(sheet: Worksheet, row: int, book: Book) -> int:
    claim, words = book.claim, book.words
    if claim.kind != "month" and not claim.exclusions:
        return row
    row = put_section(sheet, row, _ALL, words.text("exclusions"))
    if not claim.exclusions:
        return _put_nothing(sheet, row, words.text("exclusions.none"))
    heads = ("session", "started", "stopped", "car", "energy_kwh", "billed", "currency", "ground")
    put_heads(sheet, row, 2, (words.text(key) for key in heads), (4, 5))
    row += 1
    for exclusion in claim.exclusions:
        put_text(sheet, row, 2, exclusion.session_id)
        book.put_moment(sheet, row, 3, exclusion.started_at)
        book.put_moment(sheet, row, 4, exclusion.stopped_at)
        put_text(sheet, row, 5, exclusion.car or "")
        put_value(sheet, row, 6, exclusion.energy_kwh, ENERGY)
        digits = -int(exclusion.billed_incl_tax.as_tuple().exponent)  # its currency need not be one of the claim's
        put_value(sheet, row, 7, exclusion.billed_incl_tax, money(digits))
        put_text(sheet, row, 8, exclusion.currency)
        ground = phrases.ground(exclusion, words)
        put_text(sheet, row, 9, ground)
        for column in _ALL:
            cell = cell_at(sheet, row, column)
            cell.alignment = Alignment(horizontal=cell.alignment.horizontal, vertical="top", wrap_text=column == 9)
        grow(sheet, row, ground, _LAST_CHARACTERS)
        rule_under(sheet, row, _ALL)
        row += 1
    return row + 1


def _put_missing_receipts(sheet: Worksheet, row: int, book: Book) -> int:
    if not book.claim.missing_receipts:
        return row
    row = put_section(sheet, row, _ALL, book.words.text("receipts.missing"))
    for missing in book.claim.missing_receipts:
        rule_under(sheet, row, _ALL)
        _put_row(sheet, row, (missing.session_id,))
        put_across(sheet, row, _ALL[1:], missing.why, _ALL_CHARACTERS)
        row += 1
    return row + 1


_WRAPPED = Alignment(horizontal="left", vertical="top", wrap_text=True)


def _put_row(sheet: Worksheet, row: int, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts, start=2):
        put_text(sheet, row, column, text).alignment = _WRAPPED


def _put_nothing(sheet: Worksheet, row: int, text: str) -> int:
    put_across(sheet, row, _ALL, text, _ALL_CHARACTERS, style=font(color=MUTED))
    return row + 2
