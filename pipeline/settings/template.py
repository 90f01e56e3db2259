"""The content of a new ladebog.toml: every table but the account's own, commented out, with texts and an example."""

import textwrap
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from pipeline.settings.schema import Account
from pipeline.settings.tables import TABLES, Key, Table

_WIDTH = 118  # columns of a line, without its "# "
_COMMENT_AT = 30  # column where the meaning of a key begins, if the key leaves room


def sample() -> str:
    """The content of a new settings file."""
    lines = [
        "# Ladebog's settings. Remove the # of a line to set it. Do not put secrets here.",
        "# Tables whose names begin with account.home belong to an account: write its name instead of home. Amounts",
        "# are in the account's currency.",
        "",
    ]
    for table in TABLES:
        if table.struct is not Account:
            lines += [*(f"# {line}".rstrip() if line else "" for line in _table_lines(table)), ""]
    return "\n".join([*lines, ""])


def _table_lines(table: Table) -> Iterator[str]:
    """A table's text, then its examples; the first one has the meaning of each key, and its defaults if it is alone."""
    for paragraph in table.meaning.split("\n\n"):
        yield from textwrap.wrap(paragraph, _WIDTH)
    described: set[str] = set()
    for number, example in enumerate(table.examples or (table.struct(),)):
        if number:
            yield ""
        yield table.header
        for key in table.keys:
            value = _value(example, key)
            if value is None or (value == key.default and len(table.examples) > 1):
                continue
            yield from _key_lines(key, value, key.meaning if key.name not in described else "")
            described.add(key.name)


def _value(example: msgspec.Struct, key: Key) -> Any:
    fields = {field.encode_name: field.name for field in msgspec.structs.fields(type(example))}
    return getattr(example, fields[key.name])


def _key_lines(key: Key, value: Any, meaning: str) -> list[str]:
    """A key with its value, and its meaning behind it or, if there is no room, above it."""
    setting = f"{key.name} = {toml_value(value)}"
    line = f"{setting:<{_COMMENT_AT}}  # {meaning}" if meaning else setting
    if len(line) <= _WIDTH:
        return [line]
    return [*(f"# {part}" for part in textwrap.wrap(meaning, _WIDTH - 2)), setting]


def toml_value(value: Any) -> str:
    """A value as TOML."""
    import tomlkit

    if isinstance(value, Decimal):
        return str(value)
    return str(tomlkit.item(list(value) if isinstance(value, tuple) else value).as_string())
