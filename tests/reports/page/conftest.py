"""The page of the demo's archive, rendered once."""

import pytest

from tests.reports.page.parsed_page import ParsedPage, page_of
from tests.scenarios.demo_archive import DemoArchive


@pytest.fixture(scope="session")
def demo_page(fetched_demo: DemoArchive) -> ParsedPage:
    return page_of(fetched_demo.logbook)
