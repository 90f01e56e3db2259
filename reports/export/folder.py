"""The folder of an export: a list of what it contains, which is written last, next to a folder per mart."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

import pipeline
from pipeline.errors import ExportError
from pipeline.logbook.files import write_text

_LIST = "_ladebog_export.json"  # engines that read Parquet skip files whose names begin with _


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """The list: which Ladebog wrote the export, and the number of rows of each mart."""

    ladebog_version: str
    rows: dict[str, int]


def refuse_other_content(folder: Path) -> None:
    """Raise ExportError unless the folder is missing, empty, or an export without anything else in it."""
    if "\\" in str(folder):
        raise ExportError(
            f"{folder} has a backslash in its path, which DuckDB cannot write to.", "Name another folder to export to"
        )
    if not folder.exists() or not any(folder.iterdir()):
        return
    known = read_list(folder)
    if known is None:
        raise ExportError(
            f"{folder} has files in it and is not an export of Ladebog's.", "Name a new or empty folder to export to"
        )
    for path in folder.rglob("*"):
        mart = path.relative_to(folder).parts[0]
        if path.name != _LIST and (mart not in known.rows or not (path.is_dir() or path.suffix == ".parquet")):
            raise ExportError(
                f"{path} is not part of the export in {folder}, which would be replaced.",
                "Move it elsewhere, then run the same command again",
            )


def read_list(folder: Path) -> Export | None:
    """What the folder's list says; None if it has none that can be read."""
    try:
        return msgspec.json.decode((folder / _LIST).read_bytes(), type=Export)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_list(folder: Path, rows: Mapping[str, int]) -> None:
    """Write the list of an export that is complete."""
    export = Export(ladebog_version=pipeline.__version__, rows=dict(rows))
    write_text(folder / _LIST, msgspec.json.format(msgspec.json.encode(export), indent=2).decode() + "\n")
