"""A report as an Excel workbook that a driver can hand in: summary, sessions, the days of a month, and findings."""

from pathlib import Path

from reports.excel.file import new_workbook, save
from reports.month.report import Report
from reports.month.sheet_days import fill_days
from reports.month.sheet_findings import SHEET, fill_findings, needs_sheet
from reports.month.sheet_sessions import fill_sessions
from reports.month.sheet_summary import fill_summary


def write_workbook(report: Report, path: Path) -> None:
    """Write the workbook. The same report gives the same bytes.

    All figures are values from the marts, not formulas, and text from the API is never read as a formula.
    """
    workbook = new_workbook(f"Charging report, {report.account}, {report.period.label}", "en", report.generated_at)
    summary = workbook.worksheets[0]
    summary.title = "Summary"
    fill_sessions(workbook.create_sheet("Sessions"), report)
    has_days = bool(report.totals) and not report.period.is_year
    fill_summary(summary, report, fill_days(workbook.create_sheet("Days"), report) if has_days else {})
    if needs_sheet(report):
        fill_findings(workbook.create_sheet(SHEET), report)
    save(workbook, path)
