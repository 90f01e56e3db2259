"""A report as files in a folder, each replaced whole."""

from collections.abc import Callable, Collection
from pathlib import Path

from pipeline.logbook.files import make_folder, replacing
from pipeline.settings.names import name_fault
from reports.month.csv import write_months, write_sessions
from reports.month.report import Report
from reports.month.workbook import write_workbook

_FILES: dict[str, dict[str, Callable[[Report, Path], None]]] = {
    "xlsx": {".xlsx": write_workbook},
    "csv": {"-sessions.csv": write_sessions, "-months.csv": write_months},
}
FORMATS = tuple(_FILES)


def write_report(report: Report, formats: Collection[str], folder: Path) -> list[Path]:
    """Write a report into `folder`, made if missing, and return the files: `home-2025-03.xlsx`, for one.

    Raises ValueError for a format that is none of FORMATS, or an account whose name could lead out of the folder.
    """
    unknown = [name for name in formats if name not in _FILES]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no format of a report (formats: {', '.join(FORMATS)}).")
    if name_fault(report.account):
        raise ValueError(f"{report.account!r} is no name of an account.")
    make_folder(folder)
    written = []
    for name, files in _FILES.items():
        if name in formats:
            for ending, write in files.items():
                path = folder / f"{report.account}-{report.period.name}{ending}"
                with replacing(path) as beside:
                    write(report, beside)
                written.append(path)
    return written
