"""What is wrong with a user's query: DuckDB's message, the place that it points to, and what to do.

DuckDB's own advice is left out: it names columns that are not meant, casts that change figures, and settings that a
query may not change.
"""

import re
from collections.abc import Iterable

import duckdb

from pipeline.database import models
from pipeline.errors import QueryError
from pipeline.text import did_you_mean

_COLUMN = re.compile(r'(?:Referenced column|does not have a column named|^Binder Error: Column) "([^"]+)"')
_TABLE = re.compile(r'Table with name "?([\w.]+)"? does not exist')
_OTHER_NAME = re.compile(r'Referenced table "[^"]+" not found')
_FUNCTION = re.compile(r"Function with name \w+ does not exist")
_DATE = re.compile(r"invalid (?:date|timestamp) field format|\b(?:DATE|TIMESTAMP)\b")
_TYPE = re.compile(r"^Conversion Error|No function matches|Could not choose a best candidate")
_PARAMETER = re.compile(r"\$[A-Za-z_]\w*")
_ADVICE = re.compile(r" (?:You might need|In order to|Use TRY|Please add|Either add)\b.*$")
_PLACE = re.compile(r"^LINE \d+: ", re.MULTILINE)
_SEE_TABLES = "See the tables with: ladebog sql --tables"
_PLACE_OF_ONLY_LINE = "LINE 1: "


def query_fault(statement: str, error: duckdb.Error) -> QueryError:
    """The error that is shown for DuckDB's, with advice about what it is about: a name, a date, a type or the rest."""
    message = str(error)
    first_line = _ADVICE.sub("", message.strip().partition("\n")[0])
    place = message[match.start() :] if (match := _PLACE.search(message)) else ""
    shown = "\n".join([first_line, *_indented(place, has_one_line="\n" not in statement.strip())])
    return QueryError(f"The database cannot answer this query: {shown}", _advice(statement, first_line))


def _advice(statement: str, message: str) -> str:
    if match := _TABLE.search(message):
        return f"{did_you_mean(match[1], [table.name for table in models.published()])} {_SEE_TABLES}".strip()
    if match := _COLUMN.search(message):
        tables = _tables_of(statement)
        return f"{_nearest_column(match[1], tables)} {_description_of(tables)}".strip()
    if _OTHER_NAME.search(message):
        return _SEE_TABLES
    if _FUNCTION.search(message):
        return 'See the functions with: ladebog sql "select distinct function_name from duckdb_functions()"'
    if "STRING_LITERAL" in message and (match := _PARAMETER.search(statement)):
        return f"State the type of the value that is text, for example: cast({match[0]} as decimal(18, 6))"
    if _DATE.search(message):
        return "Write a date like '2025-03-01', also that of a month; for a year: year(month) = 2025"
    if _TYPE.search(message) and (tables := _tables_of(statement)):
        return _description_of(tables)
    return "Correct the query, then run it again"


def _indented(place: str, *, has_one_line: bool) -> Iterable[str]:
    """The lines in which DuckDB draws where in the statement the error is."""
    lines = place.expandtabs(1).splitlines()
    cut = len(_PLACE_OF_ONLY_LINE) if has_one_line else 0
    return (f"  {line[cut:]}".rstrip() for line in lines if line.strip())


def _tables_of(statement: str) -> list[str]:
    """The tables that the statement reads, as far as it is understood and Ladebog has them."""
    try:
        named = duckdb.get_table_names(statement, qualified=True)
    except duckdb.Error:
        return []
    return sorted({name.partition(" AS ")[0].replace('"', "") for name in named} & models.tables().keys())


def _nearest_column(name: str, tables: list[str]) -> str:
    own = [column for table in tables for column in models.tables()[table].columns]
    if nearest := did_you_mean(name, own):
        return nearest
    marts = [mart.name for mart in models.marts() if name in mart.columns]
    return f"{name} is a column of {', '.join(marts)}." if marts else ""


def _description_of(tables: list[str]) -> str:
    if len(tables) != 1:
        return _SEE_TABLES
    (table_name,) = tables
    return f"See its columns with: ladebog sql --describe {table_name}"
