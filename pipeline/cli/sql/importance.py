"""Which columns of a query's result a narrow terminal goes without."""

from collections.abc import Sequence
from typing import Any

_FIGURES = ("month", "day", "started_local", "energy_kwh", "amount_incl_tax", "detail")  # what most readers look for
_HASH = "_sha256"


def expendable_columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """The columns that a table may go without, the least important first: all but the ids, or but the first one.

    The least important are hashes, then columns without a value, those with the same value in each row, and moments of
    which the wall time is there too. Of the others, those further left are more important, and the usual figures most.
    """
    ids = [name for name in names if name.endswith("_id")] or list(names[:1])
    ranked = [
        (_rank(name, names, [row[place] for row in rows]), -place, name)
        for place, name in enumerate(names)
        if name not in ids
    ]
    return [name for *_, name in sorted(ranked)]


def _rank(name: str, names: Sequence[str], values: Sequence[Any]) -> int:
    is_constant = len(values) > 1 and all(value == values[0] for value in values)
    reasons = [
        name.endswith(_HASH),
        all(value is None for value in values),
        is_constant,
        name.endswith("_at") and f"{name.removesuffix('_at')}_local" in names,
        name not in _FIGURES,
    ]
    return reasons.index(True) if True in reasons else len(reasons)
