"""Erasing an account: its answers, decisions, claims, reports and logins, and every number made from them.

The settings name the account until all else is gone, so whoever was stopped on the way repeats the command. Copies
outside the logbook, backups among them, are not reached.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.claims.folder import read_claims
from pipeline.clock import Clock
from pipeline.database.connection import drop_writer
from pipeline.logbook.files import erase, leftovers, write_text
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import FILE_NAME, Journal, read_entries
from pipeline.raw.lines import read_lines
from pipeline.raw.segments import finished_segments
from pipeline.settings import editing
from pipeline.settings.reading import parse_settings
from pipeline.settings.schema import Account, Settings
from pipeline.source.credentials.choose import all_credentials
from pipeline.transform.update import rebuild_locked

_ENDING_OF_REPORT = r"-\d{4}(-\d{2})?(-[a-z]+)*\.[a-z]+"  # reports/files.py names them
_BEING_WRITTEN = r"\.\d+-[0-9a-f]+\.new"


@dataclass(frozen=True)
class AccountData:
    """What a logbook holds of an account."""

    segments: int
    size: int
    entries: int
    claims: list[str]
    reports: int


def count_account_data(logbook: Logbook, account: Account) -> AccountData:
    """What there is to erase. Raises JournalError where the journal is damaged."""
    segments = finished_segments(logbook.raw / account.name)
    claims = logbook.claims / account.name
    return AccountData(
        segments=len(segments),
        size=sum(segment.stat().st_size for segment in segments),
        entries=sum(entry.fields.get("account") == account.name for entry in read_entries(logbook.journal)),
        claims=sorted(path.name for path in claims.iterdir() if path.is_dir()) if claims.is_dir() else [],
        reports=len(list(_reports(logbook, account))),
    )


def forget_account(logbook: Logbook, account: Account, clock: Clock) -> None:
    """Erase all that the logbook holds of an account, and its logins; what remains is made and published again.

    Before anything is erased, all that the others' numbers are made from is read. Raises BusyError, SettingsError,
    UnknownNameError, RawStoreError, ClaimError, JournalError, and LogbookError where a login cannot be reached.
    """
    with logbook.lock():
        content = editing.without_account(logbook.settings.read_bytes(), account.name, logbook.settings)
        others = parse_settings(content, logbook.settings)
        journal = Journal.open(logbook.journal)
        _read_others(logbook, account, others)
        for keeper in all_credentials():
            keeper.forget(account)
        drop_writer(logbook)  # before the journal, so that no command in between misses entries that it holds
        journal.forget(clock.now(), account.name)
        for path in _erasable(logbook, account, journal):
            erase(path)
        rebuild_locked(logbook, others, clock)
        write_text(logbook.settings, content.decode())


def _read_others(logbook: Logbook, account: Account, others: Settings) -> None:
    """Raise UnknownNameError, RawStoreError or ClaimError if the others' numbers could not be made again."""
    for folder in sorted(logbook.raw.iterdir()) if logbook.raw.is_dir() else []:
        if folder.name != account.name:
            others.account(folder.name)
            for segment in finished_segments(folder):
                deque(read_lines(segment), maxlen=0)
    for folder in sorted(logbook.claims.iterdir()) if logbook.claims.is_dir() else []:
        if folder.name != account.name:
            others.account(folder.name)
            read_claims(folder)


def _erasable(logbook: Logbook, account: Account, journal: Journal) -> list[Path]:
    """What is of the account, what nobody knows whose it is, and what is made again by itself."""
    return [
        logbook.raw / account.name,
        logbook.claims / account.name,
        *_reports(logbook, account),
        *_unnamed(logbook, journal),
        *(path for folder in (logbook.state, logbook.logs) for path in folder.rglob("*") if not _is_lock(path)),
        *leftovers(logbook.settings),
        *leftovers(logbook.database),
    ]


def _unnamed(logbook: Logbook, journal: Journal) -> Iterator[Path]:
    """The files in journal/ that no entry names any more, and what a crash tore or left beside it."""
    named = {str(value) for entry in journal.entries for value in entry.fields.values()} | {FILE_NAME}
    yield from (path for path in logbook.journal.rglob("*") if path.is_file() and path.name not in named)


def _is_lock(path: Path) -> bool:
    """Whether it is, or is about, a lock that a process holds by its name. Nothing else is written there."""
    return path.name.endswith(".lock") or path.stem == "lock"


def _reports(logbook: Logbook, account: Account) -> Iterator[Path]:
    """The account's reports, also those of which the writing was cut off."""
    name = re.escape(account.name) + _ENDING_OF_REPORT
    pattern = re.compile(rf"{name}|\.{name}{_BEING_WRITTEN}")
    if logbook.reports.is_dir():
        yield from (path for path in logbook.reports.iterdir() if pattern.fullmatch(path.name))
