"""What is wrong with a user's query: DuckDB's message, the place that it points to, and the name that is nearest."""

import re
from collections.abc import Iterable

import duckdb

from pipeline.database import models
from pipeline.errors import QueryError
from pipeline.text import did_you_mean

_COLUMN = re.compile(r'(?:Referenced column|does not have a column named) "([^"]+)"')
_TABLE = re.compile(r'Table with name "?([\w.]+)"? does not exist')
_SUGGESTION = re.compile(r'^Did you mean ".*"\?$')


def query_fault(statement: str, error: duckdb.Error) -> QueryError:
    """The error that is shown for DuckDB's, with the nearest name of a table or column in its advice."""
    message, _, place = str(error).partition("\n\n")
    if match := _TABLE.search(message):
        nearest, next_step = did_you_mean(match[1], _columns_by_table()), "See the tables with: ladebog sql --tables"
    elif match := _COLUMN.search(message):
        tables = _tables_of(statement)
        nearest, next_step = _nearest_column(match[1], tables), _description_of(tables)
    else:
        nearest, next_step = "", "See the tables with: ladebog sql --tables"
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if nearest:
        lines = [line for line in lines if not _SUGGESTION.match(line)]
    shown = "\n".join([*_first_on_one_line(lines), *_indented(place)])
    return QueryError(f"The database cannot answer this query: {shown}", f"{nearest} {next_step}".strip())


def _first_on_one_line(lines: list[str]) -> Iterable[str]:
    first, *rest = lines or [""]
    yield first
    yield from (f"  {line}" for line in rest)


def _indented(place: str) -> Iterable[str]:
    """The lines in which DuckDB draws where in the statement the error is."""
    return (f"  {line}".rstrip() for line in place.expandtabs(1).splitlines() if line.strip())


def _columns_by_table() -> dict[str, list[str]]:
    tables = (*models.marts(), *models.schema(), *models.seeds(), *models.transformed())
    return {table.name: list(table.columns) for table in tables}


def _tables_of(statement: str) -> list[str]:
    """The tables that the statement reads, as far as it is understood and Ladebog has them."""
    try:
        named = duckdb.get_table_names(statement, qualified=True)
    except duckdb.Error:
        return []
    return sorted({name.replace('"', "") for name in named} & _columns_by_table().keys())


def _nearest_column(name: str, tables: list[str]) -> str:
    columns_by_table = _columns_by_table()
    own = [column for table in tables for column in columns_by_table[table]]
    if nearest := did_you_mean(name, own):
        return nearest
    marts = [mart.name for mart in models.marts() if name in mart.columns]
    return f"{name} is a column of {', '.join(marts)}." if marts else ""


def _description_of(tables: list[str]) -> str:
    if len(tables) != 1:
        return "See the tables with: ladebog sql --tables"
    (table_name,) = tables
    return f"See its columns with: ladebog sql --describe {table_name}"
