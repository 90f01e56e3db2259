"""Where a query's rows go: to the terminal, to another program, or into a file, in one of the formats."""

import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.context import Context
from pipeline.cli.output import print_data, print_line
from pipeline.cli.sql.files import write_parquet, write_workbook
from pipeline.cli.sql.formats import PIECES, as_text
from pipeline.cli.sql.importance import expendable_columns
from pipeline.cli.sql.question import Question
from pipeline.cli.table import show_record, show_table

if TYPE_CHECKING:
    from pipeline.database.query import QueryResult

FORMATS = ("table", "csv", "json", "ndjson", "markdown", "parquet", "xlsx")
_SUFFIXES = {".jsonl": "ndjson", ".md": "markdown"}  # besides those that are a format's name
_NAMES = {"parquet": "Parquet", "xlsx": "An Excel workbook"}  # of formats that cannot be printed
_TERMINAL_ROWS = 1_000
_MOST_COUNTED = 9_000  # rows beyond those: together the batch that DuckDB has computed already
_ALL_ROWS = 2**62


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


def list_format(format_name: str | None, output: Path | None) -> str:
    """The format of a list of tables, queries or columns. Raises UsageError for a file, or what cannot be printed."""
    if output is not None:
        raise click.UsageError("Only the rows of a query are written to a file: leave out -o.")
    return format_of(format_name, None, is_printed=True)


def print_rows(context: Context, question: Question, result: "QueryResult", format_name: str, *, wide: bool) -> None:
    """Print all rows, or on a terminal only the first ones. A note tells how many rows a table lacks."""
    row_limit = _TERMINAL_ROWS if sys.stdout.isatty() else None
    rows = _rows(result)
    shown_rows = islice(rows, row_limit)
    if format_name == "table":
        table_rows = [[as_text(value) for value in row] for row in shown_rows]
        _print_table(result.columns, table_rows, is_ordered=question.is_named, wide=wide)
        if len(table_rows) == question.default_rows and not context.quiet:
            _print_note_about_default(context, result, question.default_rows)
    else:
        for piece in PIECES[format_name](result.columns, shown_rows):
            print_data(piece)
    if row_limit is not None and (missing := sum(1 for _ in islice(rows, _MOST_COUNTED))):
        total = f"{'at least ' if missing == _MOST_COUNTED else ''}{row_limit + missing:,}"
        context.print_note(
            f"{row_limit:,} of {total} rows are shown. To get all: -o FILE.csv; to choose others: a limit in the query"
        )


def _print_note_about_default(context: Context, result: "QueryResult", default_rows: int) -> None:
    total = result.count(rows=_ALL_ROWS)
    if total > default_rows:
        context.print_note(f"{default_rows:,} of {total:,} rows are shown. To get all: --param rows={total}")


def write_rows(result: "QueryResult", format_name: str, file: Path, timezone: str) -> None:
    """Write all rows to a file, with moments in the query's time zone."""
    if format_name == "parquet":
        write_parquet(result, file)
    elif format_name == "xlsx":
        write_workbook(result.columns, result.types, _rows(result), file, timezone)
    else:
        with file.open("w", encoding="utf-8", newline="") as text:
            text.writelines(PIECES[format_name](result.columns, _rows(result)))


def _rows(result: "QueryResult") -> Iterator[tuple[Any, ...]]:
    return chain.from_iterable(result.batches())


def _print_table(names: list[str], rows: list[list[Any]], *, is_ordered: bool, wide: bool) -> None:
    if len(rows) == 1:
        show_record(names, rows[0], wide=wide)
        return
    show_table(names, rows, expendable=expendable_columns(names, rows, is_ordered=is_ordered), wide=wide)
    if not rows:
        print_line("(no rows)")
