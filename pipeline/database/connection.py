"""The one place that opens DuckDB: the writer's database, and the published copy that all readers use."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

from pipeline.database import checksum, models
from pipeline.database.faults import REBUILD, file_fault
from pipeline.errors import DatabaseError, LadebogError, LogbookError, OlderDatabaseError
from pipeline.logbook import event_log
from pipeline.logbook.files import FILE_MODE, erase, make_folder, replacing
from pipeline.logbook.folder import Logbook

SCHEMA_VERSION = 20
_NO_EXTENSIONS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
_WRITER = {
    **_NO_EXTENSIONS,
    "default_block_size": "65536",  # a table takes a block or more for each column, and most tables are small
    "threads": "1",  # one session's work is too small to share, and a rebuild needs less CPU time this way
    "storage_compatibility_version": "v1.5.0",  # compresses text several times better; DuckDB 1.5 and 2 read it
}
_READ_ONLY = {
    **_NO_EXTENSIONS,
    "enable_external_access": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",  # names in a query are tables, never variables of this program
}
_HEADER_SIZE = 3 * 4096  # bytes; what DuckDB writes into a new file first


@contextmanager
def open_writer(logbook: Logbook) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the writer's database; create it where it is missing or has an older schema. The caller holds the lock.

    Raises DatabaseError if it is from a newer version, cannot be read, or was changed since the last run; OSError if
    the disk is full.
    """
    make_folder(logbook.state)
    path = logbook.writer_database
    size = path.stat().st_size if path.exists() else 0
    is_unchanged = checksum.matches(path) if size else None
    if size < _HEADER_SIZE and is_unchanged is None:  # a crash interrupted its creation
        path.unlink(missing_ok=True)
    connection = _connect(path, read_only=False, configuration=_WRITER)
    version = _schema_version(connection, path)
    if version is not None and version < SCHEMA_VERSION:
        connection.close()
        drop_writer(logbook)
        connection, version, is_unchanged = _connect(path, read_only=False, configuration=_WRITER), None, None
    try:
        with _closing(connection, path):
            if version is None:
                _create(connection, path)
            if is_unchanged is False:
                raise _changed(path)
            if is_unchanged is None:
                _read_whole(connection)
            checksum.remove(path)
            yield connection
            connection.execute("checkpoint")  # closing does it too, but does not report a failure
    except DatabaseError:
        raise
    except BaseException:
        checksum.store(path)
        raise
    checksum.store(path)


