"""The findings of the checks in the workbook: on the summary if they are few, else on their own sheet."""

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.excel.cells import MUTED, font, height_of_lines, put_header, put_text, rule_under, set_up_page
from reports.month.report import Report, Row

SHEET = "Checks"

_MOST_ON_THE_SUMMARY = 8
_SUBJECT_CHARACTERS = 24  # that fit on a line of the summary's first column
_SUMMARY_CHARACTERS = 94  # that fit on a line across its other columns
_DETAIL_CHARACTERS = 92  # that fit on a line of the column on the findings' own sheet
_HEADINGS = {"Severity": 10, "Month": 10, "Session": 13, "Rule": 24, "Finding": 16, "Description and what to do": 84}


def needs_sheet(report: Report) -> bool:
    """Whether there are too many findings for the summary."""
    return len(report.findings) > _MOST_ON_THE_SUMMARY


def put_findings(sheet: Worksheet, top: int, report: Report, columns: range) -> int:
    """Put the findings on the summary, from row `top` on and across `columns`; returns the last row."""
    first, last = columns[0], columns[-1]
    if needs_sheet(report):
        errors = sum(finding["severity"] == "error" for finding in report.findings)
        text = f"Errors: {errors}, warnings: {len(report.findings) - errors}. See the sheet “{SHEET}”."
        put_text(sheet, top, first, text, style=font(bold=errors > 0))
        return top
    for row, finding in enumerate(report.findings, start=top):
        subject = _subject(finding, report)
        text = f"{finding['severity'].capitalize()}: {finding['detail']} (finding {finding['finding_id']})"
        put_text(sheet, row, first, subject, style=font(color=MUTED)).alignment = _WRAPPED
        sheet.merge_cells(start_row=row, end_row=row, start_column=first + 1, end_column=last)
        style = font(bold=finding["severity"] == "error")
        put_text(sheet, row, first + 1, text, style=style).alignment = _WRAPPED
        sheet.row_dimensions[row].height = max(
            height_of_lines(len(text), _SUMMARY_CHARACTERS), height_of_lines(len(subject), _SUBJECT_CHARACTERS)
        )
    return top + len(report.findings) - 1


def fill_findings(sheet: Worksheet, report: Report) -> None:
    """Lay out all findings, one per row, on their own sheet."""
    for column, (heading, width) in enumerate(_HEADINGS.items(), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        put_header(sheet, 1, column, heading, align="left")
    for row, finding in enumerate(report.findings, start=2):
        cells = (
            finding["severity"],
            _month(finding),
            finding["session_id"] or "",
            finding["rule"],
            finding["finding_id"],
            finding["detail"],
        )
        for column, text in enumerate(cells, start=1):
            style = font(bold=finding["severity"] == "error")
            put_text(sheet, row, column, text, style=style).alignment = _WRAPPED
        rule_under(sheet, row, range(1, len(_HEADINGS) + 1))
        sheet.row_dimensions[row].height = height_of_lines(len(finding["detail"]), _DETAIL_CHARACTERS)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    set_up_page(sheet, report.footer, landscape=True)


_WRAPPED = Alignment(vertical="top", wrap_text=True)


def _subject(finding: Row, report: Report) -> str:
    """`Session 648418`; in a report of a year `2025-03, session 648418`."""
    parts = [_month(finding)] if report.period.is_year else []
    parts += [f"session {finding['session_id']}"] if finding["session_id"] else []
    text = ", ".join(part for part in parts if part) or "The archive"
    return text[0].upper() + text[1:]


def _month(finding: Row) -> str:
    return f"{finding['month']:%Y-%m}" if finding["month"] else ""
