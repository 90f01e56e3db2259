"""The queries in sql/queries/named/, which users run by name, and the values of their parameters.

`biggest_sessions.sql` is `@biggest-sessions`. A parameter's line in the head reads `TYPE, default VALUE: MEANING` or
`TYPE, required: MEANING`, with a VALUE as users write it. A parameter whose default is null need not be given.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from pipeline.database import models
from pipeline.database.models import Model
from pipeline.errors import QueryError, UnknownNameError
from pipeline.text import did_you_mean
from pipeline.typed_month import month_of

PREFIX = "@"
_LINE = re.compile(r"^(?P<kind>\w+), (?:required|default (?P<default>.+?)): (?P<meaning>.+)$")


class Parameter(msgspec.Struct, frozen=True):
    """One parameter of a named query."""

    name: str
    kind: str
    default: str | None  # as users write it; None if it is null, or if the parameter is required
    is_required: bool
    meaning: str


class NamedQuery(msgspec.Struct, frozen=True):
    """A query that users run by name."""

    name: str  # with the @
    model: Model
    parameters: tuple[Parameter, ...]

    @property
    def where_described(self) -> str:
        """The advice where its parameters are described: those of a file in its head."""
        if self.name.startswith(PREFIX):
            return f"See what each means: ladebog sql --describe {self.name}"
        return "The comments at the start of the query say what each means"


@cache
def named_queries() -> dict[str, NamedQuery]:
    """All named queries by their names, ordered. Raises ValueError for a head that is not understood."""
    folder = resources.files("sql").joinpath("queries", "named")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    queries = [parse(file.read_text("utf-8")) for file in files]
    return {query.name: query for query in queries}


def parse(text: str) -> NamedQuery:
    """Parse the file of a named query. Raises ValueError if its head is incomplete or not understood."""
    model = models.parse(text)
    parameters = tuple(_parameter(name, line) for name, line in model.parameters.items())
    return NamedQuery(name=PREFIX + model.name.replace("_", "-"), model=model, parameters=parameters)


def with_head(name: str, text: str) -> NamedQuery | None:
    """The query of a user's file that has a head like those of the named queries; None if it has none."""
    try:
        return msgspec.structs.replace(parse(text), name=name)
    except ValueError:
        return None


def named_query(name: str) -> NamedQuery:
    """The query of that name. Raises UnknownNameError if there is none."""
    queries = named_queries()
    if name not in queries:
        raise UnknownNameError(
            f"There is no query {name}.{did_you_mean(name, queries)}", "List the queries with: ladebog sql --queries"
        )
    return queries[name]


def bound_values(query: NamedQuery, given: Mapping[str, str]) -> dict[str, Any]:
    """The value of each parameter, in its type. Raises QueryError for one that is unknown, missing or not of its type.

    `given` has texts as users write them.
    """
    names = [parameter.name for parameter in query.parameters]
    for name in given:
        if name not in names:
            known = f"It has {', '.join(names)}." if names else "It has none."
            raise QueryError(
                f"{query.name} has no parameter {name}.{did_you_mean(name, names)}",
                f"{known} {query.where_described}",
            )
    return {parameter.name: _value(query, parameter, given.get(parameter.name)) for parameter in query.parameters}


def _parameter(name: str, line: str) -> Parameter:
    match = _LINE.match(line)
    if match is None or match["kind"] not in _KINDS:
        raise ValueError(f"this line of a parameter is not understood: {name}: {line}")
    default = None if match["default"] in (None, "null") else match["default"]
    if default is not None:
        _KINDS[match["kind"]][1](default)
    return Parameter(name, match["kind"], default, match["default"] is None, match["meaning"])


def _value(query: NamedQuery, parameter: Parameter, given: str | None) -> Any:
    text = parameter.default if given is None else given
    if text is None or (not text and parameter.default is None):
        if parameter.is_required:
            raise QueryError(
                f"{query.name} needs the parameter {parameter.name}: {parameter.meaning}.",
                f"Give it with: ladebog sql {query.name} --param {parameter.name}=VALUE",
            )
        return None
    expected, convert = _KINDS[parameter.kind]
    try:
        return convert(text)
    except (ValueError, InvalidOperation):
        raise QueryError(
            f"The parameter {parameter.name} of {query.name} must be {expected}, not {text!r}.",
            query.where_described,
        ) from None


def _month(text: str) -> date:
    month = month_of(text)
    if month is None:
        raise ValueError(text)
    return month


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) >= 2**63:
        raise ValueError(text)
    return number


def _count(text: str) -> int:
    number = _integer(text)
    if number < 1:
        raise ValueError(text)
    return number


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


_KINDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "count": ("a whole number above zero", _count),
    "integer": ("a whole number", _integer),
    "decimal": ("a number like 1.25", _decimal),
    "text": ("text", str),
    "day": ("a day like 2025-03-30", date.fromisoformat),
    "month": ("a month like 2025-03", _month),
}
