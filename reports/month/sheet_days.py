"""The sheet of a month's days, which the chart of the summary is drawn from."""

from openpyxl.worksheet.worksheet import Worksheet

from reports.excel.cells import DAY, set_up_page
from reports.excel.chart import ChartData
from reports.excel.days import DaysOfCurrency, put_days
from reports.month.report import Report


def fill_days(sheet: Worksheet, report: Report) -> dict[str, ChartData]:
    """Lay out all days of the month; returns the cells of each currency.

    Days without sessions are zeros, up to the last day with sessions while the month is not closed.
    """
    currencies = [total["currency"] for total in report.totals]
    places = put_days(sheet, 1, "Day", DAY, report.period.days, [_of(currency, report) for currency in currencies])
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    set_up_page(sheet, report.footer, landscape=False)
    return dict(zip(currencies, places, strict=True))


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
        report.period.last_day if report.is_closed else max(figures["day"] for figures in report.days),
    )
