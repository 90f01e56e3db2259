"""Positions of the columns, the line and the axes in the chart of a month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from pipeline.claims.document import Claim, Day
from reports.claims.pdf.chart import Chart, charts_of
from reports.claims.words import Words
from tests.reports.claims.crowded_claim import crowded_claim
from tests.reports.claims.hard_claim import corrections_claim, hard_claim, zero_claim


def month_chart(*figures: tuple[str, str]) -> Chart:
    """The chart of a month whose first days have these energies and amounts."""
    days = tuple(
        Day(
            day=date(2025, 3, place),
            currency="DKK",
            sessions=1,
            energy_kwh=Decimal(energy),
            amount_incl_tax=Decimal(amount),
        )
        for place, (energy, amount) in enumerate(figures, start=1)
    )
    (chart,) = charts(msgspec.structs.replace(hard_claim(), days=days))
    return chart


def charts(claim: Claim) -> list[Chart]:
    return charts_of(claim, Words.of(claim))


def test_axes_cover_the_figures() -> None:
    chart = month_chart(("41.000", "5.10"), ("20.500", "0.00"))
    assert [tick.energy for tick in chart.ticks] == ["0", "12", "24", "36", "48"]
    assert [tick.amount for tick in chart.ticks] == ["0,0", "1,5", "3,0", "4,5", "6,0"]
    assert [tick.at for tick in chart.ticks] == [0, 0.25, 0.5, 0.75, 1]
    assert [(day.energy, day.amount) for day in chart.days[:2]] == [(0.8542, 0.85), (0.4271, 0)]


def test_amounts_below_zero_move_the_zero_line_up() -> None:
    chart = month_chart(("10.000", "-2.00"), ("10.000", "4.00"))
    assert chart.zero == chart.ticks[2].at == 2 / 6
    assert [tick.amount for tick in chart.ticks] == ["−2", "−1", "0", "1", "2", "3", "4"]
    assert [tick.energy for tick in chart.ticks] == ["", "", "0,0", "2,5", "5,0", "7,5", "10,0"]
    assert [day.amount for day in chart.days[:3]] == [0, 1, 0.3333]


def test_sessions_without_energy_have_a_chart() -> None:
    chart = month_chart(("0.000", "0.00"))
    assert [tick.energy for tick in chart.ticks] == ["0", "1", "2", "3", "4"]


def test_every_day_of_the_month_is_in_the_chart() -> None:
    chart = month_chart(("1.000", "1.00"))
    assert [day.day for day in chart.days] == [str(day) for day in range(1, 32)]
    assert [day.has_session for day in chart.days] == [True] + [False] * 30


def test_a_chart_for_each_of_two_currencies_and_none_without_days() -> None:
    assert [chart.amount_label for chart in charts(crowded_claim())] == ["DKK", "CHF"]
    assert charts(zero_claim()) == charts(corrections_claim()) == []
