"""Works out from the SQL which model reads which: the order to create them in, and the statements of a refresh."""

from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from pipeline.database import models
from pipeline.database.models import Model

CHANGED_SESSIONS = "facts.changed_sessions"
_IS_CHANGED = f"session_id in (select session_id from {CHANGED_SESSIONS})"  # noqa: S608


class Step(NamedTuple):
    """One statement of a refresh, and whether it only concerns the sessions in CHANGED_SESSIONS."""

    statement: str
    is_of_sessions: bool


@cache
def ordered_models() -> tuple[Model, ...]:
    """All models that a transform computes, each after those that it reads."""
    return tuple(models.by_name()[name] for name in TopologicalSorter(_reads()).static_order())


@cache
def refresh_steps() -> tuple[Step, ...]:
    """The statements that bring the marts up to date, computing the sessions in CHANGED_SESSIONS again.

    The views that those marts read become temporary tables of these sessions only: DuckDB does not push a filter down
    through windows and joins, and plans a view again in each query that reads it.
    """
    return tuple(_refresh_steps())


def _refresh_steps() -> Iterator[Step]:
    temporary = {model.name for model in _read_for_sessions() if model.is_view}
    for model in ordered_models():
        if model.refresh == "session":
            yield Step(f"delete from {model.name} where {_IS_CHANGED}", is_of_sessions=True)  # noqa: S608
            yield Step(f"insert into {model.name} {_narrowed(model)}", is_of_sessions=True)
        elif model.name in temporary:
            yield Step(
                f"create or replace temp table {_temporary_name(model.name)} as {_narrowed(model)}", is_of_sessions=True
            )
        elif not model.is_view:
            yield Step(f"truncate {model.name}", is_of_sessions=False)
            yield Step(f"insert into {model.name} {model.text}", is_of_sessions=False)
    for name in sorted(temporary):
        yield Step(f"drop table {_temporary_name(name)}", is_of_sessions=True)


def _read_for_sessions() -> set[Model]:
    """The models that are read, directly or through others, by those that refresh per session."""
    read_models: set[Model] = set()
    to_visit = [model for model in ordered_models() if model.refresh == "session"]
    while to_visit:
        new_models = {models.by_name()[name] for name in _reads()[to_visit.pop().name]} - read_models
        read_models |= new_models
        to_visit.extend(new_models)
    return read_models


def _narrowed(model: Model) -> str:
    """The model's SELECT, rewritten to read only the sessions in CHANGED_SESSIONS."""
    views = {model.name for model in ordered_models() if model.is_view}
    of_sessions = {table.name for table in (*models.schema(), *ordered_models()) if "session_id" in table.columns}
    tree = _tree(model).copy()
    for table in _tables(tree):
        name = _name(table)
        if name in views:
            _replace(table, exp.to_table(_temporary_name(name)))
        elif name in of_sessions:
            _replace(table, exp.select("*").from_(name).where(_IS_CHANGED).subquery())
    return tree.sql(dialect="duckdb")


def _temporary_name(view: str) -> str:
    return f"changed_{view.replace('.', '_')}"


@cache
def _reads() -> dict[str, set[str]]:
    return {
        name: {_name(table) for table in _tables(_tree(model))} & models.by_name().keys()
        for name, model in models.by_name().items()
    }


@cache
def _tree(model: Model) -> exp.Expr:
    return sqlglot.parse_one(model.text, dialect="duckdb")


def _tables(tree: exp.Expr) -> list[exp.Table]:
    """The tables and views that a SELECT reads, without its own CTEs, which may have the name of a mart."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return [table for table in tree.find_all(exp.Table) if table.db or table.name not in own]


def _name(table: exp.Table) -> str:
    return table.name if table.db in ("", "main") else f"{table.db}.{table.name}"


def _replace(table: exp.Table, source: exp.Table | exp.Subquery) -> None:
    source.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))
    table.replace(source)
