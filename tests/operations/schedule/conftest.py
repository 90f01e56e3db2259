"""What the machine must have: `make test-schedule` fails without it, and says so."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.operations.schedule.user_manager import user_manager


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of somebody who has a systemd of their own."""
    assert shutil.which("systemctl"), "needs the Debian package systemd"
    with user_manager(tmp_path_factory.mktemp("user")) as environment:
        yield environment


@pytest.fixture
def crontab() -> Iterator[None]:
    """This user's crontab, empty for the test and put back behind it."""
    assert shutil.which("crontab"), "needs the Debian package cron"
    before = subprocess.run(["crontab", "-l"], capture_output=True, check=False)
    subprocess.run(["crontab", "-r"], capture_output=True, check=False)
    yield
    if before.returncode == 0:
        subprocess.run(["crontab", "-"], input=before.stdout, check=True)
    else:
        subprocess.run(["crontab", "-r"], capture_output=True, check=False)


@pytest.fixture
def cron_daemon() -> Iterator[None]:
    """A cron daemon for the test; where the machine has one, a second gives way to it at once."""
    assert shutil.which("cron"), "needs the Debian package cron"
    with subprocess.Popen(["cron", "-f"]) as daemon:
        time.sleep(1.5)  # cron compares whole seconds, so it never sees what changes in the one that it reads in
        yield
        daemon.terminate()
