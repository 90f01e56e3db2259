"""A chart as the page shows it: drawn for wide and for narrow screens, with the same figures as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class FiguresTable:
    """Texts in rows. The first column names its row; `heads` has the names of all columns."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class ColourKey:
    """A colour of a chart and what it means, with the sum of what has that colour."""

    class_: str
    name: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class PageChart:
    """One chart. `kind` is the name of its class in the style sheet; `notes` are sentences beneath it.

    Screen readers leave out keys that are not `are_keys_heard`: the table has their figures.
    """

    kind: str
    title: str
    wide: Markup
    narrow: Markup
    table: FiguresTable
    keys: Sequence[ColourKey] = ()
    are_keys_heard: bool = True
    notes: Sequence[str] = ()
