"""The user's own queries of the published database: one SELECT, read-only, without access to anything else."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.database import models
from pipeline.database.connection import open_published
from pipeline.database.current_time import set_current_time
from pipeline.database.faults import file_fault
from pipeline.database.limits import MEMORY_OF_DUCKDB, TimeLimit, memory_limit
from pipeline.database.query_faults import query_fault
from pipeline.errors import QueryError
from pipeline.logbook.folder import Logbook

if TYPE_CHECKING:
    import polars

_BATCH = 10_000  # rows
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,18})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
CONFIGURATION = {
    "memory_limit": MEMORY_OF_DUCKDB,
    "temp_directory": "",  # what does not fit into memory is not spilled to disk
}
# The table functions that a query may call: those that compute rows from their arguments, or describe the catalog
# without the paths of files. None of them takes the name of a table or a query as text, which nothing would check.
_TABLE_FUNCTIONS = [
    *("generate_series", "json_each", "json_tree", "range", "repeat", "repeat_row", "summary", "unnest"),
    *("duckdb_columns", "duckdb_constraints", "duckdb_functions", "duckdb_keywords", "duckdb_schemas"),
    *("duckdb_tables", "duckdb_types", "duckdb_views"),
    *("pragma_database_size", "pragma_version"),
    *("icu_calendar_names", "pg_timezone_names"),
]
# Likewise the views of DuckDB's own that a query may read, besides those of information_schema.
_VIEWS = [
    *("duckdb_columns", "duckdb_constraints", "duckdb_indexes", "duckdb_schemas", "duckdb_tables", "duckdb_types"),
    *("duckdb_views", "sqlite_master", "sqlite_schema"),
    *("pg_attribute", "pg_class", "pg_constraint", "pg_description", "pg_indexes", "pg_namespace", "pg_proc"),
    *("pg_tables", "pg_type", "pg_views"),
]
# Other functions that a query may not call: they read a setting, plan a statement that was not checked, or write to
# a log.
_REFUSED_FUNCTIONS = ["current_setting", "json_serialize_plan", "write_log"]
# The query nodes that only read. Since DuckDB 2 a WITH may also hold COPY, INSERT, UPDATE or DELETE.
_READING_NODES = ["CTE_NODE", "RECURSIVE_CTE_NODE", "SELECT_NODE", "SET_OPERATION_NODE"]


class QueryResult:
    """The columns of a query's result, and its rows, which DuckDB computes as they are read."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, statement: str, parameters: Mapping[str, Any], limit: TimeLimit
    ) -> None:
        self._connection = connection
        self._statement = statement
        self._parameters = dict(parameters) or None
        self._limit = limit
        with limit.counting():
            self._relation = self._understood()
        self.columns: list[str] = self._relation.columns
        self.types = [str(kind) for kind in self._relation.types]

    @property
    def has_moments(self) -> bool:
        """Whether a column has moments, which are shown in a time zone."""
        return any("WITH TIME ZONE" in kind for kind in self.types)

    def count(self, **changed: Any) -> int:
        """How many rows the statement has with other values of some of its parameters."""
        with self._limit.counting():
            counting = f"select count(*) from (\n{self._statement.rstrip().rstrip(';')}\n)"  # noqa: S608 (checked before)
            ((number,),) = self._connection.execute(counting, (self._parameters or {}) | changed).fetchall()
        return int(number)

    def _understood(self) -> duckdb.DuckDBPyRelation:
        """The statement as a relation. Raises duckdb.Error, which shows the place of the fault in the statement.

        Where it needs the types of its parameters, texts that look like numbers or days are bound as such.
        """
        typed = {name: _typed(value) for name, value in (self._parameters or {}).items()}
        try:
            return self._connection.sql(self._statement, params=self._parameters)
        except duckdb.BinderException:
            with suppress(duckdb.Error):
                relation = self._connection.sql(self._statement, params=typed)
                self._parameters = typed
                return relation
            self._connection.execute(self._statement, self._parameters)
            raise
        except duckdb.Error:
            self._connection.execute(self._statement, self._parameters)  # its error shows the place, unlike that of sql
            raise

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        """The rows, many at a time."""
        with self._limit.counting():
            self._connection.execute(self._statement, self._parameters)
        while True:
            with self._limit.counting():
                rows = self._connection.fetchmany(_BATCH)
            if not rows:
                return
            yield rows

    def frame(self) -> "polars.DataFrame":
        """All rows at once, in their own types. They pass through a temporary table, within the memory limit."""
        import polars

        with self._limit.counting():
            self._relation.query("relation", "create temp table result as from relation")
            return polars.DataFrame(self._connection.table("temp.result"))


