"""A report as files in a folder, each replaced as a whole."""

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
    """Write a report into `folder`, created if missing, and return the files, such as `home-2025-03.xlsx`.

    Raises ValueError for a format that is not in FORMATS, or an account whose name could lead out of the folder.
    """
    unknown = [name for name in formats if name not in _FILES]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a format of a report (formats: {', '.join(FORMATS)}).")
    if name_fault(report.account):
        raise ValueError(f"{report.account!r} is not a valid name of an account.")
    make_folder(folder)
    written_paths = []
    for name, files in _FILES.items():
        if name in formats:
            for ending, write in files.items():
                path = folder / f"{report.account}-{report.period.name}{ending}"
                with replacing(path) as new_file:
                    write(report, new_file)
                written_paths.append(path)
    return written_paths
