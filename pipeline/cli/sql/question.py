"""The query that a user asks: typed, from a file, from standard input, or by its name; and its parameters."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from pipeline.errors import QueryError
from pipeline.text import did_you_mean

if TYPE_CHECKING:
    from pipeline.database.named_queries import NamedQuery
    from pipeline.settings.schema import Settings

_WORD = re.compile(r"[\w.-]+")  # no query is only one word
_PARAMETER = re.compile(r"(\w+)=(.*)", re.DOTALL)
UTC = "UTC"
_ROWS = "rows"  # the parameter of named queries that limits how many rows they have
_ACCOUNT = "account"


class Question(msgspec.Struct, frozen=True):
    """A query, and the values of its parameters by name."""

    query: str
    parameters: Mapping[str, Any]
    is_named: bool = False
    default_rows: int | None = None  # how many rows the query has at most unless more are asked for
    account: str | None = None  # the only one that is asked about


def read_question(argument: str, given: Sequence[str]) -> Question:
    """The query that an argument of the command line stands for, and the values given as `name=value`.

    Raises BadParameter, QueryError, UnknownNameError; OSError for a file that cannot be read.
    """
    from pipeline.database.named_queries import PREFIX, bound_values, named_query, with_head

    values = _values(given)
    if argument.startswith(PREFIX):
        query = named_query(argument)
        return _with_head(query, values, bound_values(query, values))
    text = _text(argument)
    plain = {name: value or None for name, value in values.items()}
    if own_query := with_head("The query" if "\n" in argument else argument, text):
        described = {parameter.name for parameter in own_query.parameters}
        bound = bound_values(own_query, {name: value for name, value in values.items() if name in described})
        used = {
            name: value for name, value in bound.items() if name in values or f"${name}" in own_query.model.statement
        }
        return _with_head(own_query, values, plain | used)
    return Question(text, plain)


def _with_head(query: "NamedQuery", values: Mapping[str, str], bound: Mapping[str, Any]) -> Question:
    """The question of a query whose head describes its parameters, of which `values` are those that are given."""
    default_rows = bound.get(_ROWS) if _ROWS not in values else None
    return Question(query.model.text, bound, is_named=True, default_rows=default_rows, account=bound.get(_ACCOUNT))


def query_timezone(settings: "Settings") -> str:
    """The time zone of all accounts, or UTC where they have different ones."""
    zones = {account.timezone for account in settings.accounts.values()}
    return zones.pop() if len(zones) == 1 else UTC


def has_several_timezones(settings: "Settings") -> bool:
    """Whether the accounts have different time zones."""
    return len({account.timezone for account in settings.accounts.values()}) > 1


def _text(argument: str) -> str:
    if argument == "-":
        return _decoded(sys.stdin.buffer.read(), "The standard input")
    if argument.endswith(".sql"):
        if os.path.isfile(argument):  # noqa: PTH113 (Path.is_file raises an error for text that is too long for a name)
            return _decoded(Path(argument).read_bytes(), argument)
        if len(argument.split()) == 1:
            raise QueryError(
                f"There is no file {argument}.", 'Name another one, or type the query: ladebog sql "select ..."'
            )
    if _WORD.fullmatch(argument):
        _refuse_name(argument)
    return argument


def _refuse_name(word: str) -> None:
    """Raise QueryError for a word that is the name of a query without its @, or that of a table, or similar to one."""
    from pipeline.database import models
    from pipeline.database.named_queries import PREFIX, named_queries

    name = PREFIX + word.replace("_", "-")
    if name in named_queries():
        raise QueryError(f"{word} is not a query, but {name} is.", f"Run it with: ladebog sql {name}")
    if (table_name := word.removeprefix("main.")) in models.tables():
        raise QueryError(
            f"{table_name} is a table, and not a query.",
            f'Its rows: ladebog sql "from {table_name}"; its columns: ladebog sql --describe {table_name}',
        )
    if nearest := did_you_mean(word, [table.name for table in models.published()]) or did_you_mean(
        name, named_queries()
    ):
        raise QueryError(
            f"{word} is not a query.{nearest}",
            "List the queries with: ladebog sql --queries; the tables with: ladebog sql --tables",
        )


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise QueryError(
            f"{name} is not UTF-8 (line {line}).", "Save it as UTF-8, then run the command again"
        ) from None


def _values(given: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for text in given:
        match = _PARAMETER.fullmatch(text)
        if match is None:
            raise click.BadParameter(f"{text!r} is not NAME=VALUE, for example year=2025.", param_hint="--param")
        if match[1] in values:
            raise click.BadParameter(f"{match[1]} is given twice.", param_hint="--param")
        values[match[1]] = match[2]
    return values
