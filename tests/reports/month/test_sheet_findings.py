"""The findings of the checks in the workbook."""

from dataclasses import replace
from pathlib import Path

from openpyxl import Workbook, load_workbook

from reports.month.report import Report
from reports.month.workbook import write_workbook
from tests.scenarios.written_logbook import WrittenLogbook


def write_and_open(report: Report, folder: Path) -> Workbook:
    write_workbook(report, folder / "report.xlsx")
    return load_workbook(folder / "report.xlsx")


def last_texts(workbook: Workbook, count: int) -> list[str]:
    texts = [value for row in workbook["Summary"].values for value in row if isinstance(value, str)]
    return texts[-count:]


def report_with_findings(report: Report, count: int) -> Report:
    """The report with `count` copies of its first finding, the first of them an error."""
    finding = report.findings[0]
    numbered = [
        {**finding, "finding_id": f"{number:012x}", "severity": "warning" if number else "error"}
        for number in range(count)
    ]
    return replace(report, findings=tuple(numbered))


def test_few_findings_are_on_the_summary(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    report = report_logbook.report("2025-04")
    (finding,) = report.findings
    workbook = write_and_open(report, tmp_path)
    assert last_texts(workbook, 3) == [
        "Findings",
        "Session 5",
        "Warning: It was billed as 18.30 EUR. It is not added to amounts in DKK, and the tax in it is not known. "
        f"Attach its receipt to the claim: ladebog claim attach FILE (finding {finding['finding_id']})",
    ]
    assert "Checks" not in workbook.sheetnames


def test_findings_of_a_year_name_their_month(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    assert last_texts(write_and_open(report_logbook.report("2025"), tmp_path), 2)[0] == "2025-04, session 5"


def test_many_findings_have_their_own_sheet(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    report = report_with_findings(report_logbook.report("2025-04"), 9)
    workbook = write_and_open(report, tmp_path)
    assert last_texts(workbook, 2) == ["Findings", "Errors: 1, warnings: 8. See the sheet “Checks”."]
    headings, first, *others = workbook["Checks"].values
    assert headings == ("Severity", "Month", "Session", "Rule", "Finding", "Description and what to do")
    assert first == ("error", "2025-04", "5", "foreign_currency", "000000000000", report.findings[0]["detail"])
    assert len(others) == 8


def test_without_findings_the_summary_ends_with_known_gaps(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    assert last_texts(write_and_open(report_logbook.report("2025-03"), tmp_path), 2) == [
        "Known gaps",
        "Nothing is known to be missing.",
    ]
