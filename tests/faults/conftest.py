"""The logbooks and the operator that each fault is tested with, and the table of tested faults."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo import DemoServer, Tenant
from tests.conftest import reset_server
from tests.scenarios.demo_logbook import DemoLogbook

NOW = datetime(2024, 10, 3, 12, tzinfo=UTC)
"""At this time the account is a month old, and its first month can be reported."""

Record = Callable[..., None]
_PROPERTY = "fault"


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """`record(FAULT, TIMES, LOST, MESSAGE, ADVICE)` adds a row to the table, with the message to the user, if any.

    It fails if items were lost or a message has no advice.
    """

    def add(fault: str, times: int, lost: int, message: str = "", advice: str = "") -> None:
        request.node.user_properties.append((_PROPERTY, (fault, times, lost, message, advice)))
        assert times > 0
        assert lost == 0
        assert bool(message) == bool(advice)

    return add


@pytest.fixture(scope="session")
def faults_server() -> Iterator[DemoServer]:
    """One server for all tests, so that copies of a logbook can use it; `young_operator` resets it for each test."""
    with DemoServer(Tenant(now=NOW)) as server:
        yield server


@pytest.fixture
def young_operator(faults_server: DemoServer) -> DemoServer:
    """An operator with an account that was opened a month ago."""
    reset_server(faults_server, Tenant(now=NOW))
    return faults_server


@pytest.fixture(scope="session")
def shared_new_logbook(faults_server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> DemoLogbook:
    """A logbook with a login. It is copied and must not be changed, like `undisturbed`."""
    reset_server(faults_server, Tenant(now=NOW))
    logbook = DemoLogbook.begin(tmp_path_factory.mktemp("begun") / "logbook", faults_server.url, client_id="1")
    logbook.store_login(faults_server.tenant)
    return logbook


@pytest.fixture(scope="session")
def undisturbed(
    faults_server: DemoServer, shared_new_logbook: DemoLogbook, tmp_path_factory: pytest.TempPathFactory
) -> DemoLogbook:
    reset_server(faults_server, Tenant(now=NOW))
    logbook = shared_new_logbook.copied(tmp_path_factory.mktemp("undisturbed") / "logbook")
    logbook.do("run", now=NOW)
    return logbook


@pytest.fixture
def new_logbook(shared_new_logbook: DemoLogbook, young_operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook of that account, with a login, before its first run."""
    assert shared_new_logbook.account.url == young_operator.url
    return shared_new_logbook.copied(tmp_path / "new")


@pytest.fixture
def archived_logbook(undisturbed: DemoLogbook, young_operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook of that account after a run without faults."""
    assert undisturbed.account.url == young_operator.url
    return undisturbed.copied(tmp_path / "archived")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the messages of each fault, then the table: fault, times tested, items lost."""
    found = [
        line
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, line in report.user_properties
        if name == _PROPERTY
    ]
    if not found:
        return
    times, lost, messages = Counter[str](), Counter[str](), dict[str, None]()
    for fault, number, missing, message, advice in found:
        times[fault] += number
        lost[fault] += missing
        if message:
            messages[f"{fault}: {_generalized(message)}\n    {_generalized(advice)}"] = None
    terminalreporter.section("messages")
    for line in sorted(messages):
        terminalreporter.write_line(line)
    terminalreporter.section("faults")
    width = max(map(len, times))
    terminalreporter.write_line(f"{'fault':<{width}}  times  lost")
    for fault in sorted(times):
        terminalreporter.write_line(f"{fault:<{width}}  {times[fault]:>5}  {lost[fault]:>4}")
    terminalreporter.write_line(f"{'all':<{width}}  {times.total():>5}  {lost.total():>4}")


def _generalized(message: str) -> str:
    """A message without what differs between tests: folders, names, positions."""
    message = re.sub(r"(?<![:/\w])/\S*/(?=[^/\s]*)", "", message)
    message = re.sub(r"(line|process|location) \d+", r"\1 …", message)
    return re.sub(r"\d{5,}(T\d+Z-\w+)?", "…", message)
