"""The sheet of the checks: completeness, findings of the checks, sessions not claimed, and whether the sheets agree."""

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.claims.document import Sum, Total
from reports.claims import phrases
from reports.claims.workbook.book import SMALL, Book, fit_height, put_across, put_currency, put_headings
from reports.claims.workbook.sheet_claim import References
from reports.excel.cells import (
    COUNT,
    ENERGY,
    MUTED,
    cell_at,
    font,
    money_format,
    put_section,
    put_text,
    put_value,
    rule_under,
)
from reports.excel.formulas import Formula, quoted

_WIDTHS = (2, 15, 18, 18, 13, 16, 15, 12, 46)
_ALL = range(2, len(_WIDTHS) + 1)
_FINDING = range(5, 9)
_ALL_CHARACTERS, _FINDING_CHARACTERS, _LAST_CHARACTERS, _RULE_CHARACTERS = 160, 58, 48, 18
_FORMATS = {"lines": COUNT, "energy_kwh": ENERGY, "amount_incl_tax": None, "tax_amount": None}  # None: money


@dataclass(frozen=True)
class FigureCells:
    """Cells to compare: the claim's totals, those of its sessions alone, and the sums that formulas compute."""

    totals: References
    sessions: References
    sums_of_lines: References
    sums_of_days: References


def fill_checks(book: Book, cells: FigureCells) -> None:
    """Lay out the sheet."""
    sheet = book.add_sheet(book.words.text("checks"), _WIDTHS, landscape=True)
    book.put_opening(sheet, 2, sheet.title)
    row = _put_completeness(sheet, 4, book)
    row = _put_findings(sheet, row, book)
    row = _put_exclusions(sheet, row, book)
    row = _put_missing_receipts(sheet, row, book)
    row = _put_agreement(sheet, row, book, cells)
    sheet.print_area = f"A1:{get_column_letter(_ALL[-1])}{row - 2}"


def _put_completeness(sheet: Worksheet, row: int, book: Book) -> int:
    completeness, words = book.claim.completeness, book.words
    if completeness is None:
        return row
    row = put_section(sheet, row, _ALL, words.text("completeness"))
    for text in (
        words.text("completeness.listed", moment=words.moment(completeness.listed_at)),
        phrases.counted_sessions(completeness, words),
        words.text("completeness.policy"),
        words.text(f"attribution.{book.claim.policy.attribution}"),
    ):
        put_across(sheet, row, _ALL, text, _ALL_CHARACTERS)
        row += 1
    return row + 1


def _put_agreement(sheet: Worksheet, row: int, book: Book, cells: FigureCells) -> int:
    """The claim's fixed figures next to the sums of the other sheets, and whether they agree."""
    if not book.claim.lines:
        return row
    words = book.words
    row = put_section(sheet, row, _ALL, words.text("agreement"))
    put_across(sheet, row, _ALL, words.text("agreement.note"), _ALL_CHARACTERS, style=SMALL)
    heads = ("count", "energy_kwh", "gross", "of_which_tax", "currency", "agreement.result")
    put_headings(sheet, row + 1, 2, (words.text("sheet"), "", *(words.text(key) for key in heads)), "llrrrrml")
    row += 2
    for total in book.claim.totals:
        of_lines, of_days = cells.sums_of_lines[total.currency], cells.sums_of_days.get(total.currency)
        _put_figures(sheet, row, words.text("claim"), cells.totals[total.currency], total, total.total, book)
        _put_figures(sheet, row + 1, words.text("sheet.sessions"), of_lines, total, total.total, book)
        _put_result(sheet, row + 1, of_lines, cells.totals[total.currency], book)
        row += 2
        if of_days:
            _put_figures(sheet, row, words.text("agreement.days"), of_days, total, total.sessions, book)
            _put_result(sheet, row, of_days, cells.sessions[total.currency], book)
            row += 1
    return row + 1


