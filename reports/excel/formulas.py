"""Formulas with stored results, for readers that do not compute them: previews, protected views, other programs.

openpyxl writes a formula without its result, so the results are added to the file's XML when it is saved.
"""

from dataclasses import dataclass
from decimal import Decimal

from lxml import etree
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from reports.excel.cells import put_value
from reports.excel.text import for_cell

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def quoted(text: str) -> str:
    """Text as a string in a formula."""
    return '"' + for_cell(text).replace('"', '""') + '"'


@dataclass(frozen=True)
class Formula:
    """A formula, which starts with `=` and has English function names, with its result and number format."""

    text: str
    result: Decimal | int | str
    number_format: str


class Formulas:
    """The formulas of a workbook and their results, collected until it is saved."""

    def __init__(self) -> None:
        self._results: list[tuple[Worksheet, str, Decimal | int | str]] = []

    def put(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        formula: Formula,
        *,
        style: Font | None = None,
        align: str = "right",
    ) -> Cell:
        """Put in a formula, and store its result for `finish`."""
        cell = put_value(sheet, row, column, None, formula.number_format, style=style, align=align)
        cell.value = formula.text
        self._results.append((sheet, cell.coordinate, formula.result))
        return cell

    def finish(self, name: str, content: bytes) -> bytes:
        """Add the results to a member of the saved workbook; the argument for `save`."""
        results = {place: result for sheet, place, result in self._results if sheet.path == f"/{name}"}
        if not results:
            return content
        sheet = etree.fromstring(content)
        for cell in sheet.iter(f"{_MAIN}c"):
            result = results.get(cell.get("r", ""))
            if result is not None:
                if isinstance(result, str):
                    cell.set("t", "str")
                value = cell.find(f"{_MAIN}v")
                (etree.SubElement(cell, f"{_MAIN}v") if value is None else value).text = str(result)
        return etree.tostring(sheet, xml_declaration=True, encoding="UTF-8", standalone=True)
