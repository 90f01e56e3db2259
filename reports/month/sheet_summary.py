"""The first sheet of the workbook: period and state, figures, months, chart, known gaps and findings."""

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from reports.excel.cells import (
    ACCENT,
    COUNT,
    ENERGY,
    MONTH,
    MUTED,
    PRICE,
    dash_for_zero,
    font,
    height_of_lines,
    money_format,
    put_amount,
    put_header,
    put_section,
    put_text,
    put_value,
    rule_over,
    rule_under,
    set_up_page,
    set_widths,
)
from reports.excel.chart import ChartData, energy_and_cost, place_chart
from reports.month.report import Report, Row
from reports.month.sheet_findings import put_findings

_FIRST, _LAST = 2, 9  # columns; column 1 is a margin
_WIDTHS = (2, 24, 15, 13, 13, 13, 13, 13, 13)
_ALL = range(_FIRST, _LAST + 1)
_ROW_HEIGHT = 16  # points
_CHART_ROWS = 17
_NOTE_CHARACTERS = 118  # that fit on a line across all columns
_MONEY = ("amount_incl_tax", "tax_amount", "amount_excl_tax")
_ATTRIBUTION = "Each session counts in full in the month in which it stopped."


def fill_summary(sheet: Worksheet, report: Report, days: dict[str, ChartData]) -> None:
    """Lay out the summary; `days` has the cells of a month's days by currency, and is empty for a year."""
    set_widths(sheet, 1, _WIDTHS)
    sheet.sheet_format.defaultRowHeight = _ROW_HEIGHT
    sheet.sheet_format.customHeight = True
    row = _put_opening(sheet, report)
    for total in report.totals:
        if total is not report.totals[0]:
            sheet.row_breaks.append(Break(id=row - 1))
        row = _put_currency(sheet, row, report, total, days)
    if not report.totals:
        put_text(sheet, row, _FIRST, f"No session stopped in {report.period.label}.", style=font(bold=True))
        row += 2
    row = _put_notes(sheet, row, report)
    if report.findings:
        row = put_findings(sheet, _put_title(sheet, row + 2, "Findings"), report, _ALL)
    sheet.print_area = f"A1:{get_column_letter(_LAST)}{row}"
    set_up_page(sheet, report.footer, landscape=False)


def _put_opening(sheet: Worksheet, report: Report) -> int:
    period = report.period
    put_text(sheet, 1, _FIRST, "Charging report", style=font(size=10, bold=True, color=MUTED))
    put_text(sheet, 2, _FIRST, period.label, style=font(size=22, bold=True, color=ACCENT))
    sheet.row_dimensions[2].height = 33
    state = "Closed: listed after its end, with the details of every session"
    facts = (
        ("Account", report.account),
        ("Period", f"{period.first_month:%Y-%m-%d} to {period.last_day:%Y-%m-%d}"),
        ("Time zone", report.timezone),
        ("Attribution", _ATTRIBUTION),
        ("State", state if report.is_closed else "Not closed, see below"),
        ("Generated", f"{report.generated_at.astimezone(report.zone):%Y-%m-%d %H:%M}"),
    )
    for row, (label, text) in enumerate(facts, start=4):
        put_text(sheet, row, _FIRST, label, style=font(color=MUTED))
        put_text(sheet, row, _FIRST + 1, text)
    return 4 + len(facts) + 1


def _put_currency(sheet: Worksheet, row: int, report: Report, total: Row, days: dict[str, ChartData]) -> int:
    """The figures, months and chart of one currency; amounts in different currencies are never added."""
    currency = total["currency"]
    row = _put_figures(sheet, row, report, total)
    if report.period.is_year:
        data = _put_months(sheet, row, report, total)
        row = data.last + 3
        label_format, unit = "[$-409]mmm", "month"
    else:
        data = days[currency]
        label_format, unit = "d", "day"
    row = _put_title(sheet, row, f"Energy and cost per {unit}{_of(currency, report)}")
    period = report.period.label
    chart = energy_and_cost(
        data,
        f"Cost incl. {report.tax_name(currency)}",
        currency,
        label_format,
        title=f"Energy and cost per {unit}, {period}",
        description=(
            f"Energy in kWh as columns and cost in {currency} as a line, for each {unit} of {period}. "
            f"The figures are on the sheet {data.sheet.title}, rows {data.first} to {data.last}."
        ),
    )
    place_chart(chart, sheet, columns=_ALL, rows=range(row, row + _CHART_ROWS))
    return row + _CHART_ROWS + 1


def _put_title(sheet: Worksheet, row: int, text: str) -> int:
    return put_section(sheet, row, _ALL, text, height=21)


def _of(currency: str, report: Report) -> str:
    return f", {currency}" if len(report.totals) > 1 else ""


