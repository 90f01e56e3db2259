"""The pages of docs/reference/ that follow from the code are what `make reference` would write."""

import pytest

from docs import write_reference


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return write_reference.pages()


@pytest.mark.system
def test_the_reference_pages_follow_from_the_code(pages: dict[str, str]) -> None:
    outdated = [name for name, text in pages.items() if (write_reference.FOLDER / name).read_text("utf-8") != text]
    assert outdated == [], "write them again with: make reference"
