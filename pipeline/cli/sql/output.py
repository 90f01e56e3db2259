"""Where a query's rows go: to the terminal, to another program, or into a file, in one of the formats."""

import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.context import Context
from pipeline.cli.output import print_data
from pipeline.cli.sql.files import write_parquet, write_workbook
from pipeline.cli.sql.formats import PIECES, as_text
from pipeline.cli.sql.importance import expendable_columns
from pipeline.cli.table import show_record, show_table

if TYPE_CHECKING:
    from pipeline.database.query import QueryResult

FORMATS = ("table", "csv", "json", "ndjson", "markdown", "parquet", "xlsx")
_SUFFIXES = {".jsonl": "ndjson", ".md": "markdown"}  # besides those that are a format's name
_NAMES = {"parquet": "Parquet", "xlsx": "An Excel workbook"}  # of formats that cannot be printed
_TERMINAL_ROWS = 1_000


def format_of(format_name: str | None, output: Path | None, *, is_printed: bool) -> str:
    """The format to write: the one that is asked for, else the one that the file is named after, else a table.

    Raises UsageError for a format that cannot be printed, or a table in a file.
    """
    suffix = output.suffix.lower() if output else ""
    named = _SUFFIXES.get(suffix, suffix.removeprefix("."))
    chosen = format_name or (named if named in FORMATS else "table")
    if is_printed and chosen in _NAMES:
        raise click.UsageError(f"{_NAMES[chosen]} cannot be printed: name a file with -o FILE.")
    if not is_printed and chosen == "table":
        raise click.UsageError(
            "A table can only be printed: name a file that ends in .csv, .json, .ndjson, .md, .parquet or .xlsx."
        )
    return chosen


def print_rows(context: Context, result: "QueryResult", format_name: str, *, wide: bool) -> None:
    """Print all rows, or on a terminal only the first ones."""
    row_limit = _TERMINAL_ROWS if sys.stdout.isatty() else None
    rows = _rows(result)
    shown_rows = islice(rows, row_limit)
    if format_name == "table":
        _print_table(result.columns, [[as_text(value) for value in row] for row in shown_rows], wide=wide)
    else:
        for piece in PIECES[format_name](result.columns, shown_rows):
            print_data(piece)
    if row_limit is not None and next(rows, None) is not None:
        context.print_note(
            f"only the first {row_limit} rows are shown. "
            "To get all: -o FILE.csv; to choose others: a limit in the query"
        )


def write_rows(result: "QueryResult", format_name: str, file: Path) -> None:
    """Write all rows to a file."""
    if format_name == "parquet":
        write_parquet(result, file)
    elif format_name == "xlsx":
        write_workbook(result.columns, _rows(result), file)
    else:
        with file.open("w", encoding="utf-8", newline="") as text:
            text.writelines(PIECES[format_name](result.columns, _rows(result)))


def _rows(result: "QueryResult") -> Iterator[tuple[Any, ...]]:
    return chain.from_iterable(result.batches())


def _print_table(names: list[str], rows: list[list[Any]], *, wide: bool) -> None:
    if len(rows) == 1:
        show_record(names, rows[0], wide=wide)
    else:
        show_table(names, rows, expendable=expendable_columns(names, rows), wide=wide)
