"""Logbooks at a demo operator, for commands to be tried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.conftest import renew
from tests.way.demo_logbook import DemoLogbook


@pytest.fixture(scope="session")
def kept(listening: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> DemoLogbook:
    """A logbook with the last three months. To be read and copied, and not to be changed."""
    renew(listening)
    logbook = DemoLogbook.begin(tmp_path_factory.mktemp("kept") / "logbook", listening.url)
    logbook.keep_login(listening.tenant)
    logbook.archive("--since", "2025-09-01")
    return logbook


@pytest.fixture
def logbook(kept: DemoLogbook, tmp_path: Path) -> DemoLogbook:
    """A copy of the logbook with three months, to change."""
    return kept.copied(tmp_path / "logbook")


@pytest.fixture
def bare(operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    """A logbook with an account, and nothing else."""
    return DemoLogbook.begin(tmp_path / "bare", operator.url, client_id="1")
