"""The months of a year as bars: kWh above, cost beneath; on a narrow screen a row per month."""

from datetime import date
from decimal import Decimal

from markupsafe import Markup

from reports.page import svg
from reports.page.chart import ColourKey, FiguresTable, PageChart
from reports.page.figures import AccountFigures, Row, YearFigures
from reports.page.scale import Scale
from reports.page.words import PageWords

_SLOT, _BAR = 80, 40  # widths of a month and of its bar
_WIDE, _PANEL, _GAP = 12 * _SLOT, 96, 52  # heights of the bars, and of the space around them
_NARROW, _ROW, _THIN = 340, 40, 13  # a month's row, and the height of each of its two bars
_NAME, _VALUE = 40, 68  # widths of the month's name and of a value

_Bar = tuple[str, str]  # the column of its value and its class
_ENERGY: _Bar = ("energy_kwh", "energy")
_COST: _Bar = ("amount_incl_tax", "cost")


def months_chart(year: YearFigures, figures: AccountFigures, words: PageWords) -> PageChart:
    """The chart of a year's months in the account's currency."""
    months = [date(year.year, month, 1) for month in range(1, 13)]
    by_month = {row["month"]: row for row in year.months}
    has_open = any(not row["is_closed"] for row in year.months)
    label = words.text("months.label", year=year.year, currency=figures.currency)
    digits = figures.digits(figures.currency)
    return PageChart(
        kind="months",
        title=words.text("months"),
        wide=svg.drawing("wide", _WIDE, 2 * (_PANEL + _GAP), label, _wide(months, by_month, words)),
        narrow=svg.drawing("narrow", _NARROW, 12 * _ROW, label, _narrow(months, by_month, words)),
        table=_table(year, digits, figures.currency, words),
        keys=(
            ColourKey(class_="energy", name="kWh", value=words.energy(year.sums["energy_kwh"])),
            ColourKey(class_="cost", name=figures.currency, value=words.money(year.sums["amount_incl_tax"], digits)),
        ),
        notes=(words.text("months.open"),) if has_open else (),
    )


def _value(row: Row, bar: _Bar, words: PageWords) -> str:
    value: Decimal = row[bar[0]]
    return words.energy(value) if bar is _ENERGY else words.money(value, 0)


def _class(row: Row, bar: _Bar) -> str:
    return bar[1] if row["is_closed"] else f"{bar[1]} open"


def _wide(months: list[date], by_month: dict[date, Row], words: PageWords) -> list[Markup]:
    parts = []
    for panel, bar in enumerate((_ENERGY, _COST)):
        zero = panel * (_PANEL + _GAP) + 26 + _PANEL
        scale = Scale((row[bar[0]] for row in by_month.values()), zero, zero - _PANEL)
        parts.append(svg.path([(0, scale.at(0)), (_WIDE, scale.at(0))], "axis"))
        for slot, month in enumerate(months):
            middle = (slot + 0.5) * _SLOT
            parts.append(svg.text(middle, zero + 18, words.short_month(month), "quiet"))
            if row := by_month.get(month):
                top, height = scale.span(row[bar[0]])
                parts.append(svg.rectangle(middle - _BAR / 2, top, _BAR, height, _class(row, bar)))
                parts.append(svg.text(middle, top - 7, _value(row, bar, words)))
    return parts


def _narrow(months: list[date], by_month: dict[date, Row], words: PageWords) -> list[Markup]:
    parts = []
    scales = {
        bar: Scale((row[bar[0]] for row in by_month.values()), _NAME, _NARROW - _VALUE) for bar in (_ENERGY, _COST)
    }
    for place, month in enumerate(months):
        top = place * _ROW
        parts.append(svg.text(0, top + 20, words.short_month(month), "quiet", "start"))
        if not (row := by_month.get(month)):
            continue
        for bar_top, bar in ((top + 2, _ENERGY), (top + 4 + _THIN, _COST)):
            left, width = scales[bar].span(row[bar[0]])
            parts.append(svg.rectangle(left, bar_top, width, _THIN, _class(row, bar)))
            parts.append(svg.text(_NARROW, bar_top + _THIN - 2, _value(row, bar, words), anchor="end"))
    return parts


def _table(year: YearFigures, digits: int, currency: str, words: PageWords) -> FiguresTable:
    heads = ("month", "sessions", "energy_kwh", "amount", "tax", "price", "state")
    return FiguresTable(
        [words.text(f"column.{head}", currency=currency) for head in heads],
        [
            (
                words.month(row["month"]),
                words.count(row["sessions"]),
                words.kwh(row["energy_kwh"]),
                words.money(row["amount_incl_tax"], digits),
                words.known_money(row["tax_amount"], digits),
                words.known_price(row["average_price_incl_tax"]),
                words.text("state.closed" if row["is_closed"] else "state.open"),
            )
            for row in year.months
        ],
    )
