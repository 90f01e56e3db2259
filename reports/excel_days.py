"""The workbook's sheet of days: what a month's chart is drawn from."""

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.excel_cells import (
    COUNT,
    DAY,
    ENERGY,
    MUTED,
    dash_for_zero,
    font,
    money,
    put_header,
    put_value,
    set_up_page,
)
from reports.excel_chart import ChartData
from reports.month import Report, Row


def fill_days(sheet: Worksheet, report: Report) -> dict[str, ChartData]:
    """Lay out all days of the month, those without sessions with zeros; returns by currency where they stand."""
    figures_of = {(figures["day"], figures["currency"]): figures for figures in report.days}
    days = report.period.days
    put_header(sheet, 1, 1, "Day", align="left")
    sheet.column_dimensions["A"].width = 13
    for row, day in enumerate(days, start=2):
        put_value(sheet, row, 1, day, DAY, align="left")
    places = {}
    for number, total in enumerate(report.totals):
        currency = total["currency"]
        first = 2 + 3 * number
        _put_days(sheet, first, [figures_of.get((day, currency)) for day in days], currency, report)
        places[currency] = ChartData(sheet, 2, len(days) + 1, 1, first + 1, first + 2)
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    set_up_page(sheet, report, landscape=False)
    return places


def _put_days(sheet: Worksheet, first: int, days: list[Row | None], currency: str, report: Report) -> None:
    tax = report.tax_name(currency)
    whose = f", {currency}" if len(report.totals) > 1 else ""
    heads = (f"Sessions{whose}", f"Energy (kWh){whose}", f"{currency}, incl. {tax}")
    formats = (("sessions", COUNT), ("energy_kwh", ENERGY), ("amount_incl_tax", money(report.minor_digits[currency])))
    for column, head in enumerate(heads, start=first):
        put_header(sheet, 1, column, head, align="right")
        sheet.column_dimensions[get_column_letter(column)].width = 16
    for row, figures in enumerate(days, start=2):
        style = font() if figures else font(color=MUTED)
        for column, (name, number_format) in enumerate(formats, start=first):
            if figures:
                put_value(sheet, row, column, figures[name], number_format, style=style)
            else:
                put_value(sheet, row, column, 0, dash_for_zero(number_format), style=style)
