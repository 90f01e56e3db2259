"""The page of the demo's archive, rendered once, and Chromium to open pages in."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.reports.page.opened_page import OpenedPage
from tests.reports.page.parsed_page import ParsedPage, page_of
from tests.scenarios.demo_archive import DemoArchive

OpenPage = Callable[..., OpenedPage]


@pytest.fixture(scope="session")
def demo_page(fetched_demo: DemoArchive) -> ParsedPage:
    return page_of(fetched_demo.logbook)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program is not None, "These tests need Chromium. Debian: apt-get install chromium"
    browser = playwright.chromium.launch(executable_path=program)
    yield browser
    browser.close()


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[OpenPage]:
    """`open_page(PARSED_PAGE, ...)` opens a page from a file, with options of a browser context.

    After the test, no page may have written a message or made a request.
    """
    opened: list[OpenedPage] = []

    def open_file(page: ParsedPage, **options: object) -> OpenedPage:
        file = tmp_path / f"page-{len(opened)}.html"
        file.write_text(page.text, "utf-8")
        opened.append(OpenedPage(chromium.new_context(**options), file))  # type: ignore[arg-type]
        return opened[-1]

    yield open_file
    for page in opened:
        page.context.close()
        assert page.messages == []
        assert page.requests == [page.file.as_uri()]
