"""A backup restored on another machine: in another folder, with another environment, by another process."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.scenarios.demo_logbook import CHECKOUT, DemoLogbook

pytestmark = pytest.mark.system


@pytest.mark.parametrize("name", ["disk", "copy.zip"])
def test_the_restored_marts_have_the_same_rows(operator: DemoServer, tmp_path: Path, name: str) -> None:
    logbook = DemoLogbook.begin(tmp_path / "old" / "machine", operator.url)
    logbook.store_login(operator.tenant)
    logbook.archive("--since", "2025-09-01")
    session_id = logbook.value("select min(session_id) from sessions")
    logbook.do("session", "exclude", session_id, "--reason", "a guest", after=timedelta(hours=1))
    logbook.do("extract", "--refetch", after=timedelta(hours=2))
    logbook.do("transform", after=timedelta(hours=2))
    marts_before = {mart: rows for mart, rows in logbook.marts().items() if rows}
    target = tmp_path / "usb" / name
    target.parent.mkdir()
    backup = Path(logbook.do("-q", "backup", str(target)).out.strip())
    shutil.rmtree(tmp_path / "old")

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
    assert {mart: rows for mart, rows in restored.marts().items() if rows} == marts_before
    ladebog("rebuild")
    assert {mart: rows for mart, rows in restored.marts().items() if rows} == marts_before
    assert len(marts_before) >= 12
