"""Where values lie, and round steps of axes."""

from decimal import Decimal

import pytest

from reports.page.scale import Scale, round_step


def test_zero_lies_at_the_end_of_values_above_it() -> None:
    scale = Scale([Decimal(2), Decimal(8)], 100, 20)
    assert (scale.at(0), scale.at(8), scale.at(2)) == (100, 20, 80)
    assert scale.span(Decimal(2)) == (80, 20)
    assert scale.span(Decimal(6), Decimal(2)) == (20, 60)


def test_zero_lies_between_values_of_both_signs() -> None:
    scale = Scale([Decimal(-2), Decimal(6)], 100, 20)
    assert (scale.at(-2), scale.at(0), scale.at(6)) == (100, 80, 20)
    assert scale.span(Decimal(-2)) == (80, 20)


@pytest.mark.parametrize("values", [[], [Decimal(0)]])
def test_without_values_everything_lies_at_the_end(values: list[Decimal]) -> None:
    assert Scale(values, 100, 20).span(Decimal(0)) == (100, 0)


@pytest.mark.parametrize(
    ("highest", "step"),
    [("98.5", "20"), ("100", "20"), ("101", "25"), ("0.3", "0.1"), ("7", "2"), ("0", "1"), ("-3", "1")],
)
def test_five_steps_reach_the_highest_value(highest: str, step: str) -> None:
    assert round_step(Decimal(highest), 5) == Decimal(step)
