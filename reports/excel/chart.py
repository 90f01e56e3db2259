"""The workbook's chart: energy as columns, and its cost as a line with its own axis."""

from dataclasses import dataclass

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.axis import ChartLines, NumericAxis
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import Series
from openpyxl.chart.series_factory import SeriesFactory
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.worksheet.worksheet import Worksheet

from reports.excel.cells import ACCENT, COUNT, LINE, MUTED, TYPEFACE

_COST = "D08A2E"
_COST_AXIS = 200


@dataclass(frozen=True)
class ChartData:
    """The cells of a chart's figures: rows `first` to `last` of a sheet."""

    sheet: Worksheet
    first: int
    last: int
    label_column: int
    energy_column: int
    cost_column: int


def place_chart(chart: BarChart, sheet: Worksheet, *, columns: range, rows: range) -> None:
    """Put a chart over those columns and rows, whatever their widths in the reader's typeface."""
    chart.anchor = TwoCellAnchor(  # type: ignore[assignment]  # the stub allows only names of cells
        editAs="twoCell",
        _from=AnchorMarker(col=columns[0] - 1, row=rows[0] - 1),
        to=AnchorMarker(col=columns[-1], row=rows[-1]),
    )
    sheet.add_chart(chart)


def energy_and_cost(
    data: ChartData,
    cost: str,
    currency: str,
    label_format: str,
    *,
    title: str,
    description: str,
    energy: str = "Energy (kWh)",
    margin: float = 0.07,
) -> BarChart:
    """The chart of those rows. Labels are dates in `label_format`; `energy` and `cost` are the names of the series.

    `description` is the text for those who cannot see it, and `margin` the fraction of the width left on each side for
    the figures of the axes.
    """
    columns = BarChart()
    columns.description = description  # type: ignore[attr-defined]  # which `file.save` writes
    columns.title = _title(title, 10)
    columns.type = "col"
    columns.gapWidth = 45
    columns.legend.position = "t"
    columns.legend.txPr = _text(9, MUTED)
    columns.graphical_properties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    columns.layout = Layout(
        ManualLayout(xMode="edge", yMode="edge", layoutTarget="inner", x=margin, y=0.2, w=1 - 2 * margin, h=0.66)
    )
    columns.append(_energy(data, energy))
    columns.set_categories(_cells(data, data.label_column))
    columns.x_axis.number_format = label_format
    columns.x_axis.delete = False
    columns.x_axis.majorTickMark = "none"
    columns.x_axis.tickLblPos = "low"
    columns.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=LINE))
    columns.x_axis.txPr = _text(8, MUTED)
    _format_axis(columns.y_axis, "kWh")
    columns.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill=LINE, w=6350)))

    line = LineChart()
    line.append(_cost(data, f"{cost} ({currency})"))
    line.set_categories(_cells(data, data.label_column))
    _format_axis(line.y_axis, currency)
    line.y_axis.axId = _COST_AXIS
    line.y_axis.crosses = "max"
    line.y_axis.majorGridlines = None
    columns += line
    return columns


def _energy(data: ChartData, title: str) -> Series:
    series: Series = SeriesFactory(_cells(data, data.energy_column), title=title)
    series.graphicalProperties = GraphicalProperties(solidFill=ACCENT, ln=LineProperties(noFill=True))
    series.invertIfNegative = False
    return series


def _cost(data: ChartData, title: str) -> Series:
    series: Series = SeriesFactory(_cells(data, data.cost_column), title=title)
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=_COST, w=12700))
    dot = GraphicalProperties(solidFill=_COST, ln=LineProperties(solidFill=_COST))
    series.marker = Marker(symbol="circle", size=4, spPr=dot)
    series.smooth = False
    return series


def _cells(data: ChartData, column: int) -> Reference:
    return Reference(data.sheet, min_col=column, max_col=column, min_row=data.first, max_row=data.last)


def _format_axis(axis: NumericAxis, title: str) -> None:
    axis.title = _title(title, 9)
    axis.delete = False
    axis.number_format = COUNT
    axis.majorTickMark = "none"
    axis.scaling.min = 0
    axis.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    axis.txPr = _text(8, MUTED)


def _title(text: str, size: int) -> Title:
    letters = _characters(size, MUTED)
    heading = Paragraph(pPr=ParagraphProperties(defRPr=letters), r=[RegularTextRun(rPr=letters, t=text)])
    return Title(tx=Text(rich=RichText(p=[heading])), overlay=False)


def _text(size: int, color: str) -> RichText:
    properties = _characters(size, color)
    return RichText(
        bodyPr=RichTextProperties(),
        p=[Paragraph(pPr=ParagraphProperties(defRPr=properties), endParaRPr=properties)],
    )


def _characters(size: int, color: str) -> CharacterProperties:
    """Letters of that many points."""
    return CharacterProperties(sz=100 * size, b=False, solidFill=color, latin=Font(typeface=TYPEFACE))
