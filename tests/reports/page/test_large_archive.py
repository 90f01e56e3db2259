"""The page of five years stays small, is soon made, and opens at once: measured by the time that processors work."""

import os
import resource
import subprocess
import sys

import pytest
from playwright.sync_api import Browser

from pipeline.logbook.folder import Logbook
from tests.reports.page.conftest import OpenPage
from tests.reports.page.large_archive import SAMPLES, SESSIONS, large_archive
from tests.reports.page.parsed_page import ParsedPage
from tests.scenarios.demo_logbook import CHECKOUT

pytestmark = pytest.mark.page


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Logbook:
    return large_archive(tmp_path_factory.mktemp("large") / "home")


def made_page(archive: Logbook) -> float:
    """Make the page with the command; returns how many seconds processors worked for it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "pipeline.cli.main", "--home", str(archive.root), "page"],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        check=True,
        capture_output=True,
        timeout=120,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_the_page_is_made_in_five_seconds_and_smaller_than_one_and_a_half_megabytes(archive: Logbook) -> None:
    assert made_page(archive) < 5
    assert archive.page.stat().st_size < 1_500_000


def test_the_page_opens_in_one_second(archive: Logbook, chromium: Browser) -> None:
    made_page(archive)
    page = chromium.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(archive.page.as_uri())
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    page.close()
    assert 0 < metrics["TaskDuration"] < 1


def test_all_sessions_and_the_last_curve_can_be_seen(archive: Logbook, open_page: OpenPage) -> None:
    made_page(archive)
    opened = open_page(ParsedPage(archive.page.read_text("utf-8")))
    assert opened.shown == f"1–25 af {SESSIONS // 1000}.{SESSIONS % 1000}"
    assert len(opened.texts("fieldset label")) == 6
    opened.page.get_by_role("button", name="Startede", exact=True).click()
    opened.find(".list tbody button").first.click()
    opened.find("dialog .curve canvas").wait_for()
    assert len(opened.texts("dialog details tbody >> nth=0 >> tr")) >= 4
    assert archive.page.read_text("utf-8").count("<tr") > SESSIONS > SAMPLES
