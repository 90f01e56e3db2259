"""Where the user may have something written: never over what the logbook stores, nor over a device."""

import os
from pathlib import Path

import click

from pipeline.logbook.folder import Logbook


def output_file(logbook: Logbook, path: Path) -> Path:
    """The file to write to, with all links resolved. Raises BadParameter unless it is new or a regular file."""
    file = _outside_stored(logbook, path)
    if (path.exists() or os.path.lexists(file)) and not path.is_file():
        raise click.BadParameter(f"{path} is not a regular file. Name another file.", param_hint="-o")
    return file


def output_folder(logbook: Logbook, path: Path) -> Path:
    """The folder to write to, with all links resolved. Raises BadParameter if the logbook stores something in it."""
    return _outside_stored(logbook, path, hint="--output")


def _outside_stored(logbook: Logbook, path: Path, hint: str = "-o") -> Path:
    resolved = Path(os.path.realpath(path))
    for stored in (logbook.raw, logbook.journal, logbook.claims, logbook.state, logbook.settings, logbook.database):
        if resolved.is_relative_to(os.path.realpath(stored)):
            raise click.BadParameter(f"{path} is part of the logbook ({stored}). Name another place.", param_hint=hint)
    return resolved
