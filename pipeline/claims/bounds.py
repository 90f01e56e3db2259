"""The bounds of the numbers and times in claim.json and manifest.json: within them, everything can be computed."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

Document = TypeVar("Document", bound=msgspec.Struct)

_LARGEST = 2**31 - 1  # as the databases store whole numbers
_DIGITS = 12  # of a decimal before its point, far more than kWh or currency units need
_DECIMALS = 18
_YEARS = range(1900, 9999)


def within_bounds(document: Document) -> Document:
    """The document itself. Raises msgspec.ValidationError, which names the field, for a value beyond them."""
    for path, value in _values(document, "$"):
        if fault := _fault(value):
            raise msgspec.ValidationError(f"{fault} - at `{path}`")
    return document


def _fault(value: object) -> str | None:
    match value:
        case int() if abs(value) > _LARGEST:
            return f"Expected a whole number of at most {_LARGEST}"
        case Decimal() if not _is_decimal_within(value):
            return f"Expected a number of at most {_DIGITS} digits and {_DECIMALS} decimals"
        case datetime() if value.tzinfo is None or value.year not in _YEARS:
            return f"Expected a time with its offset, from {_YEARS[0]} to {_YEARS[-1]}"
    return None


def _is_decimal_within(value: Decimal) -> bool:
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and -_DECIMALS <= exponent <= _DIGITS and value.adjusted() < _DIGITS


def _values(value: object, path: str) -> Iterator[tuple[str, object]]:
    """The value itself, or what a document or a tuple contains, each with its path."""
    match value:
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from _values(getattr(value, name), f"{path}.{name}")
        case tuple():
            for place, item in enumerate(value):
                yield from _values(item, f"{path}[{place}]")
        case _:
            yield path, value
