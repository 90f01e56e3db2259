"""The sheet of sessions, one per row, with the totals of each currency below."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.text import counted
from reports.excel.cells import (
    COUNT,
    DURATION,
    ENERGY,
    POWER,
    font,
    lines_shown,
    money_format,
    put_amount,
    put_header,
    put_text,
    put_time,
    put_value,
    rate_format,
    rule_over,
    rule_under,
    set_up_page,
)
from reports.month.report import Report, Row

_LINE_HEIGHT = 13.5  # points
_MOST_LINES = 4


@dataclass(frozen=True)
class SessionColumn:
    """A column of the mart `sessions` on the sheet: its heading, width in characters, and how a cell is filled."""

    name: str
    heading: str
    width: float
    put: Callable[[Worksheet, int, int, Row, Report], object]
    align: str = "left"


def _text(name: str, align: str = "left") -> Callable[[Worksheet, int, int, Row, Report], object]:
    def put(sheet: Worksheet, row: int, column: int, session: Row, _: Report) -> None:
        if session[name] is not None:
            put_text(sheet, row, column, str(session[name]), align=align)

    return put


def _wrapped(name: str) -> Callable[[Worksheet, int, int, Row, Report], object]:
    def put(sheet: Worksheet, row: int, column: int, session: Row, _: Report) -> None:
        if session[name] is not None:
            put_text(sheet, row, column, session[name]).alignment = Alignment(vertical="center", wrap_text=True)

    return put


def _time(name: str) -> Callable[[Worksheet, int, int, Row, Report], object]:
    return lambda sheet, row, column, session, report: put_time(sheet, row, column, session[name], report.zone)


def _figure(name: str, number_format: str) -> Callable[[Worksheet, int, int, Row, Report], object]:
    return lambda sheet, row, column, session, _: put_value(sheet, row, column, session[name], number_format)


def _duration(name: str) -> Callable[[Worksheet, int, int, Row, Report], object]:
    def put(sheet: Worksheet, row: int, column: int, session: Row, _: Report) -> None:
        if session[name] is not None:
            put_value(sheet, row, column, timedelta(seconds=session[name]), DURATION)

    return put


def _money(name: str) -> Callable[[Worksheet, int, int, Row, Report], object]:
    return lambda sheet, row, column, session, report: put_amount(
        sheet, row, column, session[name], money_format(report.minor_digits[session["currency"]])
    )


def _rate(sheet: Worksheet, row: int, column: int, session: Row, _: Report) -> None:
    value = session["tax_rate"]
    put_amount(sheet, row, column, value, "General" if value is None else rate_format(value))


_PRINTED = (
    SessionColumn("started_at", "Started\n({zone})", 19, _time("started_at")),
    SessionColumn("stopped_at", "Stopped\n({zone})", 19, _time("stopped_at")),
    SessionColumn("session_id", "Session", 10, _text("session_id")),
    SessionColumn("kind", "Kind", 8, _text("kind")),
    SessionColumn("charge_point", "Charge point", 24, _wrapped("charge_point")),
    SessionColumn("evse", "EVSE", 8, _text("evse")),
    SessionColumn("car", "Car", 9, _text("car")),
    SessionColumn("duration_s", "Connected\n(h:m:s)", 9.5, _duration("duration_s"), "right"),
    SessionColumn("idle_s", "of which\nidle", 8.5, _duration("idle_s"), "right"),
    SessionColumn("energy_kwh", "Energy\n(kWh)", 9.5, _figure("energy_kwh", ENERGY), "right"),
    SessionColumn("amount_incl_tax", "Gross,\nincl. {tax}", 11, _money("amount_incl_tax"), "right"),
    SessionColumn("tax_rate", "{tax}\nrate", 10, _rate, "right"),
    SessionColumn("tax_amount", "of which\n{tax}", 10, _money("tax_amount"), "right"),
    SessionColumn("amount_excl_tax", "Net,\nexcl. {tax}", 11, _money("amount_excl_tax"), "right"),
    SessionColumn("currency", "Currency", 9, _text("currency", "center"), "center"),
    SessionColumn("note", "Note", 24, _wrapped("note")),
)
_ON_SCREEN_ONLY = (
    SessionColumn("average_kw", "Average\n(kW)", 9, _figure("average_kw", POWER), "right"),
    SessionColumn("max_kw", "Peak\n(kW)", 9, _figure("max_kw", POWER), "right"),
    SessionColumn("power_samples", "Power\nsamples", 9, _figure("power_samples", COUNT), "right"),
    SessionColumn("revision", "Revision", 9, _figure("revision", COUNT), "right"),
    SessionColumn("payment_status", "Payment", 11, _text("payment_status")),
    SessionColumn("stop_reason", "Stop reason", 17, _text("stop_reason")),
)
_COLUMNS = _PRINTED + _ON_SCREEN_ONLY
_WRAPPED = tuple((column.name, column.width) for column in _COLUMNS if column.name in ("charge_point", "note"))
_PLACES = {column.name: place for place, column in enumerate(_COLUMNS, start=1)}
_ALL = range(1, len(_COLUMNS) + 1)


def fill_sessions(sheet: Worksheet, report: Report) -> None:
    """Lay out the sessions in the order in which they stopped, and below them each currency's totals as values.

    The columns on the right are for the screen only; they are not printed.
    """
    _put_headings(sheet, report)
    last = len(report.sessions) + 1
    for row, session in enumerate(report.sessions, start=2):
        for place, column in enumerate(_COLUMNS, start=1):
            column.put(sheet, row, place, session, report)
        rule_under(sheet, row, _ALL)
        sheet.row_dimensions[row].height = _LINE_HEIGHT * _lines(session) + 3
    for row, total in enumerate(report.totals, start=last + 1):
        _put_total(sheet, row, total, report)
    if report.totals:
        rule_over(sheet, last + 1, _ALL)
    else:
        put_text(sheet, 2, 1, f"No session stopped in {report.period.label}.")
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_COLUMNS))}{last}"
    sheet.freeze_panes = "C2"
    sheet.print_title_rows = "1:1"
    sheet.print_area = f"A1:{get_column_letter(len(_PRINTED))}{last + max(1, len(report.totals))}"
    set_up_page(sheet, report.footer, landscape=True)


def _put_headings(sheet: Worksheet, report: Report) -> None:
    for place, column in enumerate(_COLUMNS, start=1):
        heading = column.heading.format(zone=report.timezone, tax=report.tax_name())
        put_header(sheet, 1, place, heading[:1].upper() + heading[1:], align=column.align)
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    zone_fits = len(report.timezone) + 2 <= _COLUMNS[0].width
    sheet.row_dimensions[1].height = 30 if zone_fits else 54


def _put_total(sheet: Worksheet, row: int, total: Row, report: Report) -> None:
    bold = font(bold=True)
    amount = money_format(report.minor_digits[total["currency"]])
    put_text(sheet, row, 1, f"Total {total['currency']}, {counted(total['sessions'], 'session')}", style=bold)
    put_value(sheet, row, _PLACES["energy_kwh"], total["energy_kwh"], ENERGY, style=bold)
    put_text(sheet, row, _PLACES["currency"], total["currency"], style=bold, align="center")
    for name in ("amount_incl_tax", "tax_amount", "amount_excl_tax"):
        put_amount(sheet, row, _PLACES[name], total[name], amount, style=bold)
    put_value(sheet, row, _PLACES["max_kw"], total["max_kw"], POWER, style=bold)
    sheet.row_dimensions[row].height = _LINE_HEIGHT + 4


def _lines(session: Row) -> int:
    """The number of lines to show: all of a short note, the beginning of a long one."""
    return lines_shown(((session[name] or "", width) for name, width in _WRAPPED), _MOST_LINES)
