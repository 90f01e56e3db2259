"""Questions of the user's own to the published database: one SELECT, read-only, shut off from everything else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.database.connection import open_published
from pipeline.database.faults import file_fault
from pipeline.database.limits import MEMORY_OF_DUCKDB, TimeLimit, memory_limit
from pipeline.errors import QueryError
from pipeline.logbook.folder import Logbook

if TYPE_CHECKING:
    import polars

_BATCH = 10_000  # rows
_CONFIGURATION = {
    "memory_limit": MEMORY_OF_DUCKDB,
    "temp_directory": "",  # what does not fit into memory is not spilled to disk
}
# The functions that a FROM may call: those that make rows from what they are given, or tell of the catalog.
_TABLE_FUNCTIONS = [
    *("generate_series", "json_each", "json_tree", "range", "repeat", "repeat_row", "unnest", "summary"),
    *("duckdb_columns", "duckdb_constraints", "duckdb_databases", "duckdb_functions", "duckdb_keywords"),
    *("duckdb_schemas", "duckdb_tables", "duckdb_types", "duckdb_views"),
    *("pragma_database_size", "pragma_show", "pragma_storage_info", "pragma_table_info", "pragma_version"),
    *("icu_calendar_names", "pg_timezone_names"),
]
_REFUSED_FUNCTIONS = """
    with called as (
        select unnest(json_extract_string(json_serialize_sql($question), '$..function_name')) as function_name
    )

    select lower(function_name) from called
    where
        lower(function_name) in (from (select function_name from duckdb_functions() where function_type = 'table'))
        and not list_contains($allowed, lower(function_name))
"""


class QueryResult:
    """What a question comes to; rows are made as they are asked for."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, limit: TimeLimit
    ) -> None:
        self.columns: list[str] = relation.columns
        self.types = [str(kind) for kind in relation.types]
        self._connection = connection
        self._relation = relation
        self._limit = limit

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        """The rows, many at a time."""
        while True:
            with self._limit.counting():
                rows = self._relation.fetchmany(_BATCH)
            if not rows:
                return
            yield rows

    def frame(self) -> "polars.DataFrame":
        """All rows at once, in their own types. They pass through a temporary table, within the limit of memory."""
        import polars

        with self._limit.counting():
            self._relation.query("asked", "create temp table answer as from asked")
            return polars.DataFrame(self._connection.table("temp.answer"))


@contextmanager
def answer(logbook: Logbook, question: str, seconds: float, give_up: Callable[[], None]) -> Iterator[QueryResult]:
    """The answer to one SELECT, as long as the context lasts. It may keep DuckDB busy for so many seconds.

    `give_up` must end the process: it is called where DuckDB does not stop when it is told to.

    Raises QueryError for anything but one SELECT, or for one that the database cannot answer.
    """
    with (
        open_published(logbook, _CONFIGURATION) as connection,
        memory_limit(),
        TimeLimit(connection, seconds, give_up) as limit,
    ):
        try:
            with limit.counting():
                relation = _asked(connection, question)
            yield QueryResult(connection, relation, limit)
        except duckdb.PermissionException:
            raise _refusal() from None
        except duckdb.Error as error:
            if fault := file_fault(logbook.database, error):
                raise fault from None
            if isinstance(error, duckdb.OutOfMemoryException):
                raise
            raise QueryError(
                f"DuckDB says: {_in_short(error)}.", 'See the tables with: ladebog sql "show tables"'
            ) from None


def _asked(connection: duckdb.DuckDBPyConnection, question: str) -> duckdb.DuckDBPyRelation:
    connection.execute("set lock_configuration = true")
    statements = connection.extract_statements(question)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise _refusal()
    (statement,) = statements
    asked = {"question": statement.query, "allowed": _TABLE_FUNCTIONS}
    if connection.execute(_REFUSED_FUNCTIONS, asked).fetchone():
        raise _refusal()
    relation = connection.sql(statement.query)
    if relation is None:
        raise _refusal()
    if twice := sorted({name for name in relation.columns if relation.columns.count(name) > 1}):
        raise QueryError(f"Several columns are called {', '.join(twice)}.", "Name each apart: select ... as NAME")
    return relation


def _refusal() -> QueryError:
    return QueryError(
        "Only one SELECT can be asked, and of this database alone: no files, no network, no settings, no changes.",
        "For example: ladebog sql \"select * from months where attribution = 'stop'\"",
    )


def _in_short(error: duckdb.Error) -> str:
    """DuckDB's message without the lines that draw where in the statement it is."""
    return " ".join(str(error).partition("\n\n")[0].split()).rstrip(".!")
