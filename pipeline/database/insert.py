"""Inserts Python rows into a table in bulk: as one Arrow stream whose columns have the table's types."""

from collections.abc import Sequence
from typing import Any

import duckdb
import polars
from duckdb.sqltypes import DuckDBPyType

_TYPES: dict[str, polars.DataType] = {
    "varchar": polars.String(),
    "integer": polars.Int32(),
    "bigint": polars.Int64(),
    "boolean": polars.Boolean(),
    "date": polars.Date(),
    "time": polars.Time(),
    "timestamp": polars.Datetime("us"),
    "timestamp with time zone": polars.Datetime("us", "UTC"),
}


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that hold a value for each of the table's columns, in their order.

    Decimals may come as text, and moments as microseconds since 1970. Lists of decimals come as floats.
    """
    if not rows:
        return
    relation = connection.table(table)
    columns = zip(relation.columns, relation.types, zip(*rows, strict=True), strict=True)
    frame = polars.DataFrame([_series(name, kind, values) for name, kind, values in columns])
    connection.from_arrow(_ArrowStream(frame)).insert_into(table)


class _ArrowStream:
    """Lets DuckDB read a polars frame without pyarrow, which it needs for the frame itself."""

    def __init__(self, frame: polars.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def _series(name: str, kind: DuckDBPyType, values: Sequence[Any]) -> polars.Series:
    polars_type = _polars_type(kind)
    if polars_type == polars.List(polars.Decimal):
        # Through text, as a float's shortest digits are those that were sent.
        texts = polars.Series(name, values, polars.List(polars.Float64)).cast(polars.List(polars.String))
        return texts.cast(polars_type)
    return polars.Series(name, values, polars_type)


def _polars_type(kind: DuckDBPyType) -> polars.DataType:
    if kind.id not in ("decimal", "list"):
        return _TYPES[kind.id]
    parts: dict[str, Any] = dict(kind.children)
    if kind.id == "list":
        return polars.List(_polars_type(parts["child"]))
    return polars.Decimal(parts["precision"], parts["scale"])
