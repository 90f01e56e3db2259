"""The one place that opens DuckDB: the writer's database, and the published copy that everybody reads."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline import models
from pipeline.errors import DatabaseError, LogbookError
from pipeline.logbook import FILE_MODE, Logbook, beside_of, discard, make_folder, replacing

if TYPE_CHECKING:
    import polars

SCHEMA_VERSION = 5
_NO_EXTENSIONS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
_WRITER = {
    **_NO_EXTENSIONS,
    "storage_compatibility_version": "v1.5.0",  # compresses text several times better, and opens in DuckDB 2
}
_READ_ONLY = {
    **_NO_EXTENSIONS,
    "enable_external_access": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",  # a name in a query is a table's, never a variable's of this program
}
_DAMAGE = re.compile("could not read enough bytes|checksum", re.IGNORECASE)
_REBUILD = "Make it again from raw/ with: ladebog rebuild"


@contextmanager
def writer(logbook: Logbook) -> Iterator[duckdb.DuckDBPyConnection]:
    """The writer's database, made or remade where it is missing or of an older schema. The caller holds the lock.

    Raises DatabaseError if it is from a newer version or cannot be read.
    """
    make_folder(logbook.state)
    path = logbook.writer_database
    if path.exists() and path.stat().st_size == 0:  # the making of it was cut off at once
        path.unlink()
    connection = _connect(path, read_only=False, configuration=_WRITER)
    if not connection.execute("select count(*) from duckdb_tables()").fetchall()[0][0]:
        _create(connection, path)
    if _schema_version(connection, path) < SCHEMA_VERSION:
        connection.close()
        drop(logbook)
        connection = _connect(path, read_only=False, configuration=_WRITER)
        _create(connection, path)
    with _closing(connection, path):
        yield connection


@contextmanager
def published(
    logbook: Logbook, configuration: Mapping[str, str] = MappingProxyType({})
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database, read-only and shut off from files and extensions.

    Raises LogbookError where nothing has been published yet, DatabaseError if it cannot be read.
    """
    if not logbook.database.is_file():
        raise LogbookError(
            f"{logbook.root} has no database yet.", "Fetch your sessions with: ladebog run (or ladebog import FILE...)"
        )
    connection = _connect(logbook.database, read_only=True, configuration={**_READ_ONLY, **configuration})
    version = _schema_version(connection, logbook.database)
    with _closing(connection, logbook.database):
        if version < SCHEMA_VERSION:
            raise DatabaseError(f"{logbook.database} is from an older Ladebog.", "Make it anew with: ladebog transform")
        yield connection


def publish(logbook: Logbook) -> None:
    """Put a copy of the writer's database, which must be closed, in the place of the published one.

    The caller holds the lock, so what lies there of others that were to be is what killed runs left.
    """
    for left in beside_of(logbook.database):
        discard(left)
    with replacing(logbook.database) as beside:
        shutil.copyfile(logbook.writer_database, beside)


def drop(logbook: Logbook) -> None:
    """Remove the writer's database; loading makes it again from raw/."""
    for name in (logbook.writer_database, logbook.writer_database.with_name("writer.duckdb.wal")):
        name.unlink(missing_ok=True)


def is_damage(error: duckdb.Error) -> bool:
    """Whether the file is cut short or not what was written, which DuckDB notices only where it reads it."""
    return bool(_DAMAGE.search(str(error)))


def is_interrupt(error: Exception) -> bool:
    """Whether this is Ctrl-C, which DuckDB turns into an error of its own where it comes during a query."""
    return type(error) is RuntimeError and str(error) == "Query interrupted"


class ArrowStream:
    """A polars frame as DuckDB can scan it, without pyarrow in between."""

    def __init__(self, frame: "polars.DataFrame") -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: Any = None) -> list[dict[str, Any]]:
    """The result of a query as one dict a row."""
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def _closing(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        raise DatabaseError(f"{path} is damaged: {_first_line(error)}.", _REBUILD) from None
    finally:
        connection.close()


def _connect(path: Path, *, read_only: bool, configuration: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=dict(configuration))
        connection.execute("set timezone = 'UTC'")
    except duckdb.Error as error:
        raise DatabaseError(f"{path} cannot be opened: {_first_line(error)}.", _REBUILD) from None
    return connection


def _create(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make the fact tables, all empty, in a database without any: a new one, or one whose making was cut off."""
    path.chmod(FILE_MODE)
    connection.execute("begin")
    connection.execute("create schema facts")
    connection.execute("create schema staging")
    for model in models.schema():
        connection.execute(model.text)
        models.comment_on(connection, model, "table")
    connection.execute("insert into facts.settings values (?, '', 24, 'stop', '', '', 0)", [SCHEMA_VERSION])
    connection.execute("commit")


def _schema_version(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """The schema of an open database. If it is newer than this program, or not ours: close it, raise DatabaseError."""
    try:
        found = connection.execute("select schema_version, ladebog_version from facts.settings").fetchone()
        if found is None:
            raise DatabaseError(f"{path} does not say which schema it has.", _REBUILD)
        version, written_by = found
        if version > SCHEMA_VERSION:
            raise DatabaseError(
                f"{path} is from a newer Ladebog ({written_by}, schema {version}; this one knows {SCHEMA_VERSION}).",
                "Update Ladebog, or make the database again for this version with: ladebog rebuild",
            )
    except duckdb.Error as error:
        connection.close()
        raise DatabaseError(f"{path} is not one of Ladebog's databases: {_first_line(error)}.", _REBUILD) from None
    except DatabaseError:
        connection.close()
        raise
    return int(version)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
