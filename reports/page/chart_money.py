"""Where the money went: each month's bill divided into spot price, markup, tax and the rest."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from reports.page import svg
from reports.page.chart import ColourKey, FiguresTable, PageChart
from reports.page.figures import AccountFigures, Row, YearFigures
from reports.page.scale import Scale
from reports.page.words import PageWords

_PARTS = {
    "spot": "spot_amount_excl_tax",
    "markup": "markup_amount_excl_tax",
    "tax": "tax_amount",
    "rest": "unexplained_amount",
}
_WHOLE = "amount_incl_tax"
_WIDE, _NARROW, _HEIGHT, _TOP, _BOTTOM = 960, 340, 170, 24, 24


def money_chart(year: YearFigures, figures: AccountFigures, words: PageWords) -> PageChart:
    """The parts of the bills of the months, above zero and below it; a month with an unknown part has one colour."""
    label = words.text("money.label", year=year.year, currency=figures.currency)
    height, digits = _TOP + _HEIGHT + _BOTTOM, figures.digits(figures.currency)
    return PageChart(
        kind="money",
        title=words.text("money"),
        wide=svg.drawing("wide", _WIDE, height, label, _parts(year, _WIDE, words)),
        narrow=svg.drawing("narrow", _NARROW, height, label, _parts(year, _NARROW, words)),
        table=_table(year, figures, words),
        keys=[
            ColourKey(class_=part, name=_name(part, figures, words), value=words.known_money(year.sums[column], digits))
            for part, column in _PARTS.items()
        ],
        notes=(words.text("money.note"), *_note_about_prices(year, words)),
    )


def _note_about_prices(year: YearFigures, words: PageWords) -> list[str]:
    unpriced: Decimal = year.sums["unpriced_kwh"]
    return [words.text("money.unpriced", kwh=words.kwh(unpriced))] if unpriced else []


def _name(part: str, figures: AccountFigures, words: PageWords) -> str:
    return words.tax_name(figures.head["tax_name"]) if part == "tax" else words.text(f"money.{part}")


def _stack(row: Row) -> list[tuple[str, Decimal, Decimal]]:
    """The class, base and value of each part of a bill: those above zero upwards, those below zero downwards."""
    if row["unexplained_amount"] is None:
        return [("unknown", Decimal(0), row[_WHOLE])]
    stacked, ends = [], {True: Decimal(0), False: Decimal(0)}
    for part, column in _PARTS.items():
        value: Decimal | None = row[column]
        if value is None:  # no price is known: the rest has it
            continue
        stacked.append((part, ends[value > 0], value))
        ends[value > 0] += value
    return stacked


def _parts(year: YearFigures, width: float, words: PageWords) -> list[Markup]:
    slot = width / 12
    stacks = {row["month"]: _stack(row) for row in year.months}
    bills = {row["month"]: row[_WHOLE] for row in year.months}
    ends = [base + value for stack in stacks.values() for _, base, value in stack]
    scale = Scale(ends, _TOP + _HEIGHT, _TOP)
    parts = []
    for number in range(12):
        month, middle = date(year.year, number + 1, 1), (number + 0.5) * slot
        name = words.short_month(month)
        parts.append(svg.text(middle, _TOP + _HEIGHT + 18, name if width == _WIDE else name[0].upper(), "quiet"))
        for part, base, value in stacks.get(month, []):
            top, height = scale.span(value, base)
            parts.append(svg.rectangle(middle - slot / 4, top, slot / 2, height, part))
        if month in stacks and width == _WIDE:
            top = min(scale.span(value, base)[0] for _, base, value in stacks[month])
            parts.append(svg.text(middle, top - 7, words.money(bills[month], 0)))
    return [*parts, svg.path([(0, scale.at(0)), (width, scale.at(0))], "axis")]


def _table(year: YearFigures, figures: AccountFigures, words: PageWords) -> FiguresTable:
    digits, currency = figures.digits(figures.currency), figures.currency
    columns: Sequence[str] = [*_PARTS.values(), _WHOLE]
    return FiguresTable(
        [
            words.text("column.month"),
            *(f"{_name(part, figures, words)}, {currency}" for part in _PARTS),
            words.text("column.amount", currency=currency),
        ],
        [
            (words.month(row["month"]), *(words.known_money(row[column], digits) for column in columns))
            for row in year.months
        ],
    )
