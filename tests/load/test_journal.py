"""The journal's entries reach the marts, and a rebuild keeps them."""

import shutil
from pathlib import Path

import pytest

from pipeline.errors import JournalError
from pipeline.logbook.journal import Journal
from tests.scenarios.decided_logbook import STARTED_AT, TWO_CARS, DecidedLogbook
from tests.scenarios.prepared_folder import prepared_folder
from tests.scenarios.written_logbook import ChargedSession

pytestmark = pytest.mark.system

SESSIONS = (
    ChargedSession(id="1", stopped="2025-03-05T17:00:00+00:00"),
    ChargedSession(id="2", stopped="2025-03-30T14:33:51+00:00", note="Ærø"),
    ChargedSession(id='it\'s "3"; --', stopped="2025-04-30T14:33:51+00:00"),
)


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> DecidedLogbook:
    """One decision of each kind, and two readings. Tests copy it."""
    return DecidedLogbook(prepared_folder(tmp_path_factory, "decided", decide))


def decide(root: Path) -> None:
    logbook = DecidedLogbook.with_sessions(root, {"home": SESSIONS}, TWO_CARS)
    assert logbook.ladebog("session", "assign", "1", "Golf", "--reason", "på arbejde") == 0
    assert logbook.ladebog("odometer", "Golf", "2025-03-31", "48211") == 0
    assert logbook.ladebog("session", "assign", SESSIONS[2].id, "Ærø", "--reason", 'til "Ærø"') == 0
    assert logbook.ladebog("session", "include", SESSIONS[2].id, "--reason", "it's ours; --") == 0
    assert logbook.ladebog("session", "exclude", "2", "--reason", "gæst 🚗") == 0
    assert logbook.ladebog("session", "tag", "2", "gæst", "--reason", "to find it again") == 0


@pytest.fixture
def logbook(decided: DecidedLogbook, tmp_path: Path) -> DecidedLogbook:
    return decided.copied(tmp_path / "logbook")


def test_every_entry_is_loaded(decided: DecidedLogbook) -> None:
    assert decided.rows("""
        select entry, account, session_id, action, value, reason from facts.decisions order by entry
    """) == [
        (1, "home", "1", "assign", "Golf", "på arbejde"),
        (3, "home", 'it\'s "3"; --', "assign", "Ærø", 'til "Ærø"'),
        (4, "home", 'it\'s "3"; --', "include", None, "it's ours; --"),
        (5, "home", "2", "exclude", None, "gæst 🚗"),
        (6, "home", "2", "tag", "gæst", "to find it again"),
    ]
    assert decided.rows("select entry, car, read_on::varchar, kilometres from facts.odometer") == [
        (2, "Golf", "2025-03-31", 48211)
    ]
    assert decided.rows("""
        select session_id, car, is_claimed, reason, tags from claimable_sessions order by all
    """) == [
        ("1", "Golf", True, "no rule excludes it", []),
        ("2", None, False, "excluded: gæst 🚗", ["gæst"]),
        ('it\'s "3"; --', "Ærø", True, "included: it's ours; --", []),
    ]


def test_a_rebuild_keeps_the_entries_row_for_row(logbook: DecidedLogbook) -> None:
    before = logbook.tables()
    logbook.rebuild()
    assert logbook.tables() == before
    assert {"facts.decisions", "facts.odometer", "main.claimable_sessions"} < before.keys()


def test_loading_the_journal_again_changes_nothing(logbook: DecidedLogbook) -> None:
    before = logbook.tables()
    logbook.update()
    assert logbook.tables() == before


def test_a_last_entry_that_was_cut_off_is_ignored(logbook: DecidedLogbook) -> None:
    before = logbook.tables()
    with logbook.journal_file.open("ab") as file:
        file.write(b'{"entry":7,"at":"2025-07-0')
    logbook.update()
    assert logbook.tables() == before
    assert logbook.ladebog("session", "tag", "1", "after", "--reason", "x") == 0
    assert logbook.rows("select max(entry) from facts.decisions") == [(7,)]


