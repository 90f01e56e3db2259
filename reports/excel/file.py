"""A new workbook with the report's typeface and title, saved so that equal content gives equal bytes."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import NamedStyle
from openpyxl.writer.excel import ExcelWriter

from reports.excel.cells import font


def new_workbook(title: str, created_at: datetime) -> Workbook:
    """A workbook with one empty sheet. `created_at` is an aware time: the workbook's time of creation."""
    workbook = Workbook()
    normal: NamedStyle = workbook._named_styles["Normal"]  # type: ignore[attr-defined]  # has no public name
    normal.font = font()  # Excel measures column widths in its digits
    workbook.properties.creator = "Ladebog"
    workbook.properties.title = title
    workbook.properties.created = workbook.properties.modified = created_at.astimezone(UTC).replace(tzinfo=None)
    return workbook


def save(workbook: Workbook, path: Path, finish: Callable[[str, bytes], bytes] = lambda _, content: content) -> None:
    """Save with the workbook's own time in every member of the zip file, where openpyxl would write the current time.

    `finish` gets each member's name and content, and returns the content to write.
    """
    buffer = io.BytesIO()
    ExcelWriter(workbook, ZipFile(buffer, "w")).save()
    moment = workbook.properties.created.timetuple()[:6]
    with ZipFile(buffer) as members, ZipFile(path, "w") as archive:
        for name in members.namelist():
            entry = ZipInfo(name, date_time=moment)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, finish(name, members.read(name)))
