"""What every fault is tried on, and the table of what was tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo import DemoServer, Tenant
from tests.conftest import renew
from tests.faults.processes import Starter
from tests.way.demo_logbook import DemoLogbook

NOW = datetime(2024, 10, 3, 12, tzinfo=UTC)
"""The account is a month old then, and that month can be reported."""

Tried = Callable[..., None]
_TRIED = "tried"


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Iterator[Tried]:
    """`tried(FAULT, TIMES, LOST, SAID)`: a line of the table. A test that writes none is no test of a fault."""

    def record(fault: str, times: int, lost: int, said: str = "") -> None:
        request.node.user_properties.append((_TRIED, (fault, times, lost, said)))
        assert times > 0
        assert lost == 0

    yield record


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
def undisturbed(begun: DemoLogbook, tmp_path_factory: pytest.TempPathFactory) -> DemoLogbook:
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


@pytest.fixture
def start(archived: DemoLogbook) -> Starter:
    """Starts processes on the logbook that a run was made of."""
    return Starter(archived, NOW)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What each fault was told to be, then the table: fault, times tried, items lost."""
    rows: dict[str, tuple[int, int, set[str]]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, (fault, times, lost, said) in report.user_properties:
                    if name == _TRIED:
                        before = rows.get(fault, (0, 0, set()))
                        rows[fault] = before[0] + times, before[1] + lost, before[2] | set(filter(None, [said]))
    if not rows:
        return
    write, width = terminalreporter.write_line, max(map(len, rows))
    terminalreporter.section("what was said")
    for fault in sorted(rows):
        for said in sorted(rows[fault][2]):
            write(f"{fault}:\n  {said.strip().replace(chr(10), chr(10) + '  ')}")
    terminalreporter.section("faults")
    write(f"{'fault':<{width}}  tried  lost")
    for fault, (times, lost, _) in sorted(rows.items()):
        write(f"{fault:<{width}}  {times:>5}  {lost:>4}")
    write(f"{'all':<{width}}  {sum(row[0] for row in rows.values()):>5}  {sum(row[1] for row in rows.values()):>4}")
