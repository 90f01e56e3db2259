"""Rows as text for other programs: CSV, JSON, a JSON object per line, and Markdown.

Every format writes decimals with all their digits and without an exponent, and what is no finite number, which JSON has
no number for, as the texts Infinity, -Infinity and NaN.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, Any

from pipeline.cli.terminal import NumberText

if TYPE_CHECKING:
    import msgspec

_NAMES_OF_NO_NUMBER = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}

Pieces = Callable[[list[str], Iterator[tuple[Any, ...]]], Iterator[str]]


def _csv_pieces(columns: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in chain([columns], rows):
        writer.writerow([csv_cell(value) for value in row])
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def csv_cell(value: Any) -> Any:
    """A value as a cell holds it: what CSV has no form for, as in JSON."""
    match value:
        case Decimal():
            return f"{value:f}"
        case float():
            return _finite_or_text(value)
        case dict() | list() | tuple():
            return _json(value).decode()
        case bytes() | timedelta():
            return _json(value).decode().strip('"')
    return value.isoformat() if hasattr(value, "isoformat") else value


def as_text(value: Any) -> Any:
    """A value as a table shows it: lists, structs and maps as JSON, moments with the offset of their zone."""
    match value:
        case Decimal():
            return NumberText(f"{value:f}")
        case float():
            return _finite_or_text(value)
        case dict() | list() | tuple():
            return _json(value).decode()
        case datetime() if value.tzinfo is not None:
            return value.isoformat(" ").removesuffix(":00")
    return value


def _finite_or_text(number: float) -> float | NumberText:
    """The number, or the name of what is not one: Infinity, -Infinity or NaN."""
    return number if isfinite(number) else NumberText(_NAMES_OF_NO_NUMBER[str(number)])


def _json_pieces(columns: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    import msgspec

    before = "[\n"
    for row in rows:
        row_text = msgspec.json.format(_json([dict(zip(columns, row, strict=True))]), indent=2).decode()
        yield before + row_text.removeprefix("[\n").removesuffix("\n]")
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _ndjson_pieces(columns: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    for row in rows:
        yield _json(dict(zip(columns, row, strict=True))).decode() + "\n"


def _markdown_pieces(columns: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    first = next(rows, None)
    numbers = [isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in first or ()]
    rules = ["---:" if is_number else "---" for is_number in numbers or [False] * len(columns)]
    for cells in chain([columns, rules], [first] if first else [], rows):
        yield f"| {' | '.join(_markdown_cell(cell) for cell in cells)} |\n"


def _markdown_cell(value: Any) -> str:
    text = "" if value is None else str(as_text(value))
    return re.sub(r"[\\|`*_<&\[]", r"\\\g<0>", text).replace("\n", "<br>") if isinstance(value, str) else text


def _json(value: Any) -> bytes:
    return _encoder().encode(_for_json(value))


@cache
def _encoder() -> "msgspec.json.Encoder":
    import msgspec

    return msgspec.json.Encoder()


def _for_json(value: Any) -> Any:
    """The value with its numbers as JSON writes them, and all keys of its maps as text.

    DuckDB's keys may also be numbers, times or booleans.
    """
    import msgspec

    match value:
        case Decimal():
            return msgspec.Raw(f"{value:f}".encode())
        case float():
            return value if isfinite(value) else _NAMES_OF_NO_NUMBER[str(value)]
        case dict():
            return {_text_key(key): _for_json(item) for key, item in value.items()}
        case list() | tuple():
            return [_for_json(item) for item in value]
    return value


def _text_key(key: Any) -> str:
    return key if isinstance(key, str) else _json(key).decode().strip('"')


PIECES: dict[str, Pieces] = {
    "csv": _csv_pieces,
    "json": _json_pieces,
    "ndjson": _ndjson_pieces,
    "markdown": _markdown_pieces,
}
