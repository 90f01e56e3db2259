"""The days of a year as a calendar coloured by energy: weeks as columns, on a narrow screen in two halves."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from markupsafe import Markup

from reports.page import svg
from reports.page.chart import Key, PageChart, Table
from reports.page.figures import AccountFigures, Row, YearFigures
from reports.page.scale import round_step
from reports.page.words import PageWords

_LEVELS = 5
_LEFT, _TOP = 34, 20  # of the first week; names of weekdays and months stand beside it
_WIDE_CELL, _WIDE_PITCH = 14, 17.4
_NARROW_CELL, _NARROW_PITCH = 9.4, 11.3
_NAMED_WEEKDAYS = (0, 2, 4, 6)


def calendar_chart(year: YearFigures, figures: AccountFigures, words: PageWords) -> PageChart:
    """The calendar of a year; each day has the energy of the sessions that stopped in it."""
    step = round_step(max((row["energy_kwh"] for row in year.days), default=Decimal(0)), _LEVELS)
    label = words.text("calendar.label", year=year.year)
    first, middle, last = date(year.year, 1, 1), date(year.year, 7, 1), date(year.year, 12, 31)
    wide = _Block(first, last, _TOP, _WIDE_CELL, _WIDE_PITCH)
    halves = [_Block(first, middle - timedelta(days=1), _TOP, _NARROW_CELL, _NARROW_PITCH)]
    halves.append(_Block(middle, last, halves[0].bottom + 2 * _TOP, _NARROW_CELL, _NARROW_PITCH))
    digits = figures.digits(figures.currency)
    return PageChart(
        kind="calendar",
        title=words.text("calendar"),
        wide=svg.drawing(
            "wide", 960, wide.bottom, label, _block(wide, year.days, step, words, figures.currency, digits)
        ),
        narrow=svg.drawing(
            "narrow",
            340,
            halves[1].bottom,
            label,
            [part for half in halves for part in _block(half, year.days, step, words)],
        ),
        table=_table(year.days, figures.currency, digits, words),
        keys=[
            Key(class_=f"level{level}", name=words.text("calendar.up_to", energy=words.bound(step * level)))
            for level in range(1, _LEVELS + 1)
        ],
        notes=(words.text("calendar.stop"),),
    )


class _Block:
    """Where the days from a first to a last one lie: a column per week from Monday to Sunday."""

    def __init__(self, first: date, last: date, top: float, cell: float, pitch: float) -> None:
        self.first, self.last, self.top, self.cell, self.pitch = first, last, top, cell, pitch
        self._monday = first - timedelta(days=first.weekday())
        self.bottom = top + 7 * pitch

    def corner(self, day: date) -> tuple[float, float]:
        """The left upper corner of a day's cell."""
        week, weekday = divmod((day - self._monday).days, 7)
        return _LEFT + week * self.pitch, self.top + weekday * self.pitch

    def empty_rows(self) -> str:
        """A dashed line per weekday, whose dashes are the cells of the block's days."""
        rows = []
        for weekday in range(7):
            start = self.first + timedelta(days=(weekday - self.first.weekday()) % 7)
            end = self.last - timedelta(days=(self.last.weekday() - weekday) % 7)
            left, top = self.corner(start)
            middle = svg.number(top + self.cell / 2)
            rows.append(f"M{svg.number(left)} {middle}H{svg.number(self.corner(end)[0] + self.cell)}")
        return "".join(rows)


def _block(
    block: _Block, days: Sequence[Row], step: Decimal, words: PageWords, currency: str = "", digits: int = 0
) -> list[Markup]:
    """The cells with names of weekdays and months; with a currency, each day shows its figures under the pointer."""
    parts = [
        svg.element(
            "path",
            d=block.empty_rows(),
            class_="no-session",
            stroke_width=block.cell,
            stroke_dasharray=f"{svg.number(block.cell)} {svg.number(block.pitch - block.cell)}",
        )
    ]
    for weekday in _NAMED_WEEKDAYS:
        parts.append(
            svg.text(0, block.top + weekday * block.pitch + block.cell - 2, words.weekday(weekday), "quiet", "start")
        )
    for month in range(block.first.month, block.last.month + 1):
        first = date(block.first.year, month, 1)
        left = block.corner(first + timedelta(days=-first.weekday() % 7))[0]  # its first whole week
        parts.append(svg.text(left, block.top - 7, words.short_month(first), "quiet", "start"))
    for row in days:
        if block.first <= row["day"] <= block.last:
            parts.append(_cell(block, row, step, _day_text(row, currency, digits, words) if currency else ""))
    return parts


def _cell(block: _Block, row: Row, step: Decimal, title: str) -> Markup:
    left, top = block.corner(row["day"])
    level = min(_LEVELS, max(1, int((row["energy_kwh"] / step).to_integral_value(ROUND_CEILING))))
    named = [svg.element("title", title)] if title else []
    return svg.element("rect", *named, x=left, y=top, width=block.cell, height=block.cell, class_=f"level{level}")


def _day_text(row: Row, currency: str, digits: int, words: PageWords) -> str:
    return (
        f"{words.long_day(row['day'])}: {words.kwh(row['energy_kwh'])} kWh, "
        f"{words.money(row['amount_incl_tax'], digits)} {currency}"
    )


def _table(days: Sequence[Row], currency: str, digits: int, words: PageWords) -> Table:
    return Table(
        [words.text(f"column.{head}", currency=currency) for head in ("day", "sessions", "energy_kwh", "amount")],
        [
            (
                words.day(row["day"]),
                words.count(row["sessions"]),
                words.kwh(row["energy_kwh"]),
                words.money(row["amount_incl_tax"], digits),
            )
            for row in days
        ],
    )
