"""A workbook as text that people can read and compare: one line per cell, and the set-up of each sheet."""

from pathlib import Path
from typing import Any

import openpyxl

_TYPES = {"s": "text", "n": "number", "d": "date", "f": "formula", "b": "bool", "e": "ERROR"}


def workbook_as_text(path: Path) -> str:
    """Its sheets, each with its set-up and its cells: place, type, value, number format, font and alignment."""
    formulas, results = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    lines = []
    for sheet in formulas.worksheets:
        lines += [f"===== {sheet.title} =====", *_set_up(sheet)]
        lines += [_cell(cell, results[sheet.title]) for row in sheet.iter_rows() for cell in row if _is_filled(cell)]
    return "\n".join(lines) + "\n"


def pages_as_text(path: Path) -> str:
    """The set-up of its sheets, without cells."""
    lines: list[str] = []
    for sheet in openpyxl.load_workbook(path).worksheets:
        lines += [f"===== {sheet.title} =====", *_set_up(sheet)]
    return "\n".join(lines) + "\n"


def _set_up(sheet: Any) -> list[str]:
    setup = sheet.page_setup
    lines = [
        f"paper {setup.paperSize}, {setup.orientation}, {setup.fitToWidth} wide, {setup.fitToHeight} high",
        f"print {sheet.print_area}, titles {sheet.print_title_rows}",
        f"frozen {sheet.freeze_panes}, filter {sheet.auto_filter.ref}",
        f"foot {sheet.oddFooter.left.text} | {sheet.oddFooter.right.text}",
        "widths " + " ".join(f"{name}:{column.width:g}" for name, column in sheet.column_dimensions.items()),
        "merged " + " ".join(sorted(f"{merged}" for merged in sheet.merged_cells.ranges)),
    ]
    for chart in sheet._charts:
        (columns,), (line,) = chart.series, chart._charts[1].series
        lines.append(f"chart {chart.title.tx.rich.p[0].r[0].t}")
        lines.append(f"chart {columns.val.numRef.f} and {line.val.numRef.f} by {columns.cat.numRef.f}")
    return lines


def _is_filled(cell: Any) -> bool:
    return cell.value is not None


def _cell(cell: Any, results: Any) -> str:
    kind = _TYPES[cell.data_type]
    value = repr(cell.value) if kind in ("text", "formula") else f"{cell.value}"
    if kind == "formula":
        value += f" = {results[cell.coordinate].value!r}"
    style = [f"{cell.font.sz:g}"]
    style += ["bold"] if cell.font.b else []
    style += ["italic"] if cell.font.i else []
    style += [cell.font.color.rgb[2:]]
    style += [f"on {cell.fill.fgColor.rgb[2:]}"] if cell.fill.patternType else []
    style += ["quoted"] if cell.quotePrefix else []
    style += [cell.alignment.horizontal or "general"]
    style += ["wraps"] if cell.alignment.wrap_text else []
    return f"{cell.coordinate} {kind} {value} [{cell.number_format}] {' '.join(style)}"