def _typed(value: Any) -> Any:
    """A text as the number or day that it looks like."""
    if not isinstance(value, str):
        return value
    if _NUMBER.fullmatch(value):
        return Decimal(value) if "." in value else int(value)
    if _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    return value


@contextmanager
def run_query(
    logbook: Logbook,
    query: str,
    parameters: Mapping[str, Any],
    *,
    timezone: str,
    now: datetime,
    seconds: float,
    give_up: Callable[[], None],
) -> Iterator[QueryResult]:
    """The result of one SELECT, while the context lasts. DuckDB may work on it for this many seconds.

    `parameters` are the values of the query's `$name`s, where a text counts as whatever type is needed. `timezone` is
    the one of moments, `now` the present time. `give_up` must end the process: it is called where DuckDB does not stop
    when it is interrupted.

    Raises QueryError for anything but one SELECT, or for one that the database cannot answer.
    """
    with (
        open_published(logbook, CONFIGURATION) as connection,
        memory_limit(),
        TimeLimit(connection, seconds, give_up) as limit,
    ):
        try:
            with limit.counting():
                connection.execute(f"set timezone = {models.quoted(timezone)}")
                set_current_time(connection, now, timezone)
                connection.execute("set lock_configuration = true")
                statement = _allowed_statement(connection, query)
            _refuse_other_parameters(statement, parameters)
            result = QueryResult(connection, statement.query, parameters, limit)
            _refuse_repeated_columns(result.columns)
            yield result
        except duckdb.PermissionException:
            raise _refusal() from None
        except duckdb.Error as error:
            if fault := file_fault(logbook.database, error):
                raise fault from None
            if isinstance(error, duckdb.OutOfMemoryException):
                raise
            raise query_fault(query, error) from None


def _allowed_statement(connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.Statement:
    """The query, if it is one statement that only reads the database. Raises QueryError if it is not."""
    try:
        statements = [(statement, statement.type) for statement in connection.extract_statements(query)]
    except ValueError:  # a kind of statement that DuckDB's Python client does not know
        raise _refusal() from None
    if not statements:
        raise _refusal(" This one has only a comment." if query.strip("; \t\r\n") else " This one is empty.")
    if len(statements) > 1:
        raise _refusal(f" These are {len(statements)} statements.")
    [(statement, kind)] = statements
    if kind != duckdb.StatementType.SELECT:
        raise _refusal(f" This statement is of the kind {kind.name}.")
    parameters = {
        "statement": statement.query,
        "refused": _REFUSED_FUNCTIONS,
        "table_functions": _TABLE_FUNCTIONS,
        "views": _VIEWS,
        "nodes": _READING_NODES,
    }
    if refused := connection.execute(models.query("refused_parts"), parameters).fetchone():
        raise _refusal(f" This one uses {refused[0].removesuffix('_NODE')}.")
    return statement


def _refuse_other_parameters(statement: duckdb.Statement, parameters: Mapping[str, Any]) -> None:
    """Raise QueryError unless each parameter of the statement has a value, and each value a parameter."""
    if missing := sorted(statement.named_parameters - parameters.keys()):
        raise QueryError(
            f"The query has a parameter without a value: ${missing[0]}.",
            f"Give it one with: --param {missing[0]}=VALUE",
        )
    if unknown := sorted(parameters.keys() - statement.named_parameters):
        known = ", ".join(f"${name}" for name in sorted(statement.named_parameters)) or "none"
        raise QueryError(
            f"The query has no parameter ${unknown[0]} (its parameters: {known}).",
            f"Write ${unknown[0]} where its value belongs, or leave out --param {unknown[0]}",
        )


def _refuse_repeated_columns(columns: list[str]) -> None:
    if repeated_columns := sorted({name for name in columns if columns.count(name) > 1}):
        raise QueryError(
            f"Several columns are called {', '.join(repeated_columns)}.", "Give each its own name: select ... as NAME"
        )


def _refusal(reason: str = "") -> QueryError:
    return QueryError(
        "A query must be one SELECT that reads only this database: no files, no network, no settings, no changes."
        f"{reason}",
        'For example: ladebog sql "select * from months"',
    )
