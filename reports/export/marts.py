"""Writes marts as Parquet, each into a folder of its own, with the texts of its head as metadata of each file.

`comment` describes a row, `comment.energy_kwh` a column with its unit. Types and names are those of the mart.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from pipeline.database import models
from pipeline.database.connection import open_published
from pipeline.database.faults import file_fault
from pipeline.database.models import Model
from pipeline.errors import UnknownNameError
from pipeline.logbook.files import replacing_folder
from pipeline.logbook.folder import Logbook
from pipeline.text import did_you_mean
from reports.export.folder import refuse_other_content, write_list
from reports.export.partitions import divided

CONFIGURATION = {
    "enable_external_access": "true",  # otherwise no file can be written
    "threads": "1",  # otherwise each of them writes a file of its own into each folder
}


def exported_marts(names: Sequence[str]) -> list[Model]:
    """The marts of these names, or all. Raises UnknownNameError for a name that no mart has."""
    marts = {model.name: model for model in sorted(models.published(), key=lambda model: model.name)}
    for name in names:
        if name not in marts:
            raise UnknownNameError(
                f"There is no mart {name}.{did_you_mean(name, marts)}", 'List them with: ladebog sql "show tables"'
            )
    return [marts[name] for name in dict.fromkeys(names or marts)]


def export_marts(logbook: Logbook, folder: Path, marts: Sequence[Model], written: Callable[[str, int], None]) -> None:
    """Replace a folder by an export of these marts; `written` is called with the name and number of rows of each.

    Raises ExportError if the folder has other content, LogbookError if there is no published database.
    """
    refuse_other_content(folder)
    with open_published(logbook, CONFIGURATION) as connection, replacing_folder(folder) as new:
        rows = {}
        for mart in marts:
            rows[mart.name] = _write(connection, mart, new / mart.name)
            written(mart.name, rows[mart.name])
        write_list(new, rows)


def _write(connection: duckdb.DuckDBPyConnection, mart: Model, folder: Path) -> int:
    """Write a mart's files; returns the number of rows. One without rows becomes one file without rows."""
    types = {column: str(kind) for column, kind, *_ in connection.execute(f"describe {mart.name}").fetchall()}
    select, partitions = divided(mart, types)
    folder.mkdir()
    try:
        if connection.execute(f"select 1 from {mart.name} limit 1").fetchone():  # noqa: S608 (a name of our own)
            return _copy(connection, mart, select, folder, f", partition_by ({', '.join(partitions)})")
        return _copy(connection, mart, f"select * from {mart.name}", folder / "empty.parquet", "")  # noqa: S608
    except duckdb.Error as error:
        fault = file_fault(folder, error)
        raise fault if isinstance(fault, OSError) else error from None


def _copy(connection: duckdb.DuckDBPyConnection, mart: Model, select: str, place: Path, options: str) -> int:
    comments = {"comment": f"{mart.grain}: {mart.purpose}"}
    comments |= {f"comment.{column}": text for column, text in mart.columns.items()}
    metadata = ", ".join(f"{models.quoted(key)}: {models.quoted(text)}" for key, text in comments.items())
    [(count,)] = connection.execute(
        f"copy ({select}) to {models.quoted(str(place))} "
        f"(format parquet, compression zstd, kv_metadata {{{metadata}}}{options})"
    ).fetchall()
    return int(count)
