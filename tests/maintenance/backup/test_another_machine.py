"""A backup restored on another machine: in another folder, with another environment, by another process."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo import DemoServer
from tests.conftest import reset_server
from tests.scenarios.demo_logbook import CHECKOUT, DemoLogbook

pytestmark = pytest.mark.system


@dataclass(frozen=True)
class Backups:
    """The backups of a logbook that was deleted afterwards, and the rows that its marts had."""

    as_folder: Path
    as_zip: Path
    marts: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def backups(shared_server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Backups:
    reset_server(shared_server)
    machine, usb = tmp_path_factory.mktemp("old") / "machine", tmp_path_factory.mktemp("usb")
    logbook = DemoLogbook.begin(machine, shared_server.url)
    logbook.store_login(shared_server.tenant)
    logbook.archive("--since", "2025-10-01")
    session_id = logbook.value("select min(session_id) from sessions")
    logbook.do("session", "exclude", session_id, "--reason", "a guest", after=timedelta(hours=1))
    logbook.do("extract", "--refetch", after=timedelta(hours=2))
    logbook.do("transform", after=timedelta(hours=2))
    marts = {mart: rows for mart, rows in logbook.marts().items() if rows}
    as_folder, as_zip = (Path(logbook.do("-q", "backup", str(usb / name)).out.strip()) for name in ("disk", "copy.zip"))
    shutil.rmtree(machine)
    return Backups(as_folder, as_zip, marts)


@pytest.mark.parametrize("is_zip", [False, True])
def test_the_restored_marts_have_the_same_rows(backups: Backups, tmp_path: Path, is_zip: bool) -> None:
    backup = backups.as_zip if is_zip else backups.as_folder
    user = tmp_path / "new" / "user"
    user.mkdir(parents=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(user), "PYTHONPATH": str(CHECKOUT), "TZ": "America/New_York"}

    def ladebog(*arguments: str) -> str:
        process = subprocess.run(
            [sys.executable, "-m", "pipeline.cli.main", *arguments],
            env=environment,
            cwd=user,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert (process.returncode, process.stderr) == (0, "")
        return process.stdout

    restored = DemoLogbook(user)
    restored.home = user / "Ladebog"
    restored.paths = type(restored.paths)(restored.home)
    assert ladebog("restore", str(backup)).splitlines() == [
        f"Restored {restored.home} from {backup}.",
        "Next: ladebog login demo",
        "Then: ladebog status",
    ]
    assert "none stored: ladebog login demo" in ladebog("status")
    assert {mart: rows for mart, rows in restored.marts().items() if rows} == backups.marts
    ladebog("rebuild")
    assert {mart: rows for mart, rows in restored.marts().items() if rows} == backups.marts
    assert len(backups.marts) >= 12
