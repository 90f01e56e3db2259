"""The sheet of a month's days, and their columns, which a claim's workbook uses too: the data of the chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.excel.cells import (
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
from reports.excel.chart import ChartData
from reports.month.report import Report

PER_CURRENCY = 3  # columns


@dataclass(frozen=True)
class DaysOfCurrency:
    """The headings of a currency's columns, and for each day with sessions their number, kWh and amount."""

    headings: tuple[str, str, str]
    minor_digits: int
    figures: Mapping[date, tuple[int, Decimal, Decimal]]

    @property
    def formats(self) -> tuple[str, str, str]:
        """The number formats of its columns."""
        return COUNT, ENERGY, money(self.minor_digits)


def fill_days(sheet: Worksheet, report: Report) -> dict[str, ChartData]:
    """Lay out all days of the month, days without sessions as zeros; returns the cells of each currency."""
    currencies = [total["currency"] for total in report.totals]
    places = put_days(sheet, 1, "Day", DAY, report.period.days, [_of(currency, report) for currency in currencies])
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    set_up_page(sheet, report.footer, landscape=False)
    return dict(zip(currencies, places, strict=True))


def put_days(
    sheet: Worksheet,
    top: int,
    heading: str,
    day_format: str,
    days: Sequence[date],
    currencies: Sequence[DaysOfCurrency],
) -> list[ChartData]:
    """Put headings into row `top` and the days below, three columns per currency; returns the cells of each."""
    put_header(sheet, top, 1, heading, align="left")
    sheet.column_dimensions["A"].width = 13
    for row, day in enumerate(days, start=top + 1):
        put_value(sheet, row, 1, day, day_format, align="left")
    places = []
    for number, of_currency in enumerate(currencies):
        first = 2 + PER_CURRENCY * number
        _put_columns(sheet, top, first, days, of_currency)
        places.append(ChartData(sheet, top + 1, top + len(days), 1, first + 1, first + 2))
    return places


def _of(currency: str, report: Report) -> DaysOfCurrency:
    tax = report.tax_name(currency)
    suffix = f", {currency}" if len(report.totals) > 1 else ""
    return DaysOfCurrency(
        (f"Sessions{suffix}", f"Energy (kWh){suffix}", f"{currency}, incl. {tax}"),
        report.minor_digits[currency],
        {
            figures["day"]: (figures["sessions"], figures["energy_kwh"], figures["amount_incl_tax"])
            for figures in report.days
            if figures["currency"] == currency
        },
    )


def _put_columns(sheet: Worksheet, top: int, first: int, days: Sequence[date], of_currency: DaysOfCurrency) -> None:
    for column, heading in enumerate(of_currency.headings, start=first):
        put_header(sheet, top, column, heading, align="right")
        sheet.column_dimensions[get_column_letter(column)].width = 16
    for row, day in enumerate(days, start=top + 1):
        figures = of_currency.figures.get(day)
        for column, number_format in enumerate(of_currency.formats, start=first):
            if figures:
                put_value(sheet, row, column, figures[column - first], number_format)
            else:
                put_value(sheet, row, column, 0, dash_for_zero(number_format), style=font(color=MUTED))
