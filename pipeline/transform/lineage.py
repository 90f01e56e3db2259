"""Which model reads which, by the SQL itself: the order to make them in, and how to make a part of one."""

from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from pipeline.database import models
from pipeline.database.models import Model

CHANGED_SESSIONS = "facts.changed_sessions"
_OF_CHANGED = f"session_id in (select session_id from {CHANGED_SESSIONS})"  # noqa: S608


class Step(NamedTuple):
    """One statement of a refresh, and whether it only concerns the sessions in CHANGED_SESSIONS."""

    statement: str
    is_of_sessions: bool


@cache
def in_order() -> tuple[Model, ...]:
    """The staging views, the marts and the checks, each after those that it reads."""
    return tuple(_by_name()[name] for name in TopologicalSorter(_reads()).static_order())


def refresh() -> Iterator[Step]:
    """What brings the marts up to date, with the sessions in CHANGED_SESSIONS made anew.

    The staging views between are kept for the length of a refresh, of those sessions only: DuckDB does not bring a
    filter down through windows and joins, and it plans a view again in each query that reads it.
    """
    between = {model.name for model in _read_for_sessions() if model.is_view}
    for model in in_order():
        if model.refresh == "session":
            yield Step(f"delete from {model.name} where {_OF_CHANGED}", is_of_sessions=True)  # noqa: S608
            yield Step(f"insert into {model.name} {_narrowed(model)}", is_of_sessions=True)
        elif model.name in between:
            yield Step(f"create or replace temp table {_kept(model.name)} as {_narrowed(model)}", is_of_sessions=True)
        elif not model.is_view:
            yield Step(f"truncate {model.name}", is_of_sessions=False)
            yield Step(f"insert into {model.name} {model.text}", is_of_sessions=False)
    for name in sorted(between):
        yield Step(f"drop table {_kept(name)}", is_of_sessions=True)


def _read_for_sessions() -> set[Model]:
    """The models that those which refresh by session come from."""
    found: set[Model] = set()
    ahead = [model for model in in_order() if model.refresh == "session"]
    while ahead:
        read = {_by_name()[name] for name in _reads()[ahead.pop().name]} - found
        found |= read
        ahead.extend(read)
    return found


def _narrowed(model: Model) -> str:
    """The model's SELECT, made to read the sessions in CHANGED_SESSIONS only."""
    views = {view.name for view in (*models.staging(), *models.intermediate()) if view.is_view}
    of_sessions = {table.name for table in (*models.schema(), *in_order()) if "session_id" in table.columns}
    tree = _tree(model).copy()
    for table in _tables(tree):
        name = _name(table)
        if name in views:
            _put_in_place(table, exp.to_table(_kept(name)))
        elif name in of_sessions:
            _put_in_place(table, exp.select("*").from_(name).where(_OF_CHANGED).subquery())
    return tree.sql(dialect="duckdb")


def _kept(view: str) -> str:
    return f"changed_{view.replace('.', '_')}"


@cache
def _by_name() -> dict[str, Model]:
    return {model.name: model for model in models.transformed()}


@cache
def _reads() -> dict[str, set[str]]:
    return {
        name: {_name(table) for table in _tables(_tree(model))} & _by_name().keys()
        for name, model in _by_name().items()
    }


@cache
def _tree(model: Model) -> exp.Expr:
    return sqlglot.parse_one(model.text, dialect="duckdb")


def _tables(tree: exp.Expr) -> list[exp.Table]:
    return list(tree.find_all(exp.Table))


def _name(table: exp.Table) -> str:
    return table.name if table.db in ("", "main") else f"{table.db}.{table.name}"


def _put_in_place(table: exp.Table, source: exp.Table | exp.Subquery) -> None:
    source.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))
    table.replace(source)
