"""Erasing an account: its answers, decisions, claims, reports and logins, and every number computed from them.

The account stays in the settings until everything else is erased, so that a command that was interrupted can be
repeated. Copies outside the logbook, such as backups, are not erased.
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
from pipeline.logbook.system_files import account_folders
from pipeline.raw.lines import read_lines
from pipeline.raw.segments import finished_segments
from pipeline.settings import editing
from pipeline.settings.reading import parse_settings
from pipeline.settings.schema import Account, Settings
from pipeline.source.credentials.choose import all_credentials
from pipeline.transform.update import rebuild_locked

_ENDING_OF_REPORT = r"-\d{4}(-\d{2})?(-[a-z]+)*\.[a-z]+"  # reports/files.py names them
_UNFINISHED = r"\.\d+-[0-9a-f]+\.new"


@dataclass(frozen=True)
class AccountData:
    """How much a logbook contains of an account."""

    segments: int
    size: int  # bytes, of the segments
    entries: int
    claims: list[str]  # names of their folders
    reports: int


def count_account_data(logbook: Logbook, account: Account) -> AccountData:
    """Count what would be erased. Raises JournalError if the journal is damaged."""
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
    """Erase everything that the logbook contains of an account, and its logins; then rebuild and publish the rest.

    Before anything is erased, the data of the other accounts is read, so that the rebuild cannot fail on it. Raises
    BusyError, SettingsError, UnknownNameError, RawStoreError, ClaimError, JournalError, and LogbookError if a login
    cannot be accessed.
    """
    with logbook.lock():
        content = editing.without_account(logbook.settings.read_bytes(), account.name, logbook.settings)
        others = parse_settings(content, logbook.settings)
        journal = Journal.open(logbook.journal)
        _read_others(logbook, account, others)
        for credentials in all_credentials():
            credentials.forget(account)
        drop_writer(logbook)  # first: the next command would find entries in it that the journal lacks
        journal.forget(clock.now(), account.name)
        for path in _erasable(logbook, account, journal):
            erase(path)
        rebuild_locked(logbook, others, clock)
        write_text(logbook.settings, content.decode())


def _read_others(logbook: Logbook, account: Account, others: Settings) -> None:
    """Raise UnknownNameError, RawStoreError or ClaimError if the other accounts could not be rebuilt."""
    for folder in account_folders(logbook.raw):
        if folder.name != account.name:
            others.account(folder.name)
            for segment in finished_segments(folder):
                deque(read_lines(segment), maxlen=0)
    for folder in account_folders(logbook.claims):
        if folder.name != account.name:
            others.account(folder.name)
            read_claims(folder)


def _erasable(logbook: Logbook, account: Account, journal: Journal) -> list[Path]:
    """The account's files, files that may be of any account, and files that are computed again."""
    return [
        logbook.raw / account.name,
        logbook.claims / account.name,
        *_reports(logbook, account),
        *_unreferenced(logbook, journal),
        *(path for folder in (logbook.state, logbook.logs) for path in folder.rglob("*") if not _is_lock(path)),
        logbook.page,  # of all accounts
        *leftovers(logbook.page),
        *leftovers(logbook.settings),
        *leftovers(logbook.database),
    ]


def _unreferenced(logbook: Logbook, journal: Journal) -> Iterator[Path]:
    """The files in journal/ that no entry refers to, among them what a crash left."""
    referenced_names = {str(value) for entry in journal.entries for value in entry.fields.values()} | {FILE_NAME}
    yield from (path for path in logbook.journal.rglob("*") if path.is_file() and path.name not in referenced_names)


def _is_lock(path: Path) -> bool:
    """Whether a file is a lock, or the note of which process has it. Neither contains anything of an account."""
    return path.name.endswith(".lock") or path.stem == "lock"


def _reports(logbook: Logbook, account: Account) -> Iterator[Path]:
    """The account's reports, also unfinished ones."""
    name = re.escape(account.name) + _ENDING_OF_REPORT
    pattern = re.compile(rf"{name}|\.{name}{_UNFINISHED}")
    if logbook.reports.is_dir():
        yield from (path for path in logbook.reports.iterdir() if pattern.fullmatch(path.name))
