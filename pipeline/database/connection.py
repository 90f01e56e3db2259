"""The one place that opens DuckDB: the writer's database, and the published copy that everybody reads."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

from pipeline.database import checksum, models
from pipeline.database.faults import REBUILD, file_fault
from pipeline.errors import DatabaseError, LogbookError
from pipeline.logbook.files import FILE_MODE, make_folder, replacing
from pipeline.logbook.folder import Logbook

SCHEMA_VERSION = 6
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
_HEAD = 3 * 4096  # bytes that DuckDB writes into a new file before all others


@contextmanager
def open_writer(logbook: Logbook) -> Iterator[duckdb.DuckDBPyConnection]:
    """The writer's database, made or remade where it is missing or of an older schema. The caller holds the lock.

    Raises DatabaseError if it is from a newer version, cannot be read, or is not as the last run left it; OSError where
    the disk is full.
    """
    make_folder(logbook.state)
    path = logbook.writer_database
    size = path.stat().st_size if path.exists() else 0
    is_as_it_was_left = checksum.agrees(path) if size else None
    if size < _HEAD and is_as_it_was_left is None:  # the making of it was cut off at once
        path.unlink(missing_ok=True)
    connection = _connect(path, read_only=False, configuration=_WRITER)
    version = _schema_version(connection, path)
    if version is not None and version < SCHEMA_VERSION:
        connection.close()
        drop_writer(logbook)
        connection, version, is_as_it_was_left = _connect(path, read_only=False, configuration=_WRITER), None, None
    try:
        with _closing(connection, path):
            if version is None:
                _create(connection, path)
            if is_as_it_was_left is False:
                raise DatabaseError(
                    f"{path} is not as Ladebog left it: the disk is failing, or another program wrote to it.", REBUILD
                )
            if is_as_it_was_left is None:
                _read_whole(connection)
            checksum.remove(path)
            yield connection
            connection.execute("checkpoint")  # closing does it too, but keeps it to itself when it fails
    except DatabaseError:
        raise
    except BaseException:
        checksum.leave(path)
        raise
    checksum.leave(path)


@contextmanager
def open_published(
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
        if version is None:
            raise DatabaseError(f"{logbook.database} is empty.", REBUILD)
        if version < SCHEMA_VERSION:
            raise DatabaseError(f"{logbook.database} is from an older Ladebog.", "Make it anew with: ladebog transform")
        yield connection


def publish(logbook: Logbook) -> None:
    """Put a copy of the writer's database, which must be closed, in the place of the published one."""
    with replacing(logbook.database) as beside:
        shutil.copyfile(logbook.writer_database, beside)


def drop_writer(logbook: Logbook) -> None:
    """Remove the writer's database; loading makes it again from raw/."""
    checksum.remove(logbook.writer_database)
    for path in (logbook.writer_database, checksum.wal(logbook.writer_database)):
        path.unlink(missing_ok=True)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what is done in the context, or undo all of it when an error is raised, Ctrl-C included."""
    try:
        connection.execute("begin")
        yield
        connection.execute("commit")
    except BaseException:
        with suppress(duckdb.Error):  # DuckDB may have ended the transaction itself; the first error is the one to show
            connection.execute("rollback")
        raise


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
        if fault := file_fault(path, error):
            raise fault from None
        raise
    finally:
        connection.close()


def _connect(path: Path, *, read_only: bool, configuration: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=dict(configuration))
        connection.execute("set timezone = 'UTC'")
    except duckdb.Error as error:
        raise file_fault(path, error) or DatabaseError(
            f"{path} cannot be opened: {_first_line(error)}.", REBUILD
        ) from None
    return connection


def _read_whole(connection: duckdb.DuckDBPyConnection) -> None:
    """Read every block that holds a row, so that DuckDB compares each with its checksum."""
    for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall():
        connection.execute(f"select bit_xor(hash(columns(*))) from {schema}.{table}").fetchall()  # noqa: S608 (our own)


def _create(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make the fact tables, all empty, in a database without any: a new one, or one whose making was cut off."""
    path.chmod(FILE_MODE)
    with transaction(connection):
        connection.execute("create schema facts")
        for model in models.schema():
            connection.execute(model.text)
            models.comment_on(connection, model, "table")
        connection.execute("insert into facts.settings values (?, '', 24, 'stop', '', '', 0)", [SCHEMA_VERSION])


def _schema_version(connection: duckdb.DuckDBPyConnection, path: Path) -> int | None:
    """The schema of an open database, or None if it holds no table at all.

    If it is newer than this program, or not ours: close it, raise DatabaseError.
    """
    try:
        if not connection.execute("select count(*) from duckdb_tables()").fetchall()[0][0]:
            return None
        found = connection.execute("select schema_version, ladebog_version from facts.settings").fetchone()
        if found is None:
            raise DatabaseError(f"{path} does not say which schema it has.", REBUILD)
        version, written_by = found
        if version > SCHEMA_VERSION:
            raise DatabaseError(
                f"{path} is from a newer Ladebog ({written_by}, schema {version}; this one knows {SCHEMA_VERSION}).",
                "Update Ladebog, or make the database again for this version with: ladebog rebuild",
            )
    except duckdb.Error as error:
        connection.close()
        raise file_fault(path, error) or DatabaseError(f"{path} is not one of Ladebog's databases.", REBUILD) from None
    except DatabaseError:
        connection.close()
        raise
    return int(version)


def _first_line(error: duckdb.Error) -> str:
    return str(error).partition("\n")[0].rstrip(".!")
