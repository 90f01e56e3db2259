"""Concurrent decisions: each entry is written whole, or its command exits with 75, try later."""

from pathlib import Path

import pytest

from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import read_entries
from tests.scenarios.decided_logbook import DecidedLogbook
from tests.scenarios.written_logbook import ChargedSession

pytestmark = pytest.mark.system

TRY_LATER = 75


def test_concurrent_writers_lose_no_entry(tmp_path: Path) -> None:
    sessions = [ChargedSession(id=str(number), stopped="2025-03-05T17:00:00+00:00") for number in range(1, 4)]
    logbook = DecidedLogbook.with_sessions(tmp_path / "logbook", {"home": sessions}, "")
    remaining = {"1", "2", "3"}
    while remaining:
        running = {
            session_id: logbook.process("session", "exclude", session_id, "--reason", f"gæst {session_id}")
            for session_id in remaining
        }
        for session_id, process in running.items():
            _, output = process.communicate(timeout=120)
            if process.returncode == TRY_LATER:
                assert "Another run is writing" in output
            else:
                assert (process.returncode, output) == (0, "")
                remaining.discard(session_id)

    entries = read_entries(logbook.root / "journal")
    assert [entry.entry for entry in entries] == [1, 2, 3]
    assert {entry.fields["session_id"] for entry in entries} == {"1", "2", "3"}
    assert logbook.rows("select session_id, reason from claimable_sessions order by session_id") == [
        (str(number), f"excluded: gæst {number}") for number in range(1, 4)
    ]


def test_a_command_while_another_one_writes_exits_with_try_later(tmp_path: Path) -> None:
    sessions = [ChargedSession(id="1", stopped="2025-03-05T17:00:00+00:00")]
    logbook = DecidedLogbook.with_sessions(tmp_path / "logbook", {"home": sessions}, '[[car]]\nname = "Golf"')
    with Logbook(logbook.root).lock():
        for command in (["session", "tag", "1", "x", "--reason", "y"], ["odometer", "Golf", "2025-03-31", "1"]):
            process = logbook.process(*command)
            process.communicate(timeout=120)
            assert process.returncode == TRY_LATER
    assert not logbook.journal_file.exists()
