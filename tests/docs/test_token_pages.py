"""Where the documentation and the help say to look for a token."""

import pytest

from pipeline.cli.login import login
from pipeline.source.app.endpoints import HISTORY_PATH
from tests.scenarios.demo_logbook import CHECKOUT


@pytest.mark.parametrize("page", ["token.md", "din-token.md"])
def test_each_page_names_the_address_that_ladebog_asks(page: str) -> None:
    text = (CHECKOUT / "docs" / "start" / page).read_text("utf-8")
    assert text.count(f"`{HISTORY_PATH.rpartition('/')[2]}`") == 2


def test_the_help_of_login_names_that_address_in_both_languages() -> None:
    english, danish = (login.help or "").split("På dansk:")
    name = HISTORY_PATH.rpartition("/")[2]
    assert f"address contains {name}." in " ".join(english.split())
    assert f"adresse indeholder {name}." in " ".join(danish.split())
