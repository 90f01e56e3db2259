"""Which columns of a query's result a narrow terminal goes without."""

from collections.abc import Sequence
from typing import Any

_FIGURES = ("month", "day", "started_local", "energy_kwh", "amount_incl_tax", "detail")  # what most readers look for
_HASH = "_sha256"
_CURRENCY = "currency"  # without which amounts of several currencies would look alike


def expendable_columns(names: Sequence[str], rows: Sequence[Sequence[Any]], *, is_ordered: bool) -> list[str]:
    """The columns that a table may go without, the least important first: all but the ids, or the first that varies.

    Where there are several currencies, that column is needed too.

    The least important are hashes, then columns without a value, those with the same value in each row, and moments of
    which the wall time is there too. Of the others, those further left are more important, and the usual figures most,
    unless the columns are in the order of their importance (`is_ordered`).
    """
    values = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    ids = [name for name in names if name.endswith("_id")]
    varying = [name for name in names if not _is_constant(values[name])]
    needed = [*(ids or (varying or list(names))[:1]), *(name for name in varying if name == _CURRENCY)]
    ranked = [
        (_rank(name, names, values[name], () if is_ordered else _FIGURES), -place, name)
        for place, name in enumerate(names)
        if name not in needed
    ]
    return [name for *_, name in sorted(ranked)]


def _rank(name: str, names: Sequence[str], values: Sequence[Any], figures: Sequence[str]) -> int:
    reasons = [
        name.endswith(_HASH),
        all(value is None for value in values),
        _is_constant(values),
        name.endswith("_at") and f"{name.removesuffix('_at')}_local" in names,
        name not in figures,
    ]
    return reasons.index(True) if True in reasons else len(reasons)


def _is_constant(values: Sequence[Any]) -> bool:
    return len(values) > 1 and all(value == values[0] for value in values)
