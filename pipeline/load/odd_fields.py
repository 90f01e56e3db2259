"""The fields of a document that cannot be understood: a fault where the document needs them, else a row for each."""

import re
from decimal import Decimal
from typing import Any

import msgspec

from pipeline.load.figures import DocumentFaultError, is_power, optional
from pipeline.source.app import schema
from pipeline.source.app.optional_fields import OddField
from pipeline.text import without_middle

LONGEST_FAULT = 500  # characters
_PLACE = re.compile(r"\[\d+\]")
_LONGEST_VALUE = 1_000  # characters; the answer itself is in raw/

Row = tuple[Any, ...]


def check_needed(needed: re.Pattern[str], odd_fields: list[OddField]) -> None:
    """Raise DocumentFaultError for the first field that is needed and cannot be understood."""
    for odd_field in odd_fields:
        if needed.fullmatch(odd_field.path):
            raise DocumentFaultError(odd_field.fault)


def odd_rows(sha256: str, odd_fields: list[OddField], within: str = "$") -> list[Row]:
    """A row for each field, with the first of its faults where several items of a list have it."""
    rows: dict[str, list[OddField]] = {}
    for odd_field in odd_fields:
        rows.setdefault(_PLACE.sub("[...]", odd_field.path), []).append(odd_field)
    return [
        (
            sha256,
            f"{within}{path.removeprefix('$')}",
            len(same),
            without_middle(within_path(same[0].fault, within), LONGEST_FAULT),
            same[0].value.decode("utf-8", "replace")[:_LONGEST_VALUE],
        )
        for path, same in rows.items()
    ]


def optional_figure(number: Decimal | None, path: str, odd_fields: list[OddField]) -> str | None:
    """The digits of a figure that a session can do without."""
    try:
        return optional(number, path)
    except DocumentFaultError as fault:
        odd_fields.append(OddField(f"$.{path}", str(fault), str(number).encode()))
        return None


def within_path(fault: str, path: str) -> str:
    """A fault of a part of a document, with its path in the whole."""
    return fault.replace("`$", f"`{path}") if "`$" in fault else f"{fault} - at `{path}`"


def usable_samples(session: schema.Session, odd_fields: list[OddField]) -> list[schema.Sample]:
    """The samples without those that are not a power of a car."""
    history = (session.power_stats and session.power_stats.history) or []
    samples = []
    for place, sample in enumerate(history):
        if is_power(sample.value):
            samples.append(sample)
        else:
            path = f"$.session.powerStats.history[{place}].value"
            fault = f"{sample.value} kW is not a power of a car - at `{path}`"
            odd_fields.append(OddField(path, fault, msgspec.json.encode(str(sample.value))))
    return samples
