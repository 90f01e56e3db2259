"""The named queries: their heads, the values of their parameters, and that each answers."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

import sql
from pipeline.database import named_queries
from pipeline.database.named_queries import NamedQuery
from pipeline.errors import QueryError, UnknownNameError
from tests.scenarios.demo_archive import DemoArchive

_FILES = sorted(Path(sql.__file__).parent.glob("queries/named/*.sql"))
_QUERIES = named_queries.named_queries()

_TEXT = """\
-- name: cost_of_things
-- grain: one thing
-- purpose: what things cost
-- parameters:
--   month    month, required: the local month
--   account  text, default null: only this account
--   rows     count, default 20: how many
--   limit    decimal, default 1.50: the lowest price
--   since    day, default 2025-03-30: the first day
-- columns:
--   thing    text, what it is
select $month as thing
"""


@pytest.fixture(scope="module")
def connection(fetched_demo: DemoArchive) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(fetched_demo.logbook.database, read_only=True) as connection:
        yield connection


def test_a_named_query_has_the_name_of_its_file_with_hyphens() -> None:
    assert list(_QUERIES) == [f"@{file.stem.replace('_', '-')}" for file in _FILES]
    assert len(_QUERIES) == 15


@pytest.mark.parametrize("query", _QUERIES.values(), ids=_QUERIES)
def test_a_named_query_answers_without_parameters_with_the_columns_of_its_head(
    connection: duckdb.DuckDBPyConnection, query: NamedQuery
) -> None:
    (statement,) = duckdb.extract_statements(query.model.text)
    assert {parameter.name for parameter in query.parameters} == statement.named_parameters
    assert not any(parameter.is_required for parameter in query.parameters)
    connection.execute(query.model.text, named_queries.bound_values(query, {}))
    assert list(query.model.columns) == [column for column, *_ in connection.description]
    assert bool(connection.fetchall()) is (query.name != "@revisions")  # the operator has not changed anything yet


def test_the_values_of_parameters_have_their_types() -> None:
    query = named_queries.parse(_TEXT)
    assert query.name == "@cost-of-things"
    assert named_queries.bound_values(query, {"month": "2025-3"}) == {
        "month": date(2025, 3, 1),
        "account": None,
        "rows": 20,
        "limit": Decimal("1.50"),
        "since": date(2025, 3, 30),
    }
    given = {"month": "2025-03", "account": "null", "rows": "1", "limit": "2", "since": "2024-02-29"}
    assert list(named_queries.bound_values(query, given).values()) == [
        date(2025, 3, 1),
        "null",
        1,
        Decimal(2),
        date(2024, 2, 29),
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "@cost-of-things needs the parameter month: the local month."),
        (
            {"month": "March"},
            "The parameter month of @cost-of-things must be a month like 2025-03, not 'March'.",
        ),
        (
            {"month": "2025-03", "rows": "1.5"},
            "The parameter rows of @cost-of-things must be a whole number above zero, not '1.5'.",
        ),
        (
            {"month": "2025-03", "rows": "0"},
            "The parameter rows of @cost-of-things must be a whole number above zero, not '0'.",
        ),
        (
            {"month": "2025-03", "rows": "9" * 19},
            f"The parameter rows of @cost-of-things must be a whole number above zero, not '{'9' * 19}'.",
        ),
        (
            {"month": "2025-03", "limit": "nan"},
            "The parameter limit of @cost-of-things must be a number like 1.25, not 'nan'.",
        ),
        (
            {"month": "2025-03", "since": "2025-02-30"},
            "The parameter since of @cost-of-things must be a day like 2025-03-30, not '2025-02-30'.",
        ),
        ({"months": "2025-03"}, "@cost-of-things has no parameter months. Did you mean 'month'?"),
    ],
)
def test_a_missing_unknown_or_wrong_value_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(QueryError) as caught:
        named_queries.bound_values(named_queries.parse(_TEXT), given)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("month, required:", "month:"),
        ("count, default 20", "number, default 20"),
        ("default 20", "default many"),
        ("default 2025-03-30", "default tomorrow"),
        ("-- purpose: what things cost\n", ""),
    ],
)
def test_a_head_that_is_not_understood_is_refused(before: str, after: str) -> None:
    assert before in _TEXT
    with pytest.raises(ValueError, match=r"not understood|invalid literal|Invalid isoformat|the head lacks purpose"):
        named_queries.parse(_TEXT.replace(before, after))


def test_the_name_of_another_query_is_answered_with_a_similar_one() -> None:
    with pytest.raises(UnknownNameError, match=r"no query @bigest-session. Did you mean '@biggest-sessions'\?"):
        named_queries.named_query("@bigest-session")
    assert named_queries.named_query("@longest-gaps").model.name == "longest_gaps"
