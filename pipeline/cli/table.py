"""Tables for people, at most as wide as the terminal; elsewhere as wide as they are.

In a table that does not fit, names and texts are wrapped between words. If that is not enough, its least important
columns are left out and named below it. If even the others do not fit, each row is a record: a name and a value per
line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import click

from pipeline.cli.output import LONGEST_LINE, in_one_line, print_in_pager, print_rendered
from pipeline.cli.terminal import DIM, HEADING, Marked, NumberText, draws_lines, styled, terminal_width
from pipeline.cli.wrapping import display_width, longest_name_part, longest_word, wrapped, wrapped_name

_NOTHING = "-"  # in a cell without a value, which a screen reader or a program would pass over if it were empty
_GAP = 2  # columns between two columns of a table; one where that lets all of it fit
_NARROWEST_TEXT = 24  # columns to which a text may be wrapped before a column is left out instead


def show_table(
    names: Sequence[str], rows: Sequence[Sequence[Any]], *, expendable: Sequence[str] = (), wide: bool = False
) -> None:
    """Print rows as a table; a wide one is never cut, and printed in a pager if the terminal is narrower."""
    width = None if wide else terminal_width()
    _print(table_lines(names, rows, width=width, expendable=expendable), wide=wide)


def show_record(names: Sequence[str], row: Sequence[Any], *, wide: bool = False) -> None:
    """Print one row with a name and a value per line."""
    width = None if wide else terminal_width()
    _print(list(_record_lines(_columns(names, [row], width), width)), wide=wide)


def _print(lines: Sequence[str], *, wide: bool) -> None:
    width = terminal_width() if wide else None
    is_wider = width is not None and any(display_width(click.unstyle(line)) > width for line in lines)
    (print_in_pager if is_wider else print_rendered)("\n".join(lines))


def table_lines(
    names: Sequence[str], rows: Sequence[Sequence[Any]], *, width: int | None, expendable: Sequence[str] = ()
) -> list[str]:
    """The lines of a table that is at most so wide, with numbers on the right.

    `expendable` names the columns that a table may go without, the least important first.
    """
    columns = _columns(names, rows, width)
    if width is None:
        return list(_table_lines(columns, width))
    if _total(columns) > width >= _total(columns, gap=1):
        return list(_table_lines(columns, width, gap=1))
    shown = _fitting(columns, expendable, width)
    if not shown:
        return list(_record_lines(columns, width))
    return [*_table_lines(shown, width), *_lines_about_missing(columns, shown, width)]


@dataclass(frozen=True)
class _Cell:
    text: str
    style: str
    is_number: bool


@dataclass(frozen=True, eq=False)
class _Column:
    name: str
    cells: list[_Cell]

    @cached_property
    def is_number(self) -> bool:
        return any(cell.is_number for cell in self.cells)

    @cached_property
    def text_width(self) -> int:
        return max((display_width(cell.text) for cell in self.cells), default=0)

    @cached_property
    def natural_width(self) -> int:
        return max(display_width(self.name), self.text_width)

    @cached_property
    def smallest_width(self) -> int:
        """The width with the name and the texts wrapped; only texts that are longer than the narrowest are."""
        words = max((longest_word(cell.text) for cell in self.cells), default=0)
        return max(longest_name_part(self.name), min(self.text_width, max(words, _NARROWEST_TEXT)))


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]], width: int | None) -> "list[_Column]":
    longest = None if width is None else LONGEST_LINE
    cells = ([_cell(row[place], longest) for row in rows] for place in range(len(names)))
    return [_Column(in_one_line(name), column) for name, column in zip(names, cells, strict=True)]


def _cell(value: Any, longest: int | None) -> _Cell:
    value, style = (value.value, value.style) if isinstance(value, Marked) else (value, "")
    text = _NOTHING if value is None or value == "" else in_one_line(str(value))
    if longest is not None and len(text) > longest:
        text = f"{text[: longest - 1]}…"
    return _Cell(text, style, isinstance(value, int | float | Decimal | NumberText) and not isinstance(value, bool))


def _fitting(columns: Sequence[_Column], expendable: Sequence[str], width: int) -> list[_Column]:
    """All columns that are not expendable, with the most important of the others that fit; none if they do not fit."""
    shown = [column for column in columns if column.name not in expendable]
    if _total(shown) > width:
        return []
    for name in reversed(expendable):
        more = [column for column in columns if column in shown or column.name == name]
        if _total(more) <= width:
            shown = more
    return shown


def _total(columns: Sequence[_Column], gap: int = _GAP) -> int:
    return sum(column.smallest_width for column in columns) + gap * (len(columns) - 1)


def _widths(columns: Sequence[_Column], width: int | None, gap: int) -> list[int]:
    """The width of each column: its natural one, or where there is less room the smallest and a share of the rest.

    Names come before texts, and more room than the smallest is of no use to a name, unless all of it fits.
    """
    if width is None:
        return [column.natural_width for column in columns]
    widths = [column.smallest_width for column in columns]
    rest = width - _total(columns, gap)
    for place in sorted(range(len(columns)), key=lambda place: display_width(columns[place].name) - widths[place]):
        more = display_width(columns[place].name) - widths[place]
        if 0 < more <= rest:
            widths[place] += more
            rest -= more
    by_need = sorted(range(len(columns)), key=lambda place: columns[place].text_width - widths[place])
    for done, place in enumerate(by_need):
        more = min(max(columns[place].text_width - widths[place], 0), rest // (len(columns) - done))
        widths[place] += more
        rest -= more
    return widths


def _table_lines(columns: Sequence[_Column], width: int | None, gap: int = _GAP) -> Iterable[str]:
    widths = _widths(columns, width, gap)
    names = [wrapped_name(column.name, width) for column, width in zip(columns, widths, strict=True)]
    height = max(map(len, names), default=0)
    lowered = [[""] * (height - len(lines)) + lines for lines in names]
    yield from _row_lines(columns, widths, lowered, [HEADING] * len(columns), gap)
    if draws_lines():
        yield styled("─" * (sum(widths) + gap * (len(columns) - 1)), DIM)
    for cells in zip(*(column.cells for column in columns), strict=True):
        texts = [wrapped(cell.text, width) for cell, width in zip(cells, widths, strict=True)]
        yield from _row_lines(columns, widths, texts, [cell.style for cell in cells], gap)


def _row_lines(
    columns: Sequence[_Column], widths: Sequence[int], texts: Sequence[list[str]], styles: Sequence[str], gap: int
) -> Iterable[str]:
    """The lines of one row, which is as high as its highest cell."""
    for place in range(max(map(len, texts), default=0)):
        line = ""
        for column, width, lines, style in zip(columns, widths, texts, styles, strict=True):
            text = lines[place] if place < len(lines) else ""
            padding = " " * (width - display_width(text))
            shown = styled(text, style) if text else ""
            line += (padding + shown if column.is_number else shown + padding) + " " * gap
        yield line.rstrip()


def _record_lines(columns: Sequence[_Column], width: int | None) -> Iterable[str]:
    """Each row as lines of a name and a value, with an empty line between two rows."""
    name_width = max(display_width(column.name) for column in columns)
    value_width = None if width is None else max(width - name_width - _GAP, 1)
    for number, cells in enumerate(zip(*(column.cells for column in columns), strict=True)):
        if number:
            yield ""
        for column, cell in zip(columns, cells, strict=True):
            lines = [cell.text] if value_width is None else wrapped(cell.text, value_width)
            for place, text in enumerate(lines):
                name = "" if place else column.name
                padding = " " * (name_width - display_width(name) + _GAP)
                yield (styled(name, HEADING) + padding + styled(text, cell.style)).rstrip()


def _lines_about_missing(columns: Sequence[_Column], shown: Sequence[_Column], width: int) -> list[str]:
    names = [_with_only_value(column) for column in columns if column not in shown]
    if not names:
        return []
    text = f"Not shown, for lack of room: {', '.join(names)}. To see them: --wide, or a wider terminal"
    return [styled(line, DIM) for line in wrapped(text, width)]


def _with_only_value(column: _Column) -> str:
    """The name of a column, with its value if that is the same in each row."""
    values = {cell.text for cell in column.cells}
    value = values.pop() if len(values) == 1 else _NOTHING
    return f"{column.name} ({value})" if value != _NOTHING and len(value) < _NARROWEST_TEXT else column.name
