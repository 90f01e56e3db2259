"""`ladebog shell`, with a program called harlequin that opens the database as the real one does."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook

_HARLEQUIN = """\
#!{python}
import os, sys
import duckdb
*options, database = sys.argv[1:]
print(*options, flush=True)
connection = duckdb.connect(database, read_only="--read-only" in options)
rows = lambda: connection.execute("select current_setting('TimeZone'), count(*) from sessions").fetchone()
print(rows(), flush=True)
os.read(0, 1)
print(rows(), flush=True)
sys.exit(7)
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder for the PATH, which has a harlequin."""
    folder = tmp_path / "programs"
    folder.mkdir()
    program = folder / "harlequin"
    program.write_text(_HARLEQUIN.format(python=sys.executable), "utf-8")
    program.chmod(0o755)
    return folder


@contextmanager
def started(logbook: DemoLogbook, programs: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command at a terminal; the process and the test's end of the terminal."""
    ours, theirs = pty.openpty()
    environment = logbook.environment | {"PATH": f"{programs}:{os.environ['PATH']}"}
    command = logbook.command("shell")
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        try:
            yield process, ours
        finally:
            process.kill()
            os.close(ours)


def read_until(terminal: int, text: str) -> str:
    """What the terminal shows until a text, which must come."""
    shown = ""
    while text not in shown:
        shown += os.read(terminal, 1000).decode()
    return shown


@pytest.mark.system
def test_the_published_database_is_open_to_read_while_a_run_replaces_it(logbook: DemoLogbook, programs: Path) -> None:
    count = logbook.value("select count(*) from sessions")
    answer = f"('Europe/Copenhagen', {count})"
    published = logbook.paths.database.stat().st_ino
    with started(logbook, programs) as (process, terminal):
        shown = read_until(terminal, answer)
        assert shown.splitlines()[0] == "--profile None --adapter duckdb --read-only"
        logbook.do("rebuild")
        assert logbook.paths.database.stat().st_ino != published
        os.write(terminal, b"\n")
        read_until(terminal, answer)
        assert process.wait(60) == 7
    assert sorted(path.name for path in logbook.home.glob("*.duckdb*")) == ["ladebog.duckdb"]


def test_without_harlequin_it_says_how_to_install_it(logbook: DemoLogbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert refusal(logbook.run("shell"), 1) == (
        "harlequin, the program that ladebog shell starts, is not installed.",
        "Install it with: uv tool install harlequin (or: pipx install harlequin)",
    )


def test_without_a_terminal_it_is_refused(
    logbook: DemoLogbook, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(programs))
    message, _ = refusal(logbook.run("shell"), 2)
    assert message == "The shell needs a terminal. Elsewhere, use: ladebog sql"
