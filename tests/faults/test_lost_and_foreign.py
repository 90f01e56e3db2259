"""An end lost from the journal, a log of another program and pipes in the logbook are named; nothing is lost."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Record
from tests.faults.content import count_lost, items
from tests.scenarios.demo_logbook import DemoLogbook

pytestmark = pytest.mark.faults


def test_an_end_lost_from_the_journal(archived_logbook: DemoLogbook, record: Record) -> None:
    before, journal = items(archived_logbook), archived_logbook.paths.journal / "journal.ndjson"
    (session_id,) = (row["session_id"] for row in archived_logbook.ask("select session_id from sessions limit 1"))
    for action in ("exclude", "include"):
        archived_logbook.do("session", action, session_id, "--reason", "a guest", now=NOW)
    whole = journal.read_bytes()
    journal.write_bytes(whole.splitlines(keepends=True)[0])
    archived_logbook.do("rebuild", now=NOW)
    message, advice = refusal(archived_logbook.run("verify", now=NOW), 3)
    assert "it ends with entry 1, but the database contains entry 2" in message
    record("journal: its end lost, then a rebuild", 1, count_lost(before, archived_logbook), message, advice)
    journal.write_bytes(whole)
    archived_logbook.do("transform", now=NOW)
    archived_logbook.do("verify", now=NOW)


def test_a_log_of_another_program(archived_logbook: DemoLogbook, record: Record) -> None:
    before, log = items(archived_logbook), archived_logbook.home / "ladebog.duckdb.wal"
    log.write_bytes(b"of another program")
    message, advice = refusal(archived_logbook.run("sql", "from months", now=NOW), 1)
    assert advice.endswith("ladebog transform")
    archived_logbook.do("transform", now=NOW)
    assert not log.exists()
    record("published database: a log of another program", 1, count_lost(before, archived_logbook), message, advice)


@pytest.mark.parametrize("place", ["claims/pipe", "raw/demo/pipe", "journal/pipe"])
def test_a_pipe_in_the_logbook(archived_logbook: DemoLogbook, record: Record, place: str, tmp_path: Path) -> None:
    before, pipe = items(archived_logbook), archived_logbook.home / place
    pipe.parent.mkdir(exist_ok=True)
    os.mkfifo(pipe)
    message, advice = refusal(archived_logbook.run("verify", now=NOW), 3)
    assert message.startswith(f"{pipe} is not what was written: it is a pipe")
    record("a pipe in the logbook", 1, count_lost(before, archived_logbook), message, advice)
    pipe.unlink()
    archived_logbook.do("verify", now=NOW)
    archived_logbook.do("backup", str(tmp_path), now=NOW, after=timedelta(hours=1))
