"""Logbooks of two accounts."""

from pathlib import Path

import pytest

from tests.scenarios.prepared_folder import prepared_folder
from tests.scenarios.two_accounts import Processes, TwoAccounts


@pytest.fixture(scope="session")
def shared_logbook(tmp_path_factory: pytest.TempPathFactory) -> TwoAccounts:
    """A logbook of two accounts. Tests read and copy it, and do not change it."""
    return TwoAccounts(prepared_folder(tmp_path_factory, "two-accounts", TwoAccounts.begin))


@pytest.fixture
def logbook(shared_logbook: TwoAccounts, tmp_path: Path) -> TwoAccounts:
    return shared_logbook.copied(tmp_path / "logbook")


@pytest.fixture(scope="session")
def processes() -> Processes:
    return Processes.start()
