"""What named queries answer about an archive."""

from typing import Any

import duckdb

from pipeline.database.connection import rows
from pipeline.database.named_queries import bound_values, named_query


def answers(connection: duckdb.DuckDBPyConnection, name: str, **given: str) -> list[dict[str, Any]]:
    """The rows of a named query, by column; parameters as users write them."""
    query = named_query(name)
    return rows(connection, query.model.text, bound_values(query, given))


def texts(found: list[dict[str, Any]], *columns: str) -> list[tuple[str, ...]]:
    """Some columns of the rows, as texts."""
    return [tuple(str(row[column]) for column in columns) for row in found]
