"""The days of the claimed month, with one chart per currency of energy and cost."""

from datetime import date

from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.claims.document import Total
from reports.claims.workbook.book import Book
from reports.claims.workbook.sheet_claim import References
from reports.excel.cells import COUNT, ENERGY, font, put_text, rule_over, set_widths
from reports.excel.chart import ChartData, energy_and_cost, place_chart
from reports.excel.days import PER_CURRENCY, DaysOfCurrency, put_days
from reports.excel.formulas import Formula
from reports.month.period import ReportPeriod

_HEAD = 4  # row
_CHART_COLUMNS = 9
_CHART_ROWS = 17


def fill_days(book: Book) -> References:
    """Lay out the days, if the claim has any; returns the cells of each currency's totals."""
    claim, words = book.claim, book.words
    currencies = {day.currency for day in claim.days}
    totals = [total for total in claim.totals if total.currency in currencies]
    if claim.month is None or not totals:
        return {}
    sheet = book.add_sheet(words.text("days"), (), landscape=True)
    book.put_opening(sheet, 1, sheet.title)
    days = ReportPeriod(claim.month.year, claim.month.month).days
    of_currencies = [_of_currency(total, days[-1], book) for total in totals]
    places = put_days(sheet, _HEAD, words.text("day"), book.day_format, days, of_currencies)
    sheet.row_dimensions[_HEAD].height = 30
    foot = _HEAD + len(days) + 1
    put_text(sheet, foot, 1, words.text("total"), style=font(bold=True))
    references = {
        total.currency: _put_total(sheet, data, total, book) for data, total in zip(places, totals, strict=True)
    }
    first = 2 + PER_CURRENCY * len(totals)
    rule_over(sheet, foot, range(1, first))
    last = _put_charts(sheet, first, places, totals, claim.month, book)
    sheet.freeze_panes = f"B{_HEAD + 1}"
    sheet.print_area = f"A1:{get_column_letter(first + _CHART_COLUMNS)}{max(foot, last)}"
    sheet.page_setup.fitToHeight = 1
    return references


def _of_currency(total: Total, last_day: date, book: Book) -> DaysOfCurrency:
    words, currency = book.words, total.currency
    suffix = f", {currency}" if len(book.claim.totals) > 1 else ""
    return DaysOfCurrency(
        (
            f"{words.text('sessions')}{suffix}",
            f"{words.text('energy_kwh')}{suffix}",
            f"{words.text('gross')}, {currency}",
        ),
        total.minor_digits,
        {
            day.day: (day.sessions, day.energy_kwh, day.amount_incl_tax)
            for day in book.claim.days
            if day.currency == currency
        },
        last_day,
    )


def _put_total(sheet: Worksheet, data: ChartData, total: Total, book: Book) -> dict[str, str]:
    row, sums, name = data.last + 1, total.sessions, quote_sheetname(sheet.title)
    figures = (
        ("lines", data.energy_column - 1, sums.lines, COUNT, 0),
        ("energy_kwh", data.energy_column, sums.energy_kwh, ENERGY, 3),
        (
            "amount_incl_tax",
            data.cost_column,
            sums.amount_incl_tax,
            book.money_format(total.currency),
            total.minor_digits,
        ),
    )
    for _, column, result, number_format, digits in figures:
        letter = get_column_letter(column)
        formula = f"=ROUND(SUM({letter}{data.first}:{letter}{data.last}),{digits})"
        book.formulas.put(sheet, row, column, Formula(formula, result, number_format), style=font(bold=True))
    return {figure: f"{name}!${get_column_letter(column)}${row}" for figure, column, *_ in figures}


def _put_charts(
    sheet: Worksheet, first: int, places: list[ChartData], totals: list[Total], month: date, book: Book
) -> int:
    """Put the charts next to the days, one below the other; returns the last row that they cover."""
    columns = range(first + 1, first + 1 + _CHART_COLUMNS)
    set_widths(sheet, first, (3, *(9 for _ in columns)))
    row = _HEAD
    for data, total in zip(places, totals, strict=True):
        title = f"{book.words.text('chart')}, {total.currency}"
        put_text(sheet, row, columns[0], title, style=font(bold=True))
        chart = energy_and_cost(
            data,
            book.words.text("gross"),
            total.currency,
            "d",
            title=f"{book.words.text('chart')}, {book.words.month(month)}",
            description=book.words.text("chart.description", currency=total.currency, first=data.first, last=data.last),
            energy=book.words.text("energy_kwh"),
            margin=0.1,
        )
        place_chart(chart, sheet, columns=columns, rows=range(row + 1, row + _CHART_ROWS))
        row += _CHART_ROWS
    return row - 1
