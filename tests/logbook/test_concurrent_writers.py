"""Processes that decide at the same time: each entry is written whole, or its command says to try again."""

from pathlib import Path

import pytest

from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import read_entries
from tests.scenarios.decided_logbook import DecidedLogbook
from tests.scenarios.written_logbook import ChargedSession

pytestmark = pytest.mark.system

TRY_LATER = 75


def test_no_entry_is_lost_between_writers(tmp_path: Path) -> None:
    sessions = [ChargedSession(id=str(number), stopped="2025-03-05T17:00:00+00:00") for number in range(1, 4)]
    logbook = DecidedLogbook.with_sessions(tmp_path / "logbook", {"home": sessions}, "")
    waiting = {"1", "2", "3"}
    while waiting:
        running = {name: logbook.process("session", "exclude", name, "--reason", f"gæst {name}") for name in waiting}
        for name, process in running.items():
            _, told = process.communicate(timeout=120)
            if process.returncode == TRY_LATER:
                assert "Another run is writing" in told
            else:
                assert (process.returncode, told) == (0, "")
                waiting.discard(name)

    entries = read_entries(logbook.root / "journal")
    assert [entry.entry for entry in entries] == [1, 2, 3]
    assert {entry.fields["session_id"] for entry in entries} == {"1", "2", "3"}
    assert logbook.rows("select session_id, reason from claimable_sessions order by session_id") == [
        (str(number), f"excluded: gæst {number}") for number in range(1, 4)
    ]


def test_who_comes_while_another_writes_is_told_to_try_later(tmp_path: Path) -> None:
    sessions = [ChargedSession(id="1", stopped="2025-03-05T17:00:00+00:00")]
    logbook = DecidedLogbook.with_sessions(tmp_path / "logbook", {"home": sessions}, '[[car]]\nname = "Golf"')
    with Logbook(logbook.root).lock():
        for command in (["session", "tag", "1", "x", "--reason", "y"], ["odometer", "Golf", "2025-03-31", "1"]):
            process = logbook.process(*command)
            process.communicate(timeout=120)
            assert process.returncode == TRY_LATER
    assert not logbook.journal_file.exists()
