"""Without a usable database, and where it cannot be updated: the advised command works."""

import errno
import resource
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from pipeline.clock import StartedClock
from pipeline.demo import DEMO_NOW
from pipeline.errors import LogbookError
from pipeline.logbook.journal import read_entries
from pipeline.settings.reading import read_settings
from pipeline.transform.update import open_current, open_with_journal
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook

_READING = [["sql", "select 1"], ["report", "2025-10"], ["session", "list"], ["check"], ["explain", "1"], ["audit"]]


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """Refuse to write past this many bytes of a file, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_lost_database_is_published_from_the_archive(logbook: DemoLogbook) -> None:
    logbook.credentials.unlink()
    logbook.paths.database.unlink()
    for command in _READING:
        message, advice = refusal(logbook.run(*command), 1)
        assert message == f"{logbook.home} has no database."
        assert advice == "Publish it from the archive with: ladebog transform"
    assert "  Publish it from the archive with: ladebog transform\n" in logbook.run("status").err
    logbook.do("transform")
    assert logbook.run("status").err == ""


@pytest.mark.system
def test_after_a_restore_without_a_database_the_advised_command_works(logbook: DemoLogbook, tmp_path: Path) -> None:
    logbook.paths.database.unlink()
    shutil.rmtree(logbook.paths.state)
    backup = logbook.do("backup", str(tmp_path)).out.splitlines()[0]
    restored = DemoLogbook(tmp_path / "restored")
    assert restored.do("restore", backup).out.splitlines()[-1] == "Then: ladebog transform"
    restored.do("transform")
    restored.do("status")


@pytest.mark.system
def test_a_folder_in_place_of_the_database_is_to_be_moved(logbook: DemoLogbook) -> None:
    logbook.paths.database.unlink()
    logbook.paths.database.mkdir()
    (logbook.paths.database / "note.txt").write_text("mine", "utf-8")
    for command in (*_READING, ["transform"], ["rebuild"]):
        message, advice = refusal(logbook.run(*command), 1)
        assert message == f"{logbook.paths.database} is a folder."
        assert advice == "Move it out of the logbook, then publish the database with: ladebog transform"
    logbook.paths.database.rename(logbook.folder / "moved")
    logbook.do("transform")
    logbook.do("sql", "select 1")


@pytest.mark.parametrize(
    "command",
    [
        ["claim", "attach", "{file}"],
        ["session", "exclude", "{session}", "--reason", "a guest"],
        ["session", "tag", "{session}", "holiday", "--reason", "in Skagen"],
    ],
    ids=lambda command: command[1],
)
def test_what_is_recorded_on_a_full_disk_is_not_to_be_repeated(logbook: DemoLogbook, command: list[str]) -> None:
    file = logbook.folder / "meter.pdf"
    file.write_bytes(b"%PDF-1.4")
    session = logbook.value("select min(session_id) from sessions")
    typed = [word.format(file=file, session=session) for word in command]
    with small_files(logbook.paths.writer_database.stat().st_size // 2):  # a checkpoint may make it smaller
        outcome = logbook.run(*typed)
    message, advice = refusal(outcome, 1)
    assert message.startswith("It is recorded, but the database was not updated: File too large (")
    assert advice == "Make room on the disk, then update it with: ladebog transform"
    (entry,) = read_entries(logbook.paths.journal)
    logbook.do("transform")
    assert logbook.value("select count(*) from facts.journal_entries") == entry.entry


def test_a_claim_that_was_made_on_a_full_disk_is_not_to_be_made_again(logbook: DemoLogbook) -> None:
    settings = read_settings(logbook.paths.settings)
    with (
        pytest.raises(LogbookError, match="It is recorded, but the database was not updated") as refused,
        ExitStack() as disk,
        open_current(logbook.paths, settings, StartedClock(DEMO_NOW)) as (_, journal),
    ):
        journal.append(DEMO_NOW, "tag", {"account": "demo", "session_id": "1", "value": "x", "reason": "y"})
        disk.enter_context(small_files(logbook.paths.writer_database.stat().st_size - 4096))
    assert refused.value.advice == "Make room on the disk, then update it with: ladebog transform"


def test_nothing_is_called_recorded_before_the_command_has_done_its_part(logbook: DemoLogbook) -> None:
    settings = read_settings(logbook.paths.settings)
    with (
        pytest.raises(OSError, match="No space left"),
        open_with_journal(logbook.paths, settings, StartedClock(DEMO_NOW)),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
