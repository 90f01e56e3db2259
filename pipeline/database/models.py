"""The files under sql/: each holds one statement under a head comment that describes its result.

The head reads `-- name:`, `-- grain:`, `-- purpose:`, for marts also `-- key:` and `-- refresh:`, then `-- columns:`
with one line per column, or more that are indented further; lines after those are notes on the rule. It is the only
description of a table: the comments that DuckDB shows come from it. The checks all have the same columns, so their
heads have `-- severity:` instead. The head of a query that programs run lists its parameters under `-- parameters:`.
"""

import csv
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import duckdb

FINDINGS = "checks.findings"
CHECK_COLUMNS = {
    "account": "text, the logbook's account",
    "month": "first day of the local month; null if it does not concern a single month",
    "session_id": "text, the operator's id; null if it does not concern a single session",
    "cause": "text that changes exactly when the cause does: figures and hashes, no times of fetching",
    "sentences": "list of text: what is found and what to do, in English, with {name} where a parameter belongs",
    "parameters": "list of structs of text: each one's name, its kind, its value and, for an amount, its unit",
}
SEVERITIES = ("error", "warning")

_VIEWS = ("staging.", "intermediate.", "checks.")  # the schemas whose models are views unless their heads say otherwise

_FIELD = re.compile(r"^-- (name|grain|purpose|key|refresh|severity): (.+)$")
_COLUMN = re.compile(r"^--   (\w+)(?:  +(.+))?$")
_HEAD = re.compile(r"\A(?:--.*\n)+")
_CONTINUATION = re.compile(r"^--     +(\S.*)$")


class Model(msgspec.Struct, frozen=True, eq=False):
    """One SQL file: its statement and the content of its head."""

    name: str
    grain: str
    purpose: str
    key: tuple[str, ...]
    refresh: str
    columns: dict[str, str]
    text: str
    severity: str = ""  # of a check's findings
    parameters: dict[str, str] = {}  # of a query
    notes: str = ""

    @property
    def rule(self) -> str:
        """The name without its schema."""
        return self.name.rpartition(".")[2]

    @property
    def statement(self) -> str:
        """The text without its head."""
        return _HEAD.sub("", self.text)

    @property
    def is_view(self) -> bool:
        return self.refresh == "never"


@cache
def schema() -> tuple[Model, ...]:
    """The fact tables: one CREATE TABLE each."""
    return _read("facts")


@cache
def seeds() -> tuple[Model, ...]:
    """The tables of rates that laws set: one CREATE TABLE each, next to the CSV file of its rows."""
    return _read("seeds")


def seed_csv(seed: Model) -> str:
    """The CSV file of a seed's rows. Its first line is the column names; an empty field is null."""
    return resources.files("sql").joinpath("seeds", f"{seed.rule}.csv").read_text("utf-8")


def seed_rows(seed: Model) -> list[list[str | None]]:
    """The rows of a seed, each with a text or None per column. Raises ValueError if the columns are not the table's."""
    columns, *rows = csv.reader(seed_csv(seed).splitlines())
    if columns != list(seed.columns):
        raise ValueError(f"the columns of {seed.rule}.csv are not those of {seed.name}")
    return [[value or None for value in row] for row in rows]


@cache
def staging() -> tuple[Model, ...]:
    """The models that read only fact tables and seeds: one view or table each."""
    return _read("staging")


@cache
def intermediate() -> tuple[Model, ...]:
    """The steps between staging and the marts: one view or table each."""
    return _read("intermediate")


@cache
def marts() -> tuple[Model, ...]:
    """The tables that users query."""
    return _read("marts")


def published() -> list[Model]:
    """What users query by its plain name: the marts, and the fact tables that are marts as well."""
    return [table for table in (*marts(), *schema()) if "." not in table.name]


@cache
def checks() -> tuple[Model, ...]:
    """The rules: one view each, whose rows are the findings."""
    return _read("checks")


