"""axe-core finds nothing to complain about in any view of the page, in Chromium."""

from typing import Any

import pytest

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
        assert opened.texts(".sums") == ["105 sessions, 3,469.2 kWh, 5,757.53 DKK"]
        opened.page.get_by_role("radio", name="2025").focus()
        opened.press("ArrowRight")
        assert opened.texts(".sums") == ["36 sessions, 1,145.6 kWh, 1,821.13 DKK"]


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
