"""The systemd and cron that these tests need: `make test-schedule` fails with a message if the machine lacks them."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.operations.schedule.user_manager import user_manager


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a user with a systemd user manager."""
    assert shutil.which("systemctl"), "needs the Debian package systemd"
    with user_manager(tmp_path_factory.mktemp("user")) as environment:
        yield environment


@pytest.fixture
def crontab() -> Iterator[None]:
    """This user's crontab, empty during the test and restored after it."""
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
    """A cron daemon during the test; if the machine has one, the second ends at once."""
    assert shutil.which("cron"), "needs the Debian package cron"
    with subprocess.Popen(["cron", "-f"]) as daemon:
        time.sleep(1.5)  # cron compares times in seconds, and would miss a change in the second in which it reads
        yield
        daemon.terminate()
