"""What every fault is tried on, and the table of what was tried."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo import DemoServer, Tenant
from tests.conftest import renew
from tests.scenarios.demo_logbook import DemoLogbook

NOW = datetime(2024, 10, 3, 12, tzinfo=UTC)
"""The account is a month old then, and that month can be reported."""

Tried = Callable[..., None]
_TRIED = "tried"


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Tried:
    """`tried(FAULT, TIMES, LOST, MESSAGE, ADVICE)`: a line of the table, and what the user was told, if anything.

    Nothing may be lost, and no message may leave its reader without what to do next.
    """

    def record(fault: str, times: int, lost: int, message: str = "", advice: str = "") -> None:
        request.node.user_properties.append((_TRIED, (fault, times, lost, message, advice)))
        assert times > 0
        assert lost == 0
        assert bool(message) == bool(advice)

    return record


@pytest.fixture(scope="session")
def answering() -> Iterator[DemoServer]:
    """One server for all tests, so that copies of a logbook find it again; `young` makes it a test's own."""
    with DemoServer(Tenant(now=NOW)) as server:
        yield server


@pytest.fixture
def young(answering: DemoServer) -> DemoServer:
    """An operator at which an account was opened a month ago."""
    renew(answering, Tenant(now=NOW))
    return answering


@pytest.fixture(scope="session")
def begun(answering: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> DemoLogbook:
    """To be copied, and not to be changed; so is the next."""
    renew(answering, Tenant(now=NOW))
    logbook = DemoLogbook.begin(tmp_path_factory.mktemp("begun") / "logbook", answering.url, client_id="1")
    logbook.keep_login(answering.tenant)
    return logbook


@pytest.fixture(scope="session")
def undisturbed(answering: DemoServer, begun: DemoLogbook, tmp_path_factory: pytest.TempPathFactory) -> DemoLogbook:
    renew(answering, Tenant(now=NOW))
    logbook = begun.copied(tmp_path_factory.mktemp("undisturbed") / "logbook")
    logbook.do("run", now=NOW)
    return logbook


@pytest.fixture
def new(begun: DemoLogbook, young: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook of that account, with a login, of which no run was made."""
    assert begun.account.url == young.url
    return begun.copied(tmp_path / "new")


@pytest.fixture
def archived(undisturbed: DemoLogbook, young: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook of that account after a run that nothing disturbed."""
    assert undisturbed.account.url == young.url
    return undisturbed.copied(tmp_path / "archived")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was said of each fault, then the table: fault, times tried, items lost."""
    found = [
        line
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, line in report.user_properties
        if name == _TRIED
    ]
    if not found:
        return
    times, lost, said = Counter[str](), Counter[str](), dict[str, None]()
    for fault, number, missing, message, advice in found:
        times[fault] += number
        lost[fault] += missing
        if message:
            said[f"{fault}: {_in_general(message)}\n    {_in_general(advice)}"] = None
    terminalreporter.section("what was said")
    for line in sorted(said):
        terminalreporter.write_line(line)
    terminalreporter.section("faults")
    width = max(map(len, times))
    terminalreporter.write_line(f"{'fault':<{width}}  tried  lost")
    for fault in sorted(times):
        terminalreporter.write_line(f"{fault:<{width}}  {times[fault]:>5}  {lost[fault]:>4}")
    terminalreporter.write_line(f"{'all':<{width}}  {times.total():>5}  {lost.total():>4}")


def _in_general(message: str) -> str:
    """A message without what differs from one try to the next: folders, names, places."""
    message = re.sub(r"(?<![:/\w])/\S*/(?=[^/\s]*)", "", message)
    message = re.sub(r"(line|process|location) \d+", r"\1 …", message)
    return re.sub(r"\d{5,}(T\d+Z-\w+)?", "…", message)
