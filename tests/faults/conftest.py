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

    def add(fault: str, times_tested: int, items_lost: int, message: str = "", advice: str = "") -> None:
        request.node.user_properties.append((_PROPERTY, (fault, times_tested, items_lost, message, advice)))
        assert times_tested > 0
        assert items_lost == 0
        assert bool(message) == bool(advice)

    return add


@pytest.fixture(scope="session")
def faults_server() -> Iterator[DemoServer]:
    """One server for all tests, so that copies of a logbook can use it; `new_operator` resets it for each test."""
    with DemoServer(Tenant(now=NOW)) as server:
        yield server


@pytest.fixture
def new_operator(faults_server: DemoServer) -> DemoServer:
    """An operator with an account that was opened a month ago."""
    reset_server(faults_server, Tenant(now=NOW))
    return faults_server


@pytest.fixture(scope="session")
def shared_new_logbook(faults_server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> DemoLogbook:
    """A logbook with a login. It is copied and must not be changed, like `shared_archived_logbook`."""
    reset_server(faults_server, Tenant(now=NOW))
    logbook = DemoLogbook.begin(tmp_path_factory.mktemp("begun") / "logbook", faults_server.url, client_id="1")
    logbook.store_login(faults_server.tenant)
    return logbook


@pytest.fixture(scope="session")
def shared_archived_logbook(
    faults_server: DemoServer, shared_new_logbook: DemoLogbook, tmp_path_factory: pytest.TempPathFactory
) -> DemoLogbook:
    reset_server(faults_server, Tenant(now=NOW))
    logbook = shared_new_logbook.copied(tmp_path_factory.mktemp("archived") / "logbook")
    logbook.do("run", now=NOW)
    return logbook


@pytest.fixture
def new_logbook(shared_new_logbook: DemoLogbook, new_operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook of that account, with a login, before its first run."""
    assert shared_new_logbook.account.url == new_operator.url
    return shared_new_logbook.copied(tmp_path / "new")


@pytest.fixture
def archived_logbook(shared_archived_logbook: DemoLogbook, new_operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook of that account after a run without faults."""
    assert shared_archived_logbook.account.url == new_operator.url
    return shared_archived_logbook.copied(tmp_path / "archived")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the messages of each fault, then the table: fault, times tested, items lost."""
    fault_rows = [
        line
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, line in report.user_properties
        if name == _PROPERTY
    ]
    if not fault_rows:
        return
    times_tested, items_lost, messages = Counter[str](), Counter[str](), dict[str, None]()
    for fault, times_now, lost_now, message, advice in fault_rows:
        times_tested[fault] += times_now
        items_lost[fault] += lost_now
        if message:
            messages[f"{fault}: {_without_varying_parts(message)}\n    {_without_varying_parts(advice)}"] = None
    terminalreporter.section("messages")
    for line in sorted(messages):
        terminalreporter.write_line(line)
    terminalreporter.section("faults")
    width = max(map(len, times_tested))
    terminalreporter.write_line(f"{'fault':<{width}}  times  lost")
    for fault in sorted(times_tested):
        terminalreporter.write_line(f"{fault:<{width}}  {times_tested[fault]:>5}  {items_lost[fault]:>4}")
    terminalreporter.write_line(f"{'all':<{width}}  {times_tested.total():>5}  {items_lost.total():>4}")


def _without_varying_parts(message: str) -> str:
    """A message without what differs between tests: folders, names, positions."""
    message = re.sub(r"(?<![:/\w])/\S*/(?=[^/\s]*)", "", message)
    message = re.sub(r"(line|process|location) \d+", r"\1 …", message)
    return re.sub(r"\d{5,}(T\d+Z-\w+)?", "…", message)
