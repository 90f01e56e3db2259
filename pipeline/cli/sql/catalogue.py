"""What can be asked: the tables, their columns, and the queries that have a name."""

from typing import TYPE_CHECKING

from pipeline.cli.context import Context
from pipeline.cli.output import print_line
from pipeline.cli.paragraph import print_hanging
from pipeline.cli.table import show_table
from pipeline.errors import UnknownNameError
from pipeline.text import did_you_mean

if TYPE_CHECKING:
    from pipeline.database.models import Model
    from pipeline.database.named_queries import NamedQuery

_EXAMPLE_FIGURES = 3


def print_queries(*, wide: bool) -> None:
    """List the named queries with what each answers."""
    from pipeline.database.named_queries import named_queries

    rows = [(query.name, query.model.purpose) for query in named_queries().values()]
    show_table(("query", "answers"), rows, wide=wide)
    print_line()
    print_hanging("", "The parameters and columns of a query: ladebog sql --describe @NAME")


def print_tables(context: Context, *, wide: bool) -> None:
    """List the marts with their grain and number of rows."""
    from pipeline.database import models
    from pipeline.database.connection import open_published

    logbook, _ = context.open_to_read()
    tables = models.published()
    with open_published(logbook) as connection:
        counts = " union all ".join(f"select count(*) from {table.name}" for table in tables)  # noqa: S608 (our names)
        numbers = [number for (number,) in connection.execute(counts).fetchall()]
    rows = [(table.name, table.grain, number) for table, number in zip(tables, numbers, strict=True)]
    show_table(("table", "a row is", "rows"), rows, wide=wide)
    print_line()
    print_hanging("", "The columns of a table: ladebog sql --describe NAME")


def print_description(context: Context, name: str, *, wide: bool) -> None:
    """Describe a table or a named query. Raises UnknownNameError."""
    from pipeline.database.named_queries import PREFIX, named_query

    if name.startswith(PREFIX):
        _print_named_query(named_query(name), wide=wide)
    else:
        _print_table(context, _table(name), wide=wide)


def _print_named_query(query: "NamedQuery", *, wide: bool) -> None:
    print_hanging("", f"{query.name}: {query.model.purpose}. A row is {query.model.grain}.")
    print_line()
    if query.parameters:
        rows = [
            (one.name, one.kind, "required" if one.is_required else one.default, one.meaning)
            for one in query.parameters
        ]
        show_table(("parameter", "type", "default", "meaning"), rows, wide=wide)
        print_line()
    show_table(("column", "meaning"), list(query.model.columns.items()), wide=wide)
    print_line()
    option = "".join(f" --param {parameter.name}=VALUE" for parameter in query.parameters[:1])
    print_hanging("Example:  ", f"ladebog sql {query.name}" + option)


def _print_table(context: Context, table: "Model", *, wide: bool) -> None:
    from pipeline.database.connection import open_published

    logbook, _ = context.open_to_read()
    with open_published(logbook) as connection:
        types = {name: kind for name, kind, *_ in connection.execute(f"describe {table.name}").fetchall()}
    print_hanging("", f"{table.name}: {table.purpose}. A row is {table.grain}.")
    print_line()
    rows = [(name, types[name], meaning) for name, meaning in table.columns.items()]
    show_table(("column", "type", "meaning"), rows, wide=wide)
    print_line()
    if table.key:
        print_hanging("Key:      ", ", ".join(table.key))
    print_hanging("Example:  ", f'ladebog sql "{example_query(table, types)}"')


def example_query(table: "Model", types: dict[str, str]) -> str:
    """A query of the newest rows' keys and first figures."""
    keys = [name for name in table.key if name != "account"] or list(table.columns)[:1]
    figures = [name for name, kind in types.items() if kind.startswith("DECIMAL") and name not in keys]
    columns = ", ".join([*keys, *figures[:_EXAMPLE_FIGURES]])
    return f"select {columns} from {table.name} order by {keys[0]} desc limit 10"  # noqa: S608 (our names)


def _table(name: str) -> "Model":
    """The table of that name, with its schema unless it is a mart. Raises UnknownNameError."""
    from pipeline.database import models

    tables = {table.name: table for table in (*models.schema(), *models.seeds(), *models.transformed())}
    table = tables.get(name.removeprefix("main."))
    if table is None:
        raise UnknownNameError(
            f"There is no table {name}.{did_you_mean(name, tables)}", "List the tables with: ladebog sql --tables"
        )
    return table
