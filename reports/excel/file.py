"""A new workbook with the report's typeface and title, saved so that equal content gives equal bytes."""

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree
from openpyxl import Workbook
from openpyxl.styles import NamedStyle
from openpyxl.writer.excel import ExcelWriter

from pipeline.settings.schema import Language
from reports.excel.cells import font


def new_workbook(title: str, language: Language, created_at: datetime) -> Workbook:
    """A workbook with one empty sheet. `created_at` is an aware time: the workbook's time of creation."""
    workbook = Workbook()
    normal: NamedStyle = workbook._named_styles["Normal"]  # type: ignore[attr-defined]  # has no public name
    normal.font = font()  # Excel measures column widths in its digits
    workbook.properties.creator = "Ladebog"
    workbook.properties.title = title
    workbook.properties.language = language
    workbook.properties.created = workbook.properties.modified = created_at.astimezone(UTC).replace(tzinfo=None)
    return workbook


def save(workbook: Workbook, path: Path, finish: Callable[[str, bytes], bytes] = lambda _, content: content) -> None:
    """Save with the workbook's own time in every member of the zip file, where openpyxl would write the current time.

    `finish` gets each member's name and content, and returns the content to write.
    """
    buffer = io.BytesIO()
    ExcelWriter(workbook, ZipFile(buffer, "w")).save()
    moment = workbook.properties.created.timetuple()[:6]
    descriptions = _descriptions(workbook)
    with ZipFile(buffer) as members, ZipFile(path, "w") as archive:
        for name in members.namelist():
            entry = ZipInfo(name, date_time=moment)
            entry.compress_type = ZIP_DEFLATED
            content = members.read(name)
            if name in descriptions:
                content = _described(content, descriptions[name])
            archive.writestr(entry, finish(name, content))


def _descriptions(workbook: Workbook) -> dict[str, list[str]]:
    """The texts of each sheet's charts by the name of the member that places them."""
    sheets = [charts for sheet in workbook.worksheets if (charts := sheet._charts)]  # type: ignore[attr-defined]
    return {
        f"xl/drawings/drawing{number}.xml": [chart.description for chart in charts]
        for number, charts in enumerate(sheets, 1)
    }


def _described(drawing: bytes, descriptions: Sequence[str]) -> bytes:
    """The drawing with the texts of its charts, for which openpyxl has no parameter."""
    root = etree.fromstring(drawing)
    for properties, description in zip(root.iter("{*}cNvPr"), descriptions, strict=True):
        properties.set("descr", description)
    return etree.tostring(root)