def _put_figures(sheet: Worksheet, row: int, report: Report, total: Row) -> int:
    currency = total["currency"]
    tax = report.tax_name(currency)
    amount = money_format(report.minor_digits[currency])
    first = _put_title(sheet, row, f"Figures{_of(currency, report)}")
    figures = (
        ("Sessions", total["sessions"], COUNT, ""),
        ("Energy", total["energy_kwh"], ENERGY, "kWh"),
        (f"Gross, incl. {tax}", total["amount_incl_tax"], amount, currency),
        (f"of which {tax}", total["tax_amount"], amount, currency),
        (f"Net, excl. {tax}", total["amount_excl_tax"], amount, currency),
        (f"Average price, incl. {tax}", total["average_price_incl_tax"], PRICE, f"{currency} per kWh"),
    )
    for row, (label, value, number_format, unit) in enumerate(figures, start=first):
        is_gross = value is not None and label.startswith("Gross")
        put_text(sheet, row, _FIRST, label, style=font(bold=is_gross))
        put_amount(sheet, row, _FIRST + 1, value, number_format, style=font(bold=is_gross))
        _put_unit(sheet, row, unit if value is not None else "")
        rule_under(sheet, row, _ALL)
    row = first + len(figures)
    largest = max(report.sessions_in(currency), key=lambda session: session["energy_kwh"])
    put_text(sheet, row, _FIRST, "Largest session")
    put_value(sheet, row, _FIRST + 1, largest["energy_kwh"], ENERGY)
    _put_unit(sheet, row, _describe(largest, report))
    rule_under(sheet, row, _ALL)
    return row + 2


def _put_unit(sheet: Worksheet, row: int, text: str) -> None:
    cell = put_text(sheet, row, _FIRST + 2, text, style=font(color=MUTED))
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)


def _describe(session: Row, report: Report) -> str:
    currency = session["currency"]
    amount = f"{session['amount_incl_tax']:,.{report.minor_digits[currency]}f} {currency}"
    stopped_on = f"{session['stopped_at'].astimezone(report.zone):%Y-%m-%d}"
    return f"kWh, {amount}, on {stopped_on}, session {session['session_id']}"


def _put_months(sheet: Worksheet, row: int, report: Report, total: Row) -> ChartData:
    """All months of the year and the total; returns the cells of the months.

    Months without sessions are zeros, up to the last month that has sessions or is closed.
    """
    currency = total["currency"]
    tax = report.tax_name(currency)
    heading_row = _put_title(sheet, row, f"Months{_of(currency, report)}")
    headings = (
        "Month",
        "Sessions",
        "Energy\n(kWh)",
        f"Gross,\nincl. {tax}",
        f"of which\n{tax}",
        f"Net,\nexcl. {tax}",
        f"{currency}\nper kWh",
        "State",
    )
    for column, heading in zip(_ALL, headings, strict=True):
        put_header(sheet, heading_row, column, heading, align="left" if column == _FIRST else "right")
    sheet.row_dimensions[heading_row].height = 30
    months = {figures["month"]: figures for figures in report.months if figures["currency"] == currency}
    closed_months = {state["month"] for state in report.month_states if state["is_closed"]}
    last_known = max(months.keys() | closed_months)
    for row, month in enumerate(report.period.months, start=heading_row + 1):
        put_value(sheet, row, _FIRST, month, MONTH, align="left")
        if month <= last_known:  # the cells of later ones stay empty, so that the chart's line ends
            _put_month(sheet, row, months.get(month), report.minor_digits[currency])
        state = "closed" if month in closed_months else "not closed"
        put_text(sheet, row, _LAST, state, style=font(color=MUTED), align="right")
        rule_under(sheet, row, _ALL)
    last = heading_row + len(report.period.months)
    put_text(sheet, last + 1, _FIRST, "Total", style=font(bold=True))
    _put_month(sheet, last + 1, total, report.minor_digits[currency], is_total=True)
    rule_over(sheet, last + 1, _ALL)
    return ChartData(
        sheet,
        first=heading_row + 1,
        last=last,
        label_column=_FIRST,
        energy_column=_FIRST + 2,
        cost_column=_FIRST + 3,
    )


def _put_month(sheet: Worksheet, row: int, figures: Row | None, digits: int, *, is_total: bool = False) -> None:
    style = font(bold=is_total) if figures else font(color=MUTED)
    formats = {"sessions": COUNT, "energy_kwh": ENERGY, **dict.fromkeys(_MONEY, money_format(digits))}
    for column, (name, number_format) in enumerate(formats.items(), start=_FIRST + 1):
        if figures:
            put_amount(sheet, row, column, figures[name], number_format, style=style)
        else:
            put_value(sheet, row, column, 0, dash_for_zero(number_format), style=style)
    price = figures["average_price_incl_tax"] if figures else None
    put_value(sheet, row, _LAST - 1, price, PRICE, style=style)


def _put_notes(sheet: Worksheet, row: int, report: Report) -> int:
    """The notes, across the sheet; returns the last row."""
    first = _put_title(sheet, row, "Known gaps")
    no_notes = "None besides the findings below." if report.findings else "Nothing is known to be missing."
    notes = report.notes or (no_notes,)
    for row, note in enumerate(notes, start=first):
        sheet.merge_cells(start_row=row, end_row=row, start_column=_FIRST, end_column=_LAST)
        put_text(sheet, row, _FIRST, note).alignment = Alignment(vertical="top", wrap_text=True)
        sheet.row_dimensions[row].height = height_of_lines(len(note), _NOTE_CHARACTERS)
    return first + len(notes) - 1
