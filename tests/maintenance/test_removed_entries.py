"""A decision that was removed from the journal as if its account had been forgotten is found."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.database.connection import drop_writer
from pipeline.errors import JournalError, TamperingError
from pipeline.logbook.entries import MARK, ODOMETER, ClaimMark, OdometerReading, fields_of
from pipeline.logbook.journal import Journal, read_entries
from pipeline.maintenance.forget import forget_account
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.transform.update import rebuild_archive
from tests.scenarios.claimed_logbook import FEBRUARY, MARCH, ClaimedLogbook, ServedSession, local
from tests.scenarios.forged_journal import forge_forget

ATTACHED, EXCLUDED, ASSIGNED, MARKED, READ = range(1, 6)
_OF_HOME = "it is about account home, which was not forgotten"


@pytest.fixture(scope="module")
def shared_logbook(tmp_path_factory: pytest.TempPathFactory) -> ClaimedLogbook:
    """One entry of each kind, all loaded into both databases. Tests copy it."""
    logbook = ClaimedLogbook.begin(tmp_path_factory.mktemp("shared") / "logbook", '[[car]]\nname = "Golf"\n')
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))), months=(FEBRUARY,))
    logbook.attach("bill.pdf", b"%PDF-1.7 bill")
    logbook.decide("exclude", "1")
    logbook.decide("assign", "1", "Golf")
    mark = ClaimMark(account="home", number=1, state="sent", marked_on=MARCH)
    reading = OdometerReading(car="Golf", read_on=MARCH, kilometres=48211)
    logbook.journal.append(logbook.now(), MARK, fields_of(mark))
    logbook.journal.append(logbook.now(), ODOMETER, fields_of(reading))
    logbook.update()
    return logbook


@pytest.fixture
def logbook(shared_logbook: ClaimedLogbook, tmp_path: Path) -> ClaimedLogbook:
    return shared_logbook.copied(tmp_path / "logbook")


@pytest.mark.parametrize(
    ("number", "about"),
    [
        (ATTACHED, _OF_HOME),
        (EXCLUDED, _OF_HOME),
        (ASSIGNED, _OF_HOME),
        (MARKED, _OF_HOME),
        (READ, "it is about no account that could be forgotten"),
    ],
)
def test_one_removed_entry_is_found(logbook: ClaimedLogbook, number: int, about: str) -> None:
    forge_forget(logbook.paths.journal, number)
    reason = f"it was removed, but the database contains it: {about}"
    with pytest.raises(TamperingError, match=f"journal.ndjson is not what was written: entry {number}: {reason}"):
        logbook.verify()
    with pytest.raises(JournalError, match=f"journal is damaged at entry {number}: {reason}"):
        logbook.update()
    with pytest.raises(JournalError, match=f"journal is damaged at entry {number}: {reason}"):
        rebuild_archive(logbook.paths, logbook.settings, logbook)


@pytest.mark.parametrize("lost", ["ladebog.duckdb", "state"])
def test_it_is_found_by_either_database_and_a_rebuild_does_not_hide_it(logbook: ClaimedLogbook, lost: str) -> None:
    forge_forget(logbook.paths.journal, EXCLUDED)
    path = logbook.root / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    for _ in range(2):
        with pytest.raises(JournalError, match="damaged at entry 2"):
            logbook.update()
        with pytest.raises(TamperingError, match="entry 2: it was removed"):
            logbook.verify()


def test_all_entries_of_an_account_that_is_still_there_are_found(logbook: ClaimedLogbook) -> None:
    forge_forget(logbook.paths.journal, ATTACHED, EXCLUDED, ASSIGNED, MARKED)
    with pytest.raises(TamperingError, match="entry 1: it was removed"):
        logbook.verify()


@pytest.mark.system
def test_an_account_that_was_forgotten_is_not_a_fault(logbook: ClaimedLogbook) -> None:
    other = '[account.work]\nurl = "https://other.example.invalid"\n'
    logbook.write_settings(logbook.extra_settings + other)
    logbook.account = "work"
    logbook.decide("exclude", "9")
    logbook.update()
    forget_account(logbook.paths, logbook.settings.accounts["work"], logbook)
    assert logbook.verify()[0] == "journal: 7 entries"
    logbook.write_settings(logbook.extra_settings)
    logbook.update()
    rebuild_archive(logbook.paths, logbook.settings, logbook)
    assert logbook.verify()[0] == "journal: 7 entries"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"count": 1, "entries": "1"}, "entry 3: it lists entry 1, which was not removed with it"),
        ({"count": 1, "entries": "2"}, "entry 3: it lists entry 2, which was not removed with it"),
        ({"count": 1, "entries": "9"}, "entry 3: it lists entry 9, which was not removed with it"),
    ],
)
def test_a_forget_entry_that_contradicts_the_journal_is_found(
    tmp_path: Path, fields: dict[str, str | int], reason: str
) -> None:
    at = datetime(2025, 6, 1, tzinfo=UTC)
    journal = Journal.open(tmp_path)
    for session in "12":
        journal.append(at, "exclude", {"account": "home", "session_id": session, "reason": "a guest"})
    journal.append(at, "forget", fields)
    with pytest.raises(JournalError, match=f"is damaged at {reason}"):
        read_entries(tmp_path)


@pytest.mark.system
def test_a_working_database_whose_creation_was_killed_is_not_a_fault(logbook: ClaimedLogbook) -> None:
    drop_writer(logbook.paths)
    with duckdb.connect(str(logbook.paths.writer_database)) as connection:
        connection.execute("create table x as select range as i from range(100000)")
        connection.execute("checkpoint")
        connection.execute("drop table x")
    assert logbook.paths.writer_database.stat().st_size >= 3 * 4096
    assert RecordedLinks.read(logbook.paths).faults == ()
    assert logbook.verify()[0] == "journal: 5 entries"
    logbook.update()
