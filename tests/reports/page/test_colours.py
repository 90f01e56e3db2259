"""Parts of charts can be told apart: by contrast, and in colours that the reader's system forces on the page."""

import re
from importlib import resources

import pytest

from tests.reports.page.conftest import OpenPage
from tests.reports.page.opened_page import OpenedPage
from tests.reports.page.parsed_page import ParsedPage

_PARTS = (
    *("energy", "cost", "price", "spot", "markup", "tax", "rest", "unknown"),
    *("level1", "level2", "level3", "level4", "level5"),
)
_LEAST = 3  # WCAG 2.2, 1.4.11


def light_colours() -> dict[str, str]:
    style = resources.files("reports.page").joinpath("layout", "style.css").read_text("utf-8")
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", style.partition("}")[0]))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (linear(int(digits[place : place + 2], 16) / 255) for place in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("part", _PARTS)
def test_each_part_of_a_chart_stands_out_from_its_background(part: str) -> None:
    colours = light_colours()
    assert contrast(colours[part], colours["paper"]) >= _LEAST
    if part.startswith("level"):
        assert contrast(colours[part], colours["empty"]) >= _LEAST, "the days around it may be without sessions"


def of(opened: OpenedPage, selector: str, name: str) -> str:
    value = "([name, selector]) => getComputedStyle(document.querySelector(selector)).getPropertyValue(name)"
    return str(opened.page.evaluate(value, [name, selector]))


@pytest.mark.page
def test_forced_colours_keep_the_chosen_year_and_the_keys_of_charts(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page, forced_colors="active")
    assert opened.page.evaluate("matchMedia('(forced-colors: active)').matches")
    chosen, other = (f".years label:nth-of-type({place}) span" for place in (1, 2))
    assert of(opened, chosen, "background-color") != of(opened, other, "background-color")
    for chart in ("months", "calendar", "hours", "money"):
        keys = opened.find(f".year:visible .{chart} .keys i")
        colours = keys.evaluate_all("keys => keys.map(key => getComputedStyle(key).backgroundColor)")
        assert len(set(colours)) == len(colours) >= 2
        assert set(keys.evaluate_all("keys => keys.map(key => getComputedStyle(key).borderTopWidth)")) == {"1px"}
        assert "rgb(255, 255, 255)" not in colours
    assert of(opened, ".money svg.wide rect", "stroke") == of(opened, "h1", "color")
    opened.page.get_by_role("radio", name="2024").check()
    assert of(opened, chosen, "background-color") != of(opened, other, "background-color")


@pytest.mark.page
@pytest.mark.parametrize(("motion", "behaviour"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_nothing_scrolls_smoothly_for_who_wants_less_motion(
    open_page: OpenPage, demo_page: ParsedPage, motion: str, behaviour: str
) -> None:
    assert of(open_page(demo_page, reduced_motion=motion), "html", "scroll-behavior") == behaviour
