"""Questions of the user's own to the published database: one statement, read-only, shut off from everything else."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipeline.database import is_damage, published
from pipeline.errors import QueryError
from pipeline.logbook import Logbook

_ASK = "Ask one SELECT, for example: ladebog sql \"select * from months where attribution = 'stop'\""
_ALLOWED = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


@contextmanager
def answer(logbook: Logbook, question: str) -> Iterator[duckdb.DuckDBPyRelation]:
    """The relation that a SELECT gives, as long as the context lasts.

    Raises QueryError for anything but one SELECT, or for one that the database cannot answer.
    """
    with published(logbook) as connection:
        try:
            connection.execute("set lock_configuration = true")
            statements = connection.extract_statements(question)
            if len(statements) != 1 or statements[0].type not in _ALLOWED:
                raise QueryError(
                    "Only one statement can be asked, and it must be a SELECT: the database is read-only.", _ASK
                )
            relation = connection.sql(statements[0].query)
            if relation is None:
                raise QueryError("That statement has no result.", _ASK)
            if twice := sorted({name for name in relation.columns if relation.columns.count(name) > 1}):
                raise QueryError(
                    f"Several columns are called {', '.join(twice)}.", "Name each apart: select ... as NAME"
                )
            yield relation
        except duckdb.Error as error:
            if is_damage(error):
                raise
            raise QueryError(
                f"DuckDB says: {_in_short(error)}.", 'See the tables with: ladebog sql "show tables"'
            ) from None


def _in_short(error: duckdb.Error) -> str:
    """DuckDB's message without the lines that draw where in the statement it is."""
    return " ".join(str(error).partition("\n\n")[0].split()).rstrip(".!")
