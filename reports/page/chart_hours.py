"""The hours of the day: the average price above, the energy beneath."""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from reports.page import svg
from reports.page.chart import ColourKey, FiguresTable, PageChart
from reports.page.figures import AccountFigures, Row, YearFigures
from reports.page.scale import Scale
from reports.page.words import PageWords

_HOURS = range(24)
_PRICES, _ENERGIES, _GAP = 90, 110, 44  # heights of the two parts, and of the space above each
_WIDE, _NARROW = 960, 340
_NAMED_IN_NARROW = (0, 6, 12, 18, 23)


def hours_chart(year: YearFigures, figures: AccountFigures, words: PageWords) -> PageChart:
    """The price against the energy, by the hour of the wall time in which it flowed."""
    label = words.text("hours.label", year=year.year, currency=figures.currency)
    height = _PRICES + _ENERGIES + 2 * _GAP
    return PageChart(
        kind="hours",
        title=words.text("hours"),
        wide=svg.drawing("wide", _WIDE, height, label, _parts(year.hours, _WIDE, words)),
        narrow=svg.drawing("narrow", _NARROW, height, label, _parts(year.hours, _NARROW, words)),
        table=_table(year, figures, words),
        keys=(
            ColourKey(class_="price", name=words.text("hours.price", currency=figures.currency)),
            ColourKey(class_="energy", name="kWh"),
        ),
        notes=(*_assumed(year, words), *_extremes(year.hours, figures.currency, words)),
    )


def _assumed(year: YearFigures, words: PageWords) -> list[str]:
    """How much of the energy is in an hour only by assumption; nothing if all of it was measured there."""
    assumed = year.sums["assumed_kwh"]
    return [words.text("hours.assumed", energy=words.kwh(assumed))] if assumed else []


def _extremes(hours: Sequence[Row], currency: str, words: PageWords) -> list[str]:
    """The dearest and the cheapest hour; nothing if all hours have one price."""
    priced = [row for row in hours if row["average_price_incl_tax"] is not None]
    cheapest, dearest = (choose(priced, key=_price, default=None) for choose in (min, max))
    if cheapest is None or dearest is None or _price(cheapest) == _price(dearest):
        return []
    return [
        words.text(
            "hours.extremes",
            dearest=words.hour(dearest["hour_of_day"]),
            highest=words.price(_price(dearest)),
            cheapest=words.hour(cheapest["hour_of_day"]),
            lowest=words.price(_price(cheapest)),
            currency=currency,
        )
    ]


def _price(row: Row) -> Decimal:
    price: Decimal = row["average_price_incl_tax"]
    return price


def _parts(hours: Sequence[Row], width: float, words: PageWords) -> list[Markup]:
    slot, is_wide = width / 24, width == _WIDE
    parts = [
        svg.text((hour + 0.5) * slot, _PRICES + _ENERGIES + 2 * _GAP - 4, f"{hour}", "quiet")
        for hour in (_HOURS if is_wide else _NAMED_IN_NARROW)
    ]
    return [*parts, *_energies(hours, slot, is_wide, words), *_prices(hours, slot, is_wide, words)]


def _energies(hours: Sequence[Row], slot: float, is_wide: bool, words: PageWords) -> list[Markup]:
    zero = _PRICES + _ENERGIES + 2 * _GAP - 20
    scale = Scale((row["energy_kwh"] for row in hours), zero, zero - _ENERGIES)
    parts = [svg.path([(0, zero), (24 * slot, zero)], "axis")]
    for row in hours:
        top, height = scale.span(row["energy_kwh"])
        left = row["hour_of_day"] * slot
        parts.append(svg.rectangle(left + slot * 0.15, top, slot * 0.7, height, "energy"))
        if is_wide or row["energy_kwh"] == scale.highest:
            parts.append(svg.text(left + slot / 2, top - 6, words.money(row["energy_kwh"], 0)))
    return parts


def _prices(hours: Sequence[Row], slot: float, is_wide: bool, words: PageWords) -> list[Markup]:
    """A step line that is broken where nothing was charged. Its lowest and highest price are labelled at least."""
    prices: dict[int, Decimal] = {
        row["hour_of_day"]: row["average_price_incl_tax"] for row in hours if row["average_price_incl_tax"] is not None
    }
    scale = Scale(prices.values(), _PRICES + 22, 22)
    lowest, highest = (extreme(prices, key=prices.__getitem__, default=0) for extreme in (min, max))
    parts = [svg.path([(0, scale.at(0)), (24 * slot, scale.at(0))], "axis")]
    for run in _runs(sorted(prices)):
        points = [(hour * slot + edge, scale.at(prices[hour])) for hour in run for edge in (0.0, slot)]
        parts.append(svg.path(points, "price"))
    for hour, price in prices.items():
        if is_wide or hour in (lowest, highest):
            below = 18 if hour == lowest != highest and not is_wide else -7
            parts.append(svg.text((hour + 0.5) * slot, scale.at(price) + below, words.short_price(price)))
    return parts


def _runs(hours: Sequence[int]) -> list[list[int]]:
    """The hours in groups of those that follow each other."""
    runs: list[list[int]] = []
    for hour in hours:
        if runs and runs[-1][-1] == hour - 1:
            runs[-1].append(hour)
        else:
            runs.append([hour])
    return runs


def _table(year: YearFigures, figures: AccountFigures, words: PageWords) -> FiguresTable:
    has_assumed = bool(year.sums["assumed_kwh"])
    heads = ("hour", "energy_kwh", "amount", "price", *(("assumed_kwh",) if has_assumed else ()))
    return FiguresTable(
        [words.text(f"column.{head}", currency=figures.currency) for head in heads],
        [
            (
                words.hour(row["hour_of_day"]),
                words.kwh(row["energy_kwh"]),
                words.money(row["amount_incl_tax"], figures.digits(figures.currency)),
                words.known_price(row["average_price_incl_tax"]),
                *((words.kwh(row["assumed_kwh"]),) if has_assumed else ()),
            )
            for row in year.hours
        ],
    )
