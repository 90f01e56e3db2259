"""The days of a year as a calendar coloured by energy: weeks as columns, on a narrow screen in two halves."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from markupsafe import Markup

from reports.page import svg
from reports.page.chart import ColourKey, FiguresTable, PageChart
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
    whole_year = [*_grid(wide, words), *_single_days(wide, year.days, step)]
    half_years = [part for half in halves for part in (*_grid(half, words), *_days_by_level(half, year.days, step))]
    return PageChart(
        kind="calendar",
        title=words.text("calendar"),
        wide=svg.drawing("wide", 960, wide.bottom, label, whole_year),
        narrow=svg.drawing("narrow", 340, halves[1].bottom, label, half_years),
        table=_table(year.days, figures.currency, digits, words),
        keys=[
            ColourKey(class_=f"level{level}", name=words.text("calendar.up_to", energy=words.bound(step * level)))
            for level in range(1, _LEVELS + 1)
        ],
        are_keys_heard=False,
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


def _grid(block: _Block, words: PageWords) -> list[Markup]:
    """The cells of all days, and the names of weekdays and months."""
    dashes = f"{svg.number(block.cell)} {svg.number(block.pitch - block.cell)}"
    parts = [
        svg.element("path", d=block.empty_rows(), class_="no-session", stroke_width=block.cell, stroke_dasharray=dashes)
    ]
    for weekday in _NAMED_WEEKDAYS:
        middle = block.top + weekday * block.pitch + block.cell - 2
        parts.append(svg.text(0, middle, words.weekday(weekday), "quiet", "start"))
    for month in range(block.first.month, block.last.month + 1):
        first = date(block.first.year, month, 1)
        left = block.corner(first + timedelta(days=-first.weekday() % 7))[0]  # its first whole week
        parts.append(svg.text(left, block.top - 7, words.short_month(first), "quiet", "start"))
    return parts


def _single_days(block: _Block, days: Sequence[Row], step: Decimal) -> list[Markup]:
    """A cell for each day, in the order of the table, from which the script takes what a cell shows under the pointer.

    The style sheet has the size of these cells.
    """
    corners = ((row, block.corner(row["day"])) for row in days)
    return [svg.element("rect", x=x, y=y, class_=f"level{_level(row, step)}") for row, (x, y) in corners]


def _days_by_level(block: _Block, days: Sequence[Row], step: Decimal) -> list[Markup]:
    """A path for each level, which is far shorter than a cell for each day; a thick dash is a day."""
    dashes: dict[int, str] = {}
    for row in days:
        if block.first <= row["day"] <= block.last:
            left, top = block.corner(row["day"])
            dash = f"M{svg.number(left)} {svg.number(top + block.cell / 2)}h{svg.number(block.cell)}"
            dashes[_level(row, step)] = dashes.get(_level(row, step), "") + dash
    return [
        svg.element("path", d=dash, class_=f"day level{level}", stroke_width=block.cell)
        for level, dash in sorted(dashes.items())
    ]


def _level(row: Row, step: Decimal) -> int:
    return min(_LEVELS, max(1, int((row["energy_kwh"] / step).to_integral_value(ROUND_CEILING))))


def _table(days: Sequence[Row], currency: str, digits: int, words: PageWords) -> FiguresTable:
    return FiguresTable(
        [words.text(f"column.{head}", currency=currency) for head in ("day", "sessions", "energy_kwh", "amount")],
        [
            (
                words.day_of_week(row["day"]),
                words.count(row["sessions"]),
                words.kwh(row["energy_kwh"]),
                words.money(row["amount_incl_tax"], digits),
            )
            for row in days
        ],
    )
