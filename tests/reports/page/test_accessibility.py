"""axe-core finds nothing to complain about in any view of the page, in Chromium."""

from typing import Any

import pytest
from playwright.sync_api import expect

from pipeline.settings.schema import Language
from reports.page.words import PageWords
from tests.reports.page.conftest import OpenPage
from tests.reports.page.opened_page import PHONE, OpenedPage
from tests.reports.page.parsed_page import ParsedPage, page_of
from tests.scenarios.demo_archive import DemoArchive
from tests.scenarios.demo_logbook import CHECKOUT

pytestmark = pytest.mark.page

_AXE = CHECKOUT / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"  # make build/npm/installed
_VIEWS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
    "dark phone": {**PHONE, "color_scheme": "dark"},
}


_SUMS = {
    2025: "105 sessions, 3,469.2 kWh, 5,757.53 DKK; sessions in other currencies: 1",
    2024: "36 sessions, 1,145.6 kWh, 1,821.13 DKK",
}


def violations(opened: OpenedPage) -> list[str]:
    """What axe-core finds: the rule and the elements."""
    opened.page.evaluate(_AXE.read_text("utf-8"))
    found = opened.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 20
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found["violations"]]


@pytest.mark.parametrize("view", _VIEWS)
def test_axe_finds_no_violation(open_page: OpenPage, demo_page: ParsedPage, view: str) -> None:
    opened = open_page(demo_page, **_VIEWS[view])
    opened.page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    assert violations(opened) == []


@pytest.mark.parametrize("view", _VIEWS)
def test_axe_finds_no_violation_in_an_open_session(open_page: OpenPage, demo_page: ParsedPage, view: str) -> None:
    opened = open_page(demo_page, **_VIEWS[view])
    opened.find(".list tbody button").first.click()
    opened.find("dialog .cost canvas").wait_for()
    opened.page.evaluate("document.querySelector('dialog details').open = true")
    assert violations(opened) == []


def test_axe_finds_no_violation_in_danish_and_without_the_script(
    open_page: OpenPage, fetched_demo: DemoArchive
) -> None:
    assert violations(open_page(page_of(fetched_demo.logbook, "da"))) == []


def test_every_chart_is_named_and_followed_by_its_table(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page)
    charts = opened.find("section.chart:visible").all()
    assert len(charts) == 4
    for chart in charts:
        image = chart.get_by_role("img")
        assert image.count() == 1
        assert (image.get_attribute("aria-label") or "").endswith("A table follows.")
        chart.locator("summary").click()
        assert chart.get_by_role("table").locator("tbody tr").count() > 5


def test_a_year_is_chosen_by_keyboard_and_without_a_script(open_page: OpenPage, demo_page: ParsedPage) -> None:
    for options in ({}, {"java_script_enabled": False}):
        opened = open_page(demo_page, **options)
        assert opened.texts(".sums") == [_SUMS[2025]]
        opened.page.get_by_role("radio", name="2025").focus()
        opened.press("ArrowRight")
        assert opened.texts(".sums") == [_SUMS[2024]]


def test_a_chosen_year_is_announced(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page)
    announced = opened.find(".years [aria-live=polite]")
    assert announced.text_content() == ""
    for year in (2024, 2025):
        opened.page.get_by_role("radio", name=str(year)).check()
        assert announced.text_content() == f"{year}: {_SUMS[year]}"


def test_the_contents_lead_to_the_charts_of_the_chosen_year(open_page: OpenPage, demo_page: ParsedPage) -> None:
    for options in ({}, {"java_script_enabled": False}):
        opened = open_page(demo_page, **options)
        opened.page.get_by_role("radio", name="2024").check()
        assert opened.texts("nav a") == ["Months", "Days", "Hours", "Money", "Sessions", "Claims", "Findings"]
        opened.page.get_by_role("link", name="Hours").click()
        assert opened.find(".hours:target svg:visible").count() == 1


def test_only_what_scrolls_is_a_tab_stop(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page)
    opened.page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    days, months = (opened.find(f".year:visible .{chart} .scroll") for chart in ("calendar", "months"))
    expect(days).to_have_attribute("tabindex", "0")
    expect(months).not_to_have_attribute("tabindex", "0")
    opened.page.set_viewport_size({"width": 360, "height": 800})
    expect(months).to_have_attribute("tabindex", "0")


def test_a_table_of_a_session_that_scrolls_is_a_tab_stop(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page)
    opened.find(".list tbody button").nth(4).click()
    hours = opened.find("dialog .scroll").first
    expect(hours.locator("tbody tr")).not_to_have_count(0)
    expect(hours).not_to_have_attribute("tabindex", "0")
    opened.page.set_viewport_size({"width": 240, "height": 600})
    expect(hours).to_have_attribute("tabindex", "0")


@pytest.mark.parametrize("view", _VIEWS)
def test_everything_that_is_pressed_is_large_enough(open_page: OpenPage, demo_page: ParsedPage, view: str) -> None:
    opened = open_page(demo_page, **_VIEWS[view])
    opened.find(".list tbody button").first.click()
    opened.find("dialog .cost canvas").wait_for()
    small = opened.page.evaluate(
        """() => [...document.querySelectorAll("a:not(.skip), button, input, select, summary")]
            .map((element) => [element.outerHTML, element.getBoundingClientRect()])
            .filter(([, { width, height }]) => width && (width < 24 || height < 24))
            .map(([html, { width, height }]) => `${width} x ${height}: ${html}`)"""
    )
    assert small == []


@pytest.mark.parametrize("language", ["da", "en"])
def test_on_a_small_phone_the_figures_of_a_session_fit(
    open_page: OpenPage, fetched_demo: DemoArchive, language: Language
) -> None:
    opened = open_page(page_of(fetched_demo.logbook, language), **{**PHONE, "viewport": {"width": 360, "height": 740}})
    opened.find(".list tbody button").nth(4).click()
    opened.find("dialog .cost canvas").wait_for()
    widths = "regions => regions.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)"
    assert opened.find("dialog .scroll").evaluate_all(widths) == [0, 0]
    assert opened.find("dialog").evaluate("dialog => dialog.scrollWidth") <= 360


def test_the_first_link_skips_to_the_content(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page)
    opened.press("Tab")
    assert opened.focused == PageWords("en", "UTC").text("skip")
    opened.press("Enter")
    assert opened.page.url.endswith("#content")


@pytest.mark.parametrize("width", [320, 390, 760, 1280])
def test_nothing_is_wider_than_the_screen(open_page: OpenPage, demo_page: ParsedPage, width: int) -> None:
    opened = open_page(demo_page, viewport={"width": width, "height": 800})
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_the_chosen_year_stands_without_controls(open_page: OpenPage, demo_page: ParsedPage) -> None:
    opened = open_page(demo_page, color_scheme="dark")
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert opened.texts("nav, .filters, .pager button, summary, dialog") == []
    assert opened.texts("fieldset label") == ["2025"]
    assert opened.find("section.chart:visible svg:visible").count() == 4
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert opened.page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
    days = opened.find(".wide .no-session:visible")
    assert days.evaluate("days => getComputedStyle(days).stroke") == "rgb(240, 242, 244)"
