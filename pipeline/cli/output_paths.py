"""Where the user may have something written: never over what a logbook stores, logins, or a device.

And where logins may be stored: never in what a logbook stores.
"""

import os
from pathlib import Path

import click

from pipeline.errors import LogbookError
from pipeline.logbook.folder import Logbook

_STANDARD_OUTPUT = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def is_standard_output(path: Path) -> bool:
    """Whether this names the standard output, which is printed to and not replaced."""
    return str(path) in _STANDARD_OUTPUT


def output_file(logbook: Logbook, path: Path, hint: str = "-o") -> Path:
    """The file to write to, with all links resolved. Raises BadParameter unless it is new or a regular file."""
    if str(path) == "-":
        raise click.BadParameter(f"- is not the name of a file. To print, leave out {hint}.", param_hint=hint)
    file = _outside_stored(logbook, path, hint)
    if (path.exists() or os.path.lexists(file)) and not path.is_file():
        raise click.BadParameter(f"{path} is not a regular file. Name another file.", param_hint=hint)
    return file


def output_folder(logbook: Logbook, path: Path, hint: str = "--output") -> Path:
    """The folder to write to, with all links resolved. Raises BadParameter if the logbook stores something in it."""
    if str(path) == "-":
        raise click.BadParameter("- is not the name of a folder. Name a folder to write to.", param_hint=hint)
    return _outside_stored(logbook, path, hint)


def reports_folder(logbook: Logbook) -> Path:
    """The logbook's reports/. Raises LogbookError if it is a link to what a logbook stores."""
    if stored := _stored_at(logbook, Path(os.path.realpath(logbook.reports))):
        raise LogbookError(
            f"{logbook.reports} leads into another part of the logbook ({stored}).",
            "Remove that link, or name another folder: ladebog report YYYY-MM --output DIR",
        )
    return logbook.reports


def refuse_logins_in(logbook: Logbook) -> None:
    """Raise LogbookError if logins would be stored in what a logbook stores: backups and copies would contain them."""
    from pipeline.source.credentials.choose import login_files
    from pipeline.source.credentials.store import FILE_VARIABLE

    for logins in login_files():
        if stored := _stored_at(logbook, Path(os.path.realpath(logins))):
            raise LogbookError(
                f"Logins cannot be stored in {logins}: it is part of the logbook ({stored}).",
                f"Name a file outside it: export {FILE_VARIABLE}=FILE",
            )


def _outside_stored(logbook: Logbook, path: Path, hint: str = "-o") -> Path:
    """The path with all links resolved.

    Raises BadParameter if it is part of this logbook, or of one that it is in, or is a file of logins.
    """
    resolved = Path(os.path.realpath(path))
    if logins := _logins_at(resolved):
        raise click.BadParameter(f"{path} is where logins are stored ({logins}). Name another place.", param_hint=hint)
    if stored := _stored_at(logbook, resolved):
        raise click.BadParameter(f"{path} is part of the logbook ({stored}). Name another place.", param_hint=hint)
    return resolved


def _stored_at(logbook: Logbook, resolved: Path) -> Path | None:
    """What a logbook stores at a resolved path or around it: this logbook, or one that the path is in."""
    others = [other for folder in resolved.parents if (other := Logbook(folder)).settings.is_file()]
    for one in (logbook, *others):
        for stored in (one.raw, one.journal, one.claims, one.state, one.logs, one.settings, one.database):
            place = Path(os.path.realpath(stored))
            is_beside = stored == one.database and resolved.name.startswith(f"{stored.name}.")
            if _is_in(resolved, place) or (is_beside and resolved.parent == place.parent):
                return stored
    return None


def _logins_at(resolved: Path) -> Path | None:
    """The file of logins that a resolved path is, or that it is written beside, as its lock is."""
    from pipeline.source.credentials.choose import login_files

    for logins in login_files():
        place = Path(os.path.realpath(logins))
        is_beside = resolved.parent == place.parent and resolved.name.startswith(f"{place.name}.")
        if is_beside or _is_in(resolved, place) or (resolved.exists() and place.exists() and resolved.samefile(place)):
            return logins
    return None


def _is_in(path: Path, place: Path) -> bool:
    """Whether a resolved path is the place or in it, also where it is mounted or its name is written differently."""
    if path.is_relative_to(place):
        return True
    return place.is_dir() and any(folder.exists() and folder.samefile(place) for folder in (path, *path.parents))
