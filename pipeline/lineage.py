"""Which model reads which, by the SQL itself: the order to make them in, and how to make a part of one."""

from functools import cache
from graphlib import TopologicalSorter

import sqlglot
from sqlglot import exp

from pipeline import models
from pipeline.models import Model

CHANGED_SESSIONS = "facts.changed_sessions"


@cache
def in_order() -> tuple[Model, ...]:
    """The staging views, the marts and the checks, each after those that it reads."""
    made = (*models.staging(), *models.marts(), *models.checks(), models.findings())
    by_name = {model.name: model for model in made}
    reads = {
        name: {_name(table) for table in _tables(_tree(model))} & by_name.keys() for name, model in by_name.items()
    }
    return tuple(by_name[name] for name in TopologicalSorter(reads).static_order())


@cache
def narrowed(model: Model) -> str:
    """The model's SELECT, made to read the sessions in CHANGED_SESSIONS only.

    The staging views stand in it written out, and each table with a session_id is narrowed where it is read. A filter
    around the whole would not do: DuckDB does not bring it down through windows and joins, and works on every session.
    """
    return _narrowed(model).sql(dialect="duckdb")


@cache
def _narrowed(model: Model) -> exp.Expr:
    views = {view.name: view for view in models.staging() if view.is_view}
    of_sessions = {table.name for table in (*models.schema(), *in_order()) if "session_id" in table.columns}
    tree = _tree(model).copy()
    for table in _tables(tree):
        name = _name(table)
        if name in views:
            _put_in_place(table, _narrowed(views[name]))
        elif name in of_sessions:
            _put_in_place(table, _only_changed(name))
    return tree


@cache
def _only_changed(name: str) -> exp.Expr:
    select = f"select * from {name} where session_id in (select session_id from {CHANGED_SESSIONS})"  # noqa: S608
    return sqlglot.parse_one(select, dialect="duckdb")


@cache
def _tree(model: Model) -> exp.Expr:
    return sqlglot.parse_one(model.text, dialect="duckdb")


def _tables(tree: exp.Expr) -> list[exp.Table]:
    return list(tree.find_all(exp.Table))


def _name(table: exp.Table) -> str:
    return table.name if table.db in ("", "main") else f"{table.db}.{table.name}"


def _put_in_place(table: exp.Table, query: exp.Expr) -> None:
    alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name))
    table.replace(exp.Subquery(this=query.copy(), alias=alias))
