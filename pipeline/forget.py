"""Erasing an account: its answers, decisions, claims, reports and logins, and every number made from them.

The settings name the account until all else is gone, so whoever was stopped on the way repeats the command. Copies
outside the logbook, backups among them, are not reached.
"""

import re
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline import archive, database, raw, settings, settings_removal
from pipeline.clock import Clock
from pipeline.journal import FILE_NAME, TORN, Journal, read_entries
from pipeline.logbook import Logbook, leftovers, sync_folder, write_text
from pipeline.settings import Account
from pipeline.source.credentials import all_credentials

_ENDING_OF_REPORT = r"-\d{4}(-\d{2})?(-[a-z]+)*\.[a-z]+"  # reports/files.py names them
_BEING_WRITTEN = r"\.\d+\.new"


@dataclass(frozen=True)
class Held:
    """What a logbook holds of an account."""

    segments: int
    size: int
    entries: int
    claims: list[str]
    reports: int


def held(logbook: Logbook, account: Account) -> Held:
    """What there is to erase. Raises JournalError where the journal is damaged."""
    segments = raw.segments(logbook.raw / account.name)
    claims = logbook.claims / account.name
    return Held(
        segments=len(segments),
        size=sum(segment.stat().st_size for segment in segments),
        entries=sum(entry.fields.get("account") == account.name for entry in read_entries(logbook.journal)),
        claims=sorted(path.name for path in claims.iterdir() if path.is_dir()) if claims.is_dir() else [],
        reports=len(list(_reports(logbook, account))),
    )


def forget_account(logbook: Logbook, account: Account, clock: Clock) -> None:
    """Erase all that the logbook holds of an account, and its logins; what remains is made and published again.

    Before anything is erased, all that the others' numbers are made from is read. Raises BusyError, SettingsError,
    RawStoreError, JournalError, and LogbookError where a login cannot be reached.
    """
    with logbook.lock():
        content = settings_removal.without_account(logbook.settings.read_bytes(), account.name, logbook.settings)
        others = settings.parsed(content, logbook.settings)
        journal = Journal.open(logbook.journal)
        _read_others(logbook, account)
        for keeper in all_credentials():
            keeper.forget(account)
        database.drop(logbook)  # before the journal, so that no command in between misses entries that it holds
        _erase_files(logbook, account)
        journal.forget(clock.now(), account.name)
        archive.rebuild_locked(logbook, others, clock)
        write_text(logbook.settings, content.decode())


def _read_others(logbook: Logbook, account: Account) -> None:
    """Raise RawStoreError if the numbers of the other accounts could not be made again."""
    for folder in archive.account_folders(logbook, settings.read(logbook.settings)):
        if folder.name != account.name:
            for segment in raw.segments(folder):
                deque(raw.read_lines(segment), maxlen=0)


def _erase_files(logbook: Logbook, account: Account) -> None:
    for folder in (logbook.raw / account.name, logbook.claims / account.name):
        if folder.is_dir():
            shutil.rmtree(folder)
            sync_folder(folder.parent)
    journal = logbook.journal / FILE_NAME
    torn = logbook.journal / (FILE_NAME + TORN)  # nobody knows whose entry that was to be
    cut_off = [left for path in (journal, logbook.settings, logbook.database) for left in leftovers(path)]
    for path in (*_reports(logbook, account), *_scratch(logbook), *cut_off, torn):
        path.unlink(missing_ok=True)


def _reports(logbook: Logbook, account: Account) -> Iterator[Path]:
    """The account's reports, also those of which the writing was cut off."""
    name = re.escape(account.name) + _ENDING_OF_REPORT
    pattern = re.compile(rf"{name}|\.{name}{_BEING_WRITTEN}")
    if logbook.reports.is_dir():
        yield from (path for path in logbook.reports.iterdir() if pattern.fullmatch(path.name))


def _scratch(logbook: Logbook) -> Iterator[Path]:
    """What lies in state/ but for the lock that is held."""
    for path in logbook.state.rglob("*"):
        if path.is_file() and not (path.parent == logbook.state and path.stem == "lock"):
            yield path