@pytest.mark.parametrize("kept", [5, 1, 0])
def test_entries_lost_from_the_end_are_reported_and_a_rebuild_does_not_hide_it(
    logbook: DecidedLogbook, kept: int, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = logbook.journal_file.read_bytes().splitlines(keepends=True)
    logbook.journal_file.write_bytes(b"".join(lines[:kept]))
    assert logbook.ladebog("session", "include", "2", "--reason", "x") == 1
    assert f"no longer has entry {kept + 1} as it was" in capsys.readouterr().err
    assert logbook.journal_file.read_bytes() == b"".join(lines[:kept])
    assert logbook.ladebog("rebuild") == 0
    assert logbook.rows("select (select count(*) from facts.decisions) + (select count(*) from facts.odometer)") == [
        (kept,)
    ]
    lost = "entry 6" if kept == 5 else f"entries {', '.join(map(str, range(kept + 1, 7)))}"
    assert f"journal has lost {lost}. If you can, restore it from a backup." in capsys.readouterr().err
    assert logbook.ladebog("verify") == 3
    assert f"it ends with entry {kept}, but the database contains entry {kept + 1}" in capsys.readouterr().err
    assert logbook.ladebog("session", "tag", "1", "after", "--reason", "x") == 0
    assert logbook.ladebog("verify") == 3
    assert f"its entry {kept + 1} is not the one that the database contains" in capsys.readouterr().err


def test_a_new_working_database_remembers_lost_entries_until_the_journal_is_restored(
    logbook: DecidedLogbook, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = logbook.journal_file.read_bytes()
    logbook.journal_file.unlink()
    shutil.rmtree(logbook.root / "state")
    assert logbook.ladebog("transform") == 0
    assert logbook.ladebog("verify") == 3
    logbook.journal_file.write_bytes(whole)
    assert logbook.ladebog("transform") == 0
    assert logbook.ladebog("verify") == 0
    assert "journal: 6 entries" in capsys.readouterr().out


def test_a_lost_entry_about_a_file_is_noticed(
    logbook: DecidedLogbook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bill.pdf").write_bytes(b"%PDF-1.7")
    whole = logbook.journal_file.read_bytes()
    assert logbook.ladebog("claim", "attach", str(tmp_path / "bill.pdf")) == 0
    logbook.journal_file.write_bytes(whole)
    assert logbook.ladebog("verify") == 3
    assert "it ends with entry 6, but the database contains entry 7" in capsys.readouterr().err
    assert logbook.ladebog("transform") == 1
    assert "no longer has entry 7 as it was loaded" in capsys.readouterr().err


def test_a_missing_journal_is_reported(logbook: DecidedLogbook) -> None:
    logbook.journal_file.unlink()
    with pytest.raises(JournalError, match="no longer has entry 1"):
        logbook.update()


def test_a_damaged_entry_stops_every_command_that_would_use_it(
    logbook: DecidedLogbook, capsys: pytest.CaptureFixture[str]
) -> None:
    published = (logbook.root / "ladebog.duckdb").read_bytes()
    text = logbook.journal_file.read_text("utf-8")
    logbook.journal_file.write_text(text.replace("gæst 🚗", "mig 🚗"), "utf-8")
    for command in (["transform"], ["rebuild"], ["odometer", "Golf", "2025-04-30", "50000"]):
        assert logbook.ladebog(*command) == 1
        assert "journal.ndjson is damaged at entry 5: it is not what was written" in capsys.readouterr().err
    assert (logbook.root / "ladebog.duckdb").read_bytes() == published


def test_an_entry_of_a_command_that_was_killed_is_loaded_by_the_next(logbook: DecidedLogbook) -> None:
    fields = {"account": "home", "session_id": "1", "reason": "gæst"}
    Journal.open(logbook.root / "journal").append(STARTED_AT, "exclude", {**fields})
    assert logbook.ladebog("transform") == 0
    assert logbook.rows("select is_claimed, reason from claimable_sessions where session_id = '1'") == [
        (False, "excluded: gæst")
    ]


def test_entries_of_other_kinds_are_skipped(logbook: DecidedLogbook) -> None:
    before = logbook.tables()
    Journal.open(logbook.root / "journal").append(STARTED_AT, "paid", {"account": "home", "claim": 7})
    logbook.update()
    assert logbook.tables() == before
