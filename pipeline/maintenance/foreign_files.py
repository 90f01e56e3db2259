"""What is in raw/, journal/ and claims/ but was not written by Ladebog: links, pipes, devices, and files beside claims.

Links, pipes and devices are refused, whatever their names. Ordinary files that are not read are named: in raw/ and
journal/ all of them, in claims/ hidden ones and those that the system makes (see logbook/system_files.py).
"""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

from pipeline.claims.check import tampering
from pipeline.claims.folder import ATTACHMENTS, number_in_name
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import FILE_NAME
from pipeline.logbook.system_files import account_folders, is_made_by_system

_SHA256 = re.compile(r"[0-9a-f]{64}")


def refuse_foreign_files(logbook: Logbook) -> None:
    """Raise TamperingError for the first of them."""
    for folder in (logbook.raw, logbook.journal, logbook.claims):
        if folder.exists() and not folder.is_dir():
            raise tampering(folder, "it is not a folder")
        for path in _below(folder):
            if not path.is_symlink() and (path.is_dir() or path.is_file()):
                continue
            raise tampering(path, f"it is {kind(path)}, and Ladebog writes only folders and files")
    for account in _visible(logbook.claims):
        if not account.is_dir():
            raise tampering(account, "it is not the folder of an account")
        claims = _visible(account)
        if not claims and not (logbook.raw / account.name).is_dir():
            raise tampering(account, "it is an empty folder, and not that of an account")
        for claim in claims:
            if not number_in_name(claim) or not claim.is_dir():
                raise tampering(claim, "it is not the folder of a claim")


def unread_beside_claims(logbook: Logbook) -> list[Path]:
    """Hidden files and folders, and those of the system, in claims/ and in the folders of its accounts."""
    folders = [logbook.claims, *account_folders(logbook.claims)]
    return sorted(path for folder in folders for path in _content(folder) if path not in _visible(folder))


def unread_in_raw(logbook: Logbook) -> list[Path]:
    """What is in raw/ beside the folders of accounts, and hidden files in these."""
    accounts = account_folders(logbook.raw)
    beside = [path for path in _content(logbook.raw) if path not in accounts]
    hidden = [path for account in accounts for path in _below(account) if path.name.startswith(".")]
    return [*beside, *hidden]


def unread_in_journal(logbook: Logbook) -> list[Path]:
    """What is in journal/ beside the journal, what was set aside from it, and attached files."""
    beside = [
        path
        for path in _content(logbook.journal)
        if not path.name.startswith(FILE_NAME) and path != logbook.journal / ATTACHMENTS
    ]
    attached = _content(logbook.journal / ATTACHMENTS)
    return [*beside, *(path for path in attached if not _SHA256.fullmatch(path.name) or not path.is_file())]


def kind(path: Path) -> str:
    """What a path is, for a message."""
    mode = path.lstat().st_mode
    kinds = {stat.S_ISLNK: "a link", stat.S_ISFIFO: "a pipe", stat.S_ISSOCK: "a socket", stat.S_ISDIR: "a folder"}
    return next((name for test, name in kinds.items() if test(mode)), "a device")


def _below(folder: Path) -> Iterator[Path]:
    """Everything below a folder, without following links."""
    for path in _content(folder):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)


def _content(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _visible(folder: Path) -> list[Path]:
    """What is neither hidden nor made by the system."""
    return [path for path in _content(folder) if not path.name.startswith(".") and not is_made_by_system(path)]
