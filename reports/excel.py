"""A report as an Excel workbook that a driver can hand in: a summary, the sessions and, of a month, its days."""

import io
from datetime import UTC
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import NamedStyle
from openpyxl.writer.excel import ExcelWriter

from reports.excel_cells import font
from reports.excel_days import fill_days
from reports.excel_findings import SHEET, fill_findings, need_a_sheet
from reports.excel_sessions import fill_sessions
from reports.excel_summary import fill_summary
from reports.month import Report


def write_workbook(report: Report, path: Path) -> None:
    """Write the workbook. The same report gives the same bytes.

    Its figures are values, not formulas, and text from the API is always text: what is in the file was in the marts.
    """
    workbook = Workbook()
    normal: NamedStyle = workbook._named_styles["Normal"]  # type: ignore[attr-defined]  # no public way to it
    normal.font = font()  # the widths of columns are measured in its digits
    summary = workbook.worksheets[0]
    summary.title = "Summary"
    fill_sessions(workbook.create_sheet("Sessions"), report)
    has_days = bool(report.totals) and not report.period.is_year
    fill_summary(summary, report, fill_days(workbook.create_sheet("Days"), report) if has_days else {})
    if need_a_sheet(report):
        fill_findings(workbook.create_sheet(SHEET), report)
    _describe(workbook, report)
    _save(workbook, report, path)


def _describe(workbook: Workbook, report: Report) -> None:
    generated_at = report.generated_at.astimezone(UTC).replace(tzinfo=None)
    workbook.properties.creator = "Ladebog"
    workbook.properties.title = f"Charging report, {report.account}, {report.period.label}"
    workbook.properties.created = generated_at
    workbook.properties.modified = generated_at


def _save(workbook: Workbook, report: Report, path: Path) -> None:
    """Save without the time of day that openpyxl and zip files carry: every member has the report's own."""
    written = io.BytesIO()
    ExcelWriter(workbook, ZipFile(written, "w")).save()
    moment = report.generated_at.astimezone(UTC).timetuple()[:6]
    with ZipFile(written) as members, ZipFile(path, "w") as archive:
        for name in members.namelist():
            entry = ZipInfo(name, date_time=moment)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, members.read(name))
