"""Each page of the documentation names the language that it is written in."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.demo_logbook import CHECKOUT


@pytest.mark.system
def test_the_danish_pages_say_that_they_are_danish(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-d", str(tmp_path / "doctrees"), "docs", str(tmp_path / "html")],
        cwd=CHECKOUT,
        check=True,
        timeout=120,
    )
    pages = list((tmp_path / "html").rglob("*.html"))
    assert len(pages) > 20
    danish = {page.stem for page in pages if 'lang="da"' in page.read_text("utf-8")}
    assert danish == {"kom-godt-i-gang", "din-token"}
