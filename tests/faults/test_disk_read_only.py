"""A logbook on a read-only disk, such as a snapshot: what only reads works, and the rest names the disk."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.faults.conftest import NOW, Record
from tests.faults.content import count_lost, items
from tests.faults.test_disk_full import stop_message
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder, mounted over itself so that nobody can write to it."""
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_logbook_on_a_read_only_disk_is_verified_and_backed_up(
    new_operator: DemoServer, new_logbook: DemoLogbook, tmp_path: Path
) -> None:
    new_logbook.do("run", now=NOW)
    files = sorted(new_logbook.paths.root.rglob("*"))
    with read_only(new_logbook.paths.root):
        assert "nothing was changed" in new_logbook.do("verify").out
        assert "nothing was changed" in new_logbook.do("verify", "--full").out
        assert "read back and verified" in new_logbook.do("backup", str(tmp_path / "copy.zip")).out
        new_logbook.do("status", now=NOW)
    assert sorted(new_logbook.paths.root.rglob("*")) == files


@pytest.mark.parametrize("command", [("run",), ("transform",), ("session", "exclude", "1", "--reason", "private")])
def test_a_command_that_writes_to_a_read_only_disk_names_the_disk(
    command: tuple[str, ...], new_operator: DemoServer, new_logbook: DemoLogbook, record: Record
) -> None:
    new_logbook.do("run", now=NOW)
    items_before = items(new_logbook)
    with read_only(new_logbook.paths.root):
        message, advice = stop_message(new_logbook.run(*command, now=NOW))
    assert "read-only file system" in message.lower()
    assert advice == "Make the disk writable, then run the same command again"
    record("disk read-only", 1, count_lost(items_before, new_logbook), message, advice)
