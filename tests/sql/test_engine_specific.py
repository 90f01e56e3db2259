"""Only sql/macros.sql may use what other engines lack or name otherwise; the other files call its macros."""

from pathlib import Path

import pytest
import sqlglot
from sqlglot.tokens import Token, TokenType

import sql

SQL = Path(sql.__file__).parent
_QUERY_OF_DUCKDB = "refused_parts"  # queries DuckDB's own parser and catalogue about a user's query
FILES = [
    file
    for file in sorted(SQL.rglob("*.sql"))
    if file.stem not in ("macros", _QUERY_OF_DUCKDB) and "facts" not in file.parts
]

FUNCTIONS = {
    *("array_to_string", "date_diff", "datediff", "generate_series", "generate_subscripts", "gcd", "list_contains"),
    *("list", "list_unique", "map_entries", "range", "regexp_extract", "regexp_matches", "regexp_replace", "sha256"),
    *("string_agg", "strptime", "arg_max_null", "arg_min_null", "contains", "split_part"),
    *("epoch", "epoch_ms", "epoch_us", "isodow", "strftime", "timezone", "to_days", "to_hours", "to_minutes"),
}
FUNCTION_PREFIXES = ("json_", "list_", "array_", "struct_", "epoch_", "regexp_")
MACROS = {"list_text", "json_text", "json_object_at"}
OPERATORS = {TokenType.ARROW: "->", TokenType.DARROW: "->>", TokenType.L_BRACKET: "[", TokenType.DCOLON: "::"}
TYPES = {"json", "struct", "map"}


def engine_specific(text: str) -> list[str]:
    """The parts of a statement that only DuckDB understands."""
    tokens = sqlglot.tokenize(text, dialect="duckdb")
    return [
        word
        for before, token, after in _with_neighbours(tokens)
        if (word := _engine_specific_word(before, token, after))
    ]


def _with_neighbours(tokens: list[Token]) -> list[tuple[Token | None, Token, Token | None]]:
    return list(zip([None, *tokens], tokens, [*tokens[1:], None], strict=False))


def _engine_specific_word(before: Token | None, token: Token, after: Token | None) -> str | None:
    word = token.text.lower()
    if token.token_type in OPERATORS:
        return OPERATORS[token.token_type]
    if token.token_type == TokenType.STRING:
        return None
    is_called = after is not None and after.token_type == TokenType.L_PAREN
    if is_called and word not in MACROS and (word in FUNCTIONS | TYPES or word.startswith(FUNCTION_PREFIXES)):
        return word
    if before is not None and before.token_type == TokenType.ALIAS and word in TYPES:
        return word
    if token.token_type == TokenType.FROM and (before is None or before.token_type == TokenType.L_PAREN):
        return "from without select"
    return None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_calls_macros_instead_of_functions_of_duckdb(file: Path) -> None:
    assert engine_specific(file.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("select epoch_us(started_at) from sessions", ["epoch_us"]),
        ("select listed_at + to_hours(24) from facts.windows", ["to_hours"]),
        ("select list(month order by month) from months", ["list"]),
        ("select tariff ->> '$.id' from facts.evse_facts", ["->>"]),
        ("select cast(tariff as json) from facts.evse_facts", ["json"]),
        ("select coalesce(tags, []) from claimable_sessions", ["["]),
        ("select exists (from sessions)", ["from without select"]),
        ("from sessions", ["from without select"]),
        ("select a::date from (select 1 as a)", ["::"]),
        ("select regexp_replace(state, 'a', 'b', 'g') from charging_periods", ["regexp_replace"]),
        ("select extract(year from month), 'epoch_us(' as list from months -- epoch_us(1)", []),
    ],
)
def test_syntax_that_only_duckdb_understands_is_found(statement: str, found: list[str]) -> None:
    assert engine_specific(statement) == found
