"""The links of the documentation lead to files that exist."""

import re
from pathlib import Path

import pytest

from tests.scenarios.demo_logbook import CHECKOUT

PAGES = [*CHECKOUT.glob("*.md"), *(page for page in CHECKOUT.glob("docs/**/*.md") if "_build" not in page.parts)]
_LINK = re.compile(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_links_lead_to_files(page: Path) -> None:
    links = ["".join(groups) for groups in _LINK.findall(page.read_text("utf-8"))]
    assert [link for link in links if not (page.parent / link).is_file()] == []
