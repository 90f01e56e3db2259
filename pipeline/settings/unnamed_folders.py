"""What to do about a folder in raw/ or claims/ that is named after no account of the settings."""

from pathlib import Path

from pipeline.command_line import quoted
from pipeline.logbook.folder import Logbook
from pipeline.settings.names import name_fault, same_file
from pipeline.settings.schema import Settings

_AGAIN = "then run the same command again"


def naming_advice(logbook: Logbook, folder: Path, settings: Settings) -> str:
    """How to make a command read the folder, or do without it.

    Where an account's name differs from the folder's only in capital letters, one of them is renamed: the folder if the
    account has other folders, else the account. A folder beside that of the account is moved away.
    """
    if name_fault(folder.name):
        return f"Move it out of {folder.parent.name}/, {_AGAIN}"
    twin = same_file(folder.name, settings.accounts)
    if twin is None:
        add = f"Name it again with: ladebog account add {folder.name} --url https://OPERATOR"
        is_alone = folder.parent == logbook.claims and not (logbook.raw / folder.name).is_dir()
        return f"If it is a copy, move it out of claims/. If not:\n{add}" if is_alone else add
    if twin in _content(folder.parent):
        parent = folder.parent.name
        return f"Many computers do not distinguish it from account {twin}, so move it out of {parent}/, {_AGAIN}"
    if any(twin in _content(parent) for parent in (logbook.raw, logbook.claims)):
        return (
            f"It is probably that of account {twin}, so rename it: mv {quoted(folder)} {quoted(folder.parent / twin)}"
        )
    return f"Rename [account.{twin}] to [account.{folder.name}] in {logbook.settings.name}, {_AGAIN}"


def _content(folder: Path) -> set[str]:
    """The names in a folder as they are written, also where the file system ignores case."""
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()
