"""`ladebog page`: where it writes, in which language, and how it opens the browser."""

import os
import re
import subprocess
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import NO_DELAY, DemoLogbook


def test_the_page_is_written_into_reports(logbook: DemoLogbook) -> None:
    page = logbook.paths.reports / "ladebog.html"
    assert logbook.do("page").out == f"{page}\n"
    assert page.stat().st_mode & 0o777 == 0o600
    text = page.read_text("utf-8")
    assert '<html lang="da">' in text
    assert "Klar til udlæg" in text


def test_the_page_is_written_to_a_named_file_in_a_named_language(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    page = tmp_path / "new" / "charging.html"
    assert shared_logbook.do("page", "--language", "en", "--output", str(page)).out == f"{page}\n"
    assert '<html lang="en-GB">' in page.read_text("utf-8")
    assert not (shared_logbook.paths.reports / "ladebog.html").exists()


@pytest.mark.system
def test_a_failed_run_is_on_the_page_with_its_reason(operator: DemoServer, logbook: DemoLogbook) -> None:
    operator.tenant.expire_token()
    operator.tenant.refresh(operator.tenant.refresh_token)
    logbook.run("run")
    logbook.do("transform")
    logbook.do("page", "--language", "en")
    assert (
        "The newest run failed: The operator no longer accepts the login of account demo. Run it again to see what to "
        "do: ladebog run"
    ) in (logbook.paths.reports / "ladebog.html").read_text("utf-8")


def test_commands_on_the_page_name_the_logbook_as_it_was_named(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    folder = tmp_path / "Ladebog på disk"
    folder.symlink_to(shared_logbook.home)
    file = tmp_path / "page.html"
    shared_logbook.do("page", "--language", "en", "--output", str(file))
    plain = re.findall(r"<code>(.*?)</code>", file.read_text("utf-8"))
    assert any(command.startswith("ladebog claim create ") for command in plain)
    shared_logbook.do("--home", str(folder), "page", "--language", "en", "--output", str(file))
    named = [unescape(command) for command in re.findall(r"<code>(.*?)</code>", file.read_text("utf-8"))]
    assert named == [command.replace("ladebog ", f"ladebog --home '{folder}' ") for command in map(unescape, plain)]


@pytest.mark.parametrize("place", ["raw/x.html", "ladebog.toml"])
def test_the_page_is_not_written_over_what_the_logbook_stores(shared_logbook: DemoLogbook, place: str) -> None:
    message, _ = refusal(shared_logbook.run("page", "--output", str(shared_logbook.home / place)), 2)
    assert message.startswith(f"Invalid value for --output: {shared_logbook.home / place} is part of the logbook (")


def test_a_hyphen_is_not_a_file(shared_logbook: DemoLogbook) -> None:
    message, _ = refusal(shared_logbook.run("page", "--output", "-"), 2)
    assert message == "Invalid value for --output: - is not the name of a file. To print, leave out --output."


def test_a_logbook_without_a_database_says_what_to_run(empty_logbook: DemoLogbook) -> None:
    message, advice = refusal(empty_logbook.run("page"), 1)
    assert message.endswith("has no database yet.")
    assert "ladebog run" in advice


def opened(logbook: DemoLogbook, browser: Path, page: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        logbook.command("page", "--open", "--output", str(page)),
        env=logbook.environment | {"BROWSER": str(browser), "PATH": os.defpath},
        cwd=page.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@pytest.mark.system
def test_the_browser_is_given_the_address_of_the_file(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    browser, page, address = tmp_path / "browser", tmp_path / "my page.html", tmp_path / "address"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{address}"\n', "utf-8")
    browser.chmod(0o700)
    assert opened(shared_logbook, browser, page).stderr == ""
    assert address.read_text("utf-8") == page.as_uri()


@pytest.mark.system
def test_without_a_browser_the_page_is_named(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    process = opened(shared_logbook, tmp_path / "none", tmp_path / "page.html")
    assert process.stderr == (
        f"ladebog: note: There is no browser to open it with. Open {tmp_path / 'page.html'} in one.\n"
    )
    assert process.stdout == f"{tmp_path / 'page.html'}\n"


def page_after_run(logbook: DemoLogbook, *options: str, after: timedelta = NO_DELAY) -> tuple[str, str]:
    """The output of a run that finds nothing new after the first one, and the page's text."""
    outcome = logbook.do(*options, "run", after=after)
    return outcome.out, logbook.paths.page.read_text("utf-8")


@pytest.mark.system
def test_a_run_writes_the_page_if_something_in_it_has_changed(operator: DemoServer, logbook: DemoLogbook) -> None:
    out, page = page_after_run(logbook)
    assert out.splitlines()[-1] == str(logbook.paths.page)
    out, same_page = page_after_run(logbook, after=timedelta(hours=1))
    assert str(logbook.paths.page) not in out
    assert same_page == page
    session = operator.tenant.scene("clocks_back_2025")
    operator.tenant.correct(session.id, amount=session.amount + 10)
    out, changed_page = page_after_run(logbook, after=timedelta(hours=2))
    assert out.splitlines()[-1] == str(logbook.paths.page)
    assert changed_page != page


@pytest.mark.system
def test_a_run_makes_the_page_again_in_the_language_of_claims(operator: DemoServer, logbook: DemoLogbook) -> None:
    page_after_run(logbook)
    with logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write('\n[claim]\nlanguage = "en"\n')
    assert '<html lang="en-GB">' in page_after_run(logbook, after=timedelta(hours=1))[1]


def test_a_run_without_sessions_writes_no_page(empty_logbook: DemoLogbook) -> None:
    assert refusal(empty_logbook.run("run"), 4)[1] == "Log in: ladebog login demo"
    assert not empty_logbook.paths.page.exists()


@pytest.mark.system
def test_a_page_that_cannot_be_written_does_not_fail_the_run(operator: DemoServer, logbook: DemoLogbook) -> None:
    logbook.paths.page.mkdir(parents=True)
    outcome = logbook.do("run")
    assert "ladebog: Page not written: Is a directory" in outcome.err
    assert "ladebog page" in outcome.err
    assert (logbook.paths.reports / "demo-2025-10.xlsx").is_file()