def _put_figures(
    sheet: Worksheet, row: int, name: str, figures: dict[str, str], total: Total, results: Sum, book: Book
) -> None:
    put_text(sheet, row, 2, name)
    put_currency(sheet, row, 8, total.currency)
    for column, (figure, number_format) in enumerate(_FORMATS.items(), start=4):
        if figure in figures:
            value = getattr(results, figure)
            result = book.words.text("unknown") if value is None else value
            cell_format = number_format or book.money_format(total.currency)
            book.formulas.put(sheet, row, column, Formula(f"={figures[figure]}", result, cell_format))
    rule_under(sheet, row, _ALL)


def _put_result(sheet: Worksheet, row: int, figures: dict[str, str], claimed_cells: dict[str, str], book: Book) -> None:
    agree, differ = book.words.text("agreement.agrees"), book.words.text("agreement.differs")
    pairs = ",".join(f"{place}={claimed_cells[figure]}" for figure, place in figures.items())
    formula = Formula(f"=IF(AND({pairs}),{quoted(agree)},{quoted(differ)})", agree, "General")
    book.formulas.put(sheet, row, 9, formula, align="left")


def _put_findings(sheet: Worksheet, row: int, book: Book) -> int:
    claim, words = book.claim, book.words
    if claim.kind != "month" and not claim.findings:
        return row
    row = put_section(sheet, row, _ALL, words.text("findings"))
    if not claim.findings:
        return _put_nothing(sheet, row, words.text("findings.none"))
    heads = (words.text(key) for key in ("severity", "session", "rule", "finding"))
    put_headings(sheet, row, 2, (*heads, "", "", "", words.text("acceptance")), "llllllll")
    row += 1
    for finding in claim.findings:
        rule_under(sheet, row, _ALL)
        style = font(bold=finding.severity == "error")
        acceptance = words.text("accepted", reason=finding.accepted) if finding.accepted is not None else ""
        title = phrases.finding(finding, words)
        _put_row(sheet, row, (words.text(f"severity.{finding.severity}"), finding.session_id or "", title))
        cell_at(sheet, row, 2).font = style
        text = f"{phrases.finding_detail(finding, words)} ({finding.rule} {finding.finding_id})"
        put_across(sheet, row, _FINDING, text, _FINDING_CHARACTERS, style=style)
        put_text(sheet, row, 9, acceptance).alignment = _WRAPPED
        fit_height(sheet, row, acceptance, _LAST_CHARACTERS)
        fit_height(sheet, row, title, _RULE_CHARACTERS)
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
    put_headings(sheet, row, 2, (words.text(key) for key in heads), "llllrrml")
    row += 1
    for exclusion in claim.exclusions:
        put_text(sheet, row, 2, exclusion.session_id)
        book.put_moment(sheet, row, 3, exclusion.started_at)
        book.put_moment(sheet, row, 4, exclusion.stopped_at)
        put_text(sheet, row, 5, exclusion.car or "")
        put_value(sheet, row, 6, exclusion.energy_kwh, ENERGY)
        digits = -int(exclusion.billed_incl_tax.as_tuple().exponent)  # its currency need not be one of the claim's
        put_value(sheet, row, 7, exclusion.billed_incl_tax, money_format(digits))
        put_currency(sheet, row, 8, exclusion.currency)
        ground = phrases.ground(exclusion, words)
        put_text(sheet, row, 9, ground)
        for column in _ALL:
            cell = cell_at(sheet, row, column)
            cell.alignment = Alignment(horizontal=cell.alignment.horizontal, vertical="center", wrap_text=column == 9)
        fit_height(sheet, row, ground, _LAST_CHARACTERS)
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


_WRAPPED = Alignment(horizontal="left", vertical="center", wrap_text=True)


def _put_row(sheet: Worksheet, row: int, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts, start=2):
        put_text(sheet, row, column, text).alignment = _WRAPPED


def _put_nothing(sheet: Worksheet, row: int, text: str) -> int:
    put_across(sheet, row, _ALL, text, _ALL_CHARACTERS, style=font(color=MUTED))
    return row + 2
