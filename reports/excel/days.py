"""The days of a month as columns, three per currency: the data of the chart in both workbooks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.excel.cells import COUNT, ENERGY, MUTED, dash_for_zero, font, money_format, put_header, put_value
from reports.excel.chart import ChartData

PER_CURRENCY = 3  # columns


@dataclass(frozen=True)
class DaysOfCurrency:
    """The headings of a currency's columns, and for each day with sessions their number, kWh and amount.

    Days without sessions are zeros up to `last_known`, and empty after it, so that the chart's line ends.
    """

    headings: tuple[str, str, str]
    minor_digits: int
    figures: Mapping[date, tuple[int, Decimal, Decimal]]
    last_known: date

    @property
    def formats(self) -> tuple[str, str, str]:
        """The number formats of its columns."""
        return COUNT, ENERGY, money_format(self.minor_digits)


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


def _put_columns(sheet: Worksheet, top: int, first: int, days: Sequence[date], of_currency: DaysOfCurrency) -> None:
    for column, heading in enumerate(of_currency.headings, start=first):
        put_header(sheet, top, column, heading, align="right")
        sheet.column_dimensions[get_column_letter(column)].width = 16
    for row, day in enumerate(days, start=top + 1):
        figures = of_currency.figures.get(day)
        for column, number_format in enumerate(of_currency.formats, start=first):
            if figures:
                put_value(sheet, row, column, figures[column - first], number_format)
            elif day <= of_currency.last_known:
                put_value(sheet, row, column, 0, dash_for_zero(number_format), style=font(color=MUTED))