@cache
def findings() -> Model:
    """The view of the findings of all rules. It has no file: it follows from the checks."""
    selects = [
        f"select {quoted(check.rule)} as rule, {quoted(check.severity)} as severity, {', '.join(CHECK_COLUMNS)} "  # noqa: S608
        f"from {check.name}"
        for check in checks()
    ]
    return Model(
        name=FINDINGS,
        grain="one finding",
        purpose="what breaks a rule, of all rules",
        key=(),
        refresh="never",
        columns={"rule": "text, the check's name", "severity": "text, error or warning", **CHECK_COLUMNS},
        text="\nunion all\n".join(selects),
    )


@cache
def transformed() -> tuple[Model, ...]:
    """All models that a transform computes: staging, intermediate, marts, checks and the findings."""
    return (*staging(), *intermediate(), *marts(), *checks(), findings())


@cache
def by_name() -> dict[str, Model]:
    """`transformed`, each by its name with its schema."""
    return {model.name: model for model in transformed()}


@cache
def tables() -> dict[str, Model]:
    """Every table and view of the published database, by its name, with its schema unless it is a mart."""
    return {table.name: table for table in (*schema(), *seeds(), *transformed())}


@cache
def query(name: str) -> str:
    """The text of sql/queries/internal/NAME.sql, a query that a program runs."""
    return resources.files("sql").joinpath("queries", "internal", f"{name}.sql").read_text("utf-8")


@cache
def macros() -> str:
    """The statements that create the macros."""
    return resources.files("sql").joinpath("macros.sql").read_text("utf-8")


def comment_on(connection: "duckdb.DuckDBPyConnection", model: Model, kind: str) -> None:
    """Put the texts of a model's head on its table or view and on each of the columns."""
    statements = [f"comment on {kind} {model.name} is {quoted(f'{model.grain}: {model.purpose}')}"]
    statements += [
        f"comment on column {model.name}.{column} is {quoted(text)}" for column, text in model.columns.items()
    ]
    connection.execute("; ".join(statements))


def parse(text: str) -> Model:
    """Parse a SQL file. Raises ValueError if its head lacks something or has a line that is not understood."""
    fields: dict[str, str] = {}
    is_check = text.startswith("-- name: checks.")
    columns = dict(CHECK_COLUMNS) if is_check else {}
    parameters: dict[str, str] = {}
    sections = {"-- columns:": columns, "-- parameters:": parameters}
    section = columns
    notes: list[str] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        if match := _FIELD.match(line):
            fields[match[1]] = match[2]
        elif line in sections:
            section = sections[line]
        elif match := _COLUMN.match(line):
            section[match[1]] = match[2] or match[1].replace("_", " ")
        elif section and (match := _CONTINUATION.match(line)):
            section[next(reversed(section))] += f" {match[1]}"
        elif not columns:
            raise ValueError(f"this line of the head is not understood: {line}")
        else:
            notes.append(line.removeprefix("--").strip())
    required_fields = {"name", "grain", "purpose", "severity"} if is_check else {"name", "grain", "purpose"}
    if missing_fields := required_fields - fields.keys():
        raise ValueError(f"the head lacks {', '.join(sorted(missing_fields))}")
    if is_check and fields["severity"] not in SEVERITIES:
        raise ValueError(f"{fields['severity']} is not a severity (known: {', '.join(SEVERITIES)})")
    if not columns:
        raise ValueError("the head lists no columns")
    return Model(
        name=fields["name"],
        grain=fields["grain"],
        purpose=fields["purpose"],
        key=tuple(fields["key"].split(", ")) if "key" in fields else (),
        refresh=fields.get("refresh", "never" if fields["name"].startswith(_VIEWS) else "whole"),
        columns=columns,
        text=text,
        severity=fields.get("severity", ""),
        parameters=parameters,
        notes=" ".join(notes),
    )


def _read(folder: str) -> tuple[Model, ...]:
    return tuple(parse(file.read_text("utf-8")) for file in _sql_files(resources.files("sql").joinpath(folder)))


def _sql_files(folder: Traversable) -> Iterator[Traversable]:
    """The SQL files in a folder and its subfolders, ordered by name."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _sql_files(entry)
        elif entry.name.endswith(".sql"):
            yield entry


def quoted(text: str) -> str:
    """A text as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