@contextmanager
def open_published(
    logbook: Logbook, configuration: Mapping[str, str] = MappingProxyType({})
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published database read-only, without access to files or extensions.

    Raises LogbookError if nothing has been published yet, DatabaseError if it cannot be read or if another program left
    changes that DuckDB would apply to it.
    """
    if not os.path.lexists(logbook.database):
        raise _missing(logbook)
    if logs := checksum.write_ahead_logs(logbook.database):
        raise DatabaseError(
            f"Another program opened {logbook.database} to write, and left {logs[0].name} next to it.",
            "Close that program, then publish the database again with: ladebog transform",
        )
    _refuse_folder(logbook.database)
    with _open_to_read(logbook.database, configuration) as connection:
        yield connection


@contextmanager
def open_writer_to_read(logbook: Logbook) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the writer's database read-only, as the last run left it. The caller holds the lock.

    Raises DatabaseError if it cannot be read, or was changed since the last run.
    """
    path = logbook.writer_database
    if checksum.matches(path) is False:
        raise _changed(path)
    with _open_to_read(path, {}) as connection:
        yield connection


def has_writer(logbook: Logbook) -> bool:
    """Whether there is a writer's database; one whose creation was interrupted is none."""
    path = logbook.writer_database
    if not os.path.lexists(path):
        return False
    if not path.is_file() or checksum.matches(path) is not None:
        return True
    return path.stat().st_size >= _HEADER_SIZE and not _has_no_tables(path)


def _has_no_tables(path: Path) -> bool:
    """Whether a file is a database without any table, as a rebuild leaves it that is killed at its start."""
    try:
        connection = _connect(path, read_only=True, configuration=_READ_ONLY)
        version = _schema_version(connection, path)
    except LadebogError:
        return False
    connection.close()
    return version is None


@contextmanager
def _open_to_read(path: Path, configuration: Mapping[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    if not path.is_file():
        raise DatabaseError(f"{path} is not a regular file.", REBUILD)
    connection = _connect(path, read_only=True, configuration={**_READ_ONLY, **configuration})
    version = _schema_version(connection, path)
    with _closing(connection, path):
        if version is None:
            raise DatabaseError(f"{path} is empty.", REBUILD)
        if version < SCHEMA_VERSION:
            raise OlderDatabaseError(f"{path} is from an older Ladebog.", "Update it with: ladebog transform")
        yield connection


def publish(logbook: Logbook) -> None:
    """Replace the published database by a copy of the writer's, which must be closed.

    DuckDB would apply another program's write-ahead log to each new copy, so it is removed.
    """
    _refuse_folder(logbook.database)
    with replacing(logbook.database) as temporary:
        shutil.copyfile(logbook.writer_database, temporary)
        remove_foreign_logs(logbook)


def _missing(logbook: Logbook) -> LogbookError:
    """There is no published database. What the archive already has needs no login to be published again."""
    if any(logbook.raw.glob("*/*/*")):
        return LogbookError(f"{logbook.root} has no database.", "Publish it from the archive with: ladebog transform")
    return LogbookError(
        f"{logbook.root} has no database yet.", "Fetch your sessions with: ladebog run (or ladebog import FILE...)"
    )


def _refuse_folder(database: Path) -> None:
    """Raise DatabaseError for a folder, which no database can replace."""
    if database.is_dir():
        raise DatabaseError(
            f"{database} is a folder.", "Move it out of the logbook, then publish the database with: ladebog transform"
        )


def remove_foreign_logs(logbook: Logbook) -> None:
    """Remove the write-ahead logs next to the published database: Ladebog never writes to it, so they are not its."""
    for log in checksum.write_ahead_logs(logbook.database):
        event_log.warning("foreign log removed", path=str(log))
        erase(log)


def drop_writer(logbook: Logbook) -> None:
    """Remove the writer's database; the next load builds it again from raw/."""
    checksum.remove(logbook.writer_database)
    for path in (logbook.writer_database, *checksum.write_ahead_logs(logbook.writer_database)):
        erase(path)


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
    """The result of a query as one dict per row, by column name."""
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


def _changed(path: Path) -> DatabaseError:
    return DatabaseError(
        f"{path} was changed since Ladebog closed it: the disk is failing, or another program wrote to it.", REBUILD
    )


def _read_whole(connection: duckdb.DuckDBPyConnection) -> None:
    """Read every block that holds a row, so that DuckDB checks each against its checksum."""
    for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall():
        connection.execute(f"select bit_xor(hash(columns(*))) from {schema}.{table}").fetchall()  # noqa: S608 (our own)


def _create(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Create the empty fact tables in a database that has no tables: it is new, or a crash interrupted its creation."""
    path.chmod(FILE_MODE)
    with transaction(connection):
        connection.execute("create schema facts")
        for model in models.schema():
            connection.execute(model.text)
            models.comment_on(connection, model, "table")
        connection.execute("insert into facts.settings values (?, '', 24, 'stop', '', '', 0, 0)", [SCHEMA_VERSION])


def _schema_version(connection: duckdb.DuckDBPyConnection, path: Path) -> int | None:
    """The schema version of an open database, or None if it has no tables.

    If it is newer than this program knows, or not one of Ladebog's: close it and raise DatabaseError.
    """
    try:
        row = connection.execute("select schema_version, ladebog_version from facts.settings").fetchone()
        if row is None:
            raise DatabaseError(f"{path} does not state its schema version.", REBUILD)
        version, written_by = row
        if version > SCHEMA_VERSION:
            raise DatabaseError(
                f"{path} is from a newer Ladebog ({written_by}, schema {version}; this one knows {SCHEMA_VERSION}).",
                "Update Ladebog, or rebuild the database for this version with: ladebog rebuild",
            )
    except duckdb.Error as error:
        if isinstance(error, duckdb.CatalogException) and _is_empty(connection):
            return None
        connection.close()
        raise file_fault(path, error) or DatabaseError(f"{path} is not a Ladebog database.", REBUILD) from None
    except DatabaseError:
        connection.close()
        raise
    return int(version)


def _is_empty(connection: duckdb.DuckDBPyConnection) -> bool:
    return connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]


def _first_line(error: duckdb.Error) -> str:
    return str(error).partition("\n")[0].rstrip(".!")
