"""Logbooks of two accounts."""

from pathlib import Path

import pytest

from tests.scenarios.prepared import prepared
from tests.scenarios.two_accounts import Processes, TwoAccounts


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> TwoAccounts:
    """Tests read it and copy it, and do not change it."""
    return TwoAccounts(prepared(tmp_path_factory, "two-accounts", TwoAccounts.begin))


@pytest.fixture
def logbook(made: TwoAccounts, tmp_path: Path) -> TwoAccounts:
    return made.copied(tmp_path / "logbook")


@pytest.fixture(scope="session")
def processes() -> Processes:
    return Processes.warm()
