"""The event log: whole lines of JSON, in one file for all processes, which is rotated."""

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.logbook import event_log
from pipeline.logbook.folder import Logbook
from tests.source.loopback import NOW, RecordingClock

_WRITER = """
import sys
from pathlib import Path
from pipeline.logbook import event_log
from pipeline.clock import SystemClock
from pipeline.logbook.folder import Logbook

event_log.LARGEST = 20_000
event_log.KEPT = 1000
event_log.start("run", SystemClock(), with_debug=False, on_stderr=False)
event_log.write_to(Logbook(Path(sys.argv[1])))
for number in range(500):
    event_log.info("counted", who=sys.argv[2], number=number, padding="x" * 100)
"""


@pytest.fixture
def logbook(tmp_path: Path) -> Iterator[Logbook]:
    new = Logbook.create(tmp_path / "logbook")
    event_log.start("run", RecordingClock(), with_debug=False, on_stderr=False)
    event_log.write_to(new)
    yield new
    event_log.stop()


def test_an_event_is_one_line_of_json(logbook: Logbook) -> None:
    event_log.warning("request failed", status=503, trace_id="Root=1", what="æ \n \u2028 \ud800")
    event_log.debug("not logged")
    file = logbook.logs / "ladebog.log"
    (line,) = file.read_bytes().splitlines()
    event = json.loads(line)
    assert isinstance(event.pop("pid"), int)
    assert event == {
        "at": NOW.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "level": "warning",
        "command": "run",
        "event": "request failed",
        "status": 503,
        "trace_id": "Root=1",
        "what": "æ \n \u2028 ?",
    }
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, logbook.logs)] == [0o600, 0o700]


def test_no_folder_is_created_without_events(logbook: Logbook) -> None:
    assert not logbook.logs.exists()


def test_only_the_newest_files_are_kept(logbook: Logbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "LARGEST", 1)
    for number in range(10):
        event_log.info("counted", number=number)
    logs_kept = {path.name: json.loads(path.read_text("utf-8"))["number"] for path in logbook.logs.glob("*.log.*")}
    assert logs_kept == {f"ladebog.log.{back}": 10 - back for back in range(1, 6)}


def test_concurrent_processes_lose_no_line(tmp_path: Path) -> None:
    logbook = Logbook.create(tmp_path / "logbook")
    command = [sys.executable, "-c", _WRITER, str(logbook.root)]
    processes = [subprocess.Popen([*command, str(who)]) for who in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    files = list(logbook.logs.glob("ladebog.log*"))
    lines = [json.loads(line) for path in files if path.suffix != ".lock" for line in path.read_bytes().splitlines()]
    assert len(files) > 10
    assert sorted((line["who"], line["number"]) for line in lines) == [
        (str(who), number) for who in range(3) for number in range(500)
    ]


@pytest.mark.parametrize("obstacle", ["a file instead of the folder", "a link instead of the file"])
def test_a_log_that_cannot_be_written_does_not_stop_the_command(
    logbook: Logbook, tmp_path: Path, capsys: pytest.CaptureFixture[str], obstacle: str
) -> None:
    if obstacle.startswith("a file"):
        logbook.logs.touch()
    else:
        logbook.logs.mkdir()
        (logbook.logs / "ladebog.log").symlink_to(tmp_path / "elsewhere")
    event_log.info("counted")
    assert capsys.readouterr().err.startswith(f"ladebog: note: {logbook.logs / 'ladebog.log'} cannot be written: ")
    assert not (tmp_path / "elsewhere").exists()
