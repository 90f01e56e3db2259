"""What can be asked: the tables, their columns, and the queries that have a name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.cli.context import Context
from pipeline.cli.output import in_one_line, print_data, print_line, print_rendered
from pipeline.cli.paragraph import print_hanging
from pipeline.cli.sql.formats import PIECES
from pipeline.cli.table import show_table
from pipeline.errors import UnknownNameError
from pipeline.text import did_you_mean

if TYPE_CHECKING:
    from pipeline.database.models import Model
    from pipeline.database.named_queries import NamedQuery, Parameter

_EXAMPLE_FIGURES = 3
_CURRENCY = "currency"


class Layout(msgspec.Struct, frozen=True):
    """How a list is printed: its format, and whether a table of it may be wider than the terminal."""

    format_name: str
    wide: bool

    @property
    def is_table(self) -> bool:
        return self.format_name == "table"

    def show(self, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """Print the rows as a table for people, or in the format for another program."""
        if self.is_table:
            show_table(names, rows, wide=self.wide)
        else:
            for piece in PIECES[self.format_name](list(names), iter(rows)):
                print_data(piece)


def print_queries(layout: Layout) -> None:
    """List the named queries with what each answers."""
    from pipeline.database.named_queries import named_queries

    layout.show(("query", "answers"), [(query.name, query.model.purpose) for query in named_queries().values()])
    if layout.is_table:
        print_line()
        print_hanging("", "The parameters and columns of a query: ladebog sql --describe @NAME")


def print_tables(context: Context, layout: Layout, *, seconds: int, give_up: Callable[[], None]) -> None:
    """List the marts with their grain and number of rows. Raises QueryError if counting takes longer than allowed."""
    from pipeline.database import models
    from pipeline.database.query import CONFIGURATION, run_query

    logbook, _ = context.open_to_read(CONFIGURATION)
    tables = models.published()
    counts = ", ".join(f"(select count(*) from {table.name}) as {table.name}" for table in tables)  # noqa: S608 (our names)
    with run_query(
        logbook, f"select {counts}", {}, timezone="UTC", now=context.clock.now(), seconds=seconds, give_up=give_up
    ) as result:
        ((numbers,),) = result.batches()
    rows = [(table.name, table.grain, number) for table, number in zip(tables, numbers, strict=True)]
    layout.show(("table", "a row is", "rows"), rows)
    if layout.is_table:
        print_line()
        print_hanging("", "The columns of a table: ladebog sql --describe NAME")


def print_description(context: Context, name: str, layout: Layout) -> None:
    """Describe a table or a named query. Raises UnknownNameError."""
    from pipeline.database.named_queries import PREFIX, named_query

    if name.startswith(PREFIX):
        _print_named_query(named_query(name), layout)
    else:
        _print_table(context, _table(name), layout)


def _print_named_query(query: "NamedQuery", layout: Layout) -> None:
    if not layout.is_table:
        parts: list[tuple[str | None, ...]] = [
            ("parameter", one.name, one.kind, _default(one), one.meaning) for one in query.parameters
        ]
        parts += [("column", name, None, None, meaning) for name, meaning in query.model.columns.items()]
        layout.show(("part", "name", "type", "default", "meaning"), parts)
        return
    print_hanging("", f"{query.name}: {query.model.purpose}. A row is {query.model.grain}.")
    print_line()
    if query.parameters:
        rows = [(one.name, one.kind, _default(one), one.meaning) for one in query.parameters]
        layout.show(("parameter", "type", "default", "meaning"), list(rows))
        print_line()
    layout.show(("column", "meaning"), list(query.model.columns.items()))
    print_line()
    _print_notes(query.model)
    print_rendered("\n".join(in_one_line(line) for line in query.model.statement.rstrip().splitlines()))
    print_line()
    option = "".join(f" --param {parameter.name}=VALUE" for parameter in query.parameters[:1])
    print_hanging("Example:  ", f"ladebog sql {query.name}" + option)


def _default(parameter: "Parameter") -> str | None:
    return "required" if parameter.is_required else parameter.default


def _print_table(context: Context, table: "Model", layout: Layout) -> None:
    from pipeline.database.connection import open_published

    logbook, _ = context.open_to_read()
    with open_published(logbook) as connection:
        types = {name: kind for name, kind, *_ in connection.execute(f"describe {table.name}").fetchall()}
    columns = [(name, types[name], meaning) for name, meaning in table.columns.items()]
    if not layout.is_table:
        layout.show(("column", "type", "meaning"), list(columns))
        return
    print_hanging("", f"{table.name}: {table.purpose}. A row is {table.grain}.")
    print_line()
    layout.show(("column", "type", "meaning"), list(columns))
    print_line()
    _print_notes(table)
    if _CURRENCY in table.columns:
        print_hanging("", "Amounts of different currencies do not add up: group sums by currency.")
        print_line()
    if table.key:
        print_hanging("Key:      ", ", ".join(table.key))
    print_hanging("Example:  ", f'ladebog sql "{example_query(table, types)}"')


def _print_notes(model: "Model") -> None:
    if model.notes:
        print_hanging("", model.notes)
        print_line()


def example_query(table: "Model", types: dict[str, str]) -> str:
    """A query of the newest rows' keys and first figures."""
    keys = [name for name in table.key if name != "account"] or list(table.columns)[:1]
    figures = [name for name, kind in types.items() if kind.startswith("DECIMAL") and name not in keys]
    columns = ", ".join([*keys, *figures[:_EXAMPLE_FIGURES]])
    return f"select {columns} from {table.name} order by {keys[0]} desc limit 10"  # noqa: S608 (our names)


def _table(name: str) -> "Model":
    """The table of that name, with its schema unless it is a mart. Raises UnknownNameError."""
    from pipeline.database import models
    from pipeline.database.named_queries import PREFIX, named_queries

    if table := models.tables().get(name.removeprefix("main.")):
        return table
    query_name = PREFIX + name.replace("_", "-")
    if query_name in named_queries():
        raise UnknownNameError(
            f"{name} is not a table, but {query_name} is a query.",
            f"Describe it with: ladebog sql --describe {query_name}",
        )
    raise UnknownNameError(
        f"There is no table {name}.{did_you_mean(name, [table.name for table in models.published()])}",
        "List the tables with: ladebog sql --tables",
    )
