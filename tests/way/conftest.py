"""An archive of all that the operator knows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.demo import DemoServer, Request
from tests.conftest import renew
from tests.way.demo_logbook import DemoLogbook


@dataclass(frozen=True)
class Whole:
    """An archive of everything that an undisturbed operator knows, and what it took to make it."""

    logbook: DemoLogbook
    requests: tuple[Request, ...]


@pytest.fixture(scope="session")
def whole(listening: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """To be copied, and not to be changed."""
    renew(listening)
    logbook = DemoLogbook.begin(tmp_path_factory.mktemp("whole") / "logbook", listening.url, client_id="1")
    logbook.keep_login(listening.tenant)
    logbook.archive()
    return Whole(logbook, tuple(listening.requests))


@pytest.fixture
def logbook(whole: Whole, tmp_path: Path) -> DemoLogbook:
    """A copy of the whole archive, to go on with."""
    return whole.logbook.copied(tmp_path / "logbook")


@pytest.fixture
def new_logbook(operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook with a login, of which no run was made."""
    new = DemoLogbook.begin(tmp_path / "new", operator.url, client_id="1")
    new.keep_login(operator.tenant)
    return new
