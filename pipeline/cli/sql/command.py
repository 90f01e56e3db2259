"""`ladebog sql`."""

import csv
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.context import Context, pass_context
from pipeline.cli.options import NamedPath
from pipeline.cli.output import print_data
from pipeline.cli.output_paths import is_standard_output, output_file
from pipeline.cli.table import show_table
from pipeline.errors import EXIT_FAILED, QueryError

if TYPE_CHECKING:
    import msgspec

    from pipeline.database.query import QueryResult

_FORMATS = ("table", "csv", "json", "parquet")
_TERMINAL_ROWS = 1_000


@click.command()
@click.argument("query")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(_FORMATS),
    help="Default: the format that FILE is named after, else table.",
)
@click.option(
    "-o",
    "output",
    type=NamedPath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to this file: a new one, or one to replace.",
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.IntRange(1, 86_400),
    default=30,
    show_default=True,
    help="How long the database may work on the query.",
)
@pass_context
def sql(context: Context, query: str, format_name: str | None, output: Path | None, timeout: int) -> None:
    """Query the published database: one SELECT, read-only.

    The query can read only the database: no files, no network, no settings. A terminal shows the first 1000 rows.

    \b
    Example:  ladebog sql "select month, energy_kwh, amount_incl_tax from months"
              ladebog sql "show tables"
              ladebog sql "from sessions" -o sessions.parquet
    """
    from pipeline.database.query import run_query
    from pipeline.logbook.files import replacing

    logbook, _ = context.open()
    chosen_format = format_name or _named_by(output)
    if output and is_standard_output(output):
        output = None
    destination = output_file(logbook, output) if output else None
    if chosen_format == "parquet" and output is None:
        raise click.UsageError("Parquet cannot be printed: name a file with -o FILE.")
    if chosen_format == "table" and output is not None:
        raise click.UsageError("A table can only be printed: name a file that ends in .csv, .json or .parquet.")
    with (
        replacing(destination) if destination else nullcontext(None) as file,
        run_query(logbook, query, timeout, give_up=lambda: _give_up(timeout, file)) as result,
    ):
        if file is None:
            _print(context, result, chosen_format)
        elif chosen_format == "parquet":
            _write_parquet(result, file)
        else:
            with file.open("w", encoding="utf-8", newline="") as text:
                text.writelines(_PIECES[chosen_format](result.columns, _rows(result)))
    if output:
        context.print_info(f"Wrote {output}.")


def _give_up(timeout: int, file: Path | None) -> None:
    """End the process, because DuckDB is still computing and cannot be stopped otherwise."""
    from pipeline.database.limits import time_limit_error
    from pipeline.logbook.files import discard

    if file is not None:
        discard(file)
    error = time_limit_error(timeout)
    os.write(sys.stderr.fileno(), f"ladebog: {error}\n  {error.advice}\n".encode())
    os._exit(EXIT_FAILED)


def _rows(result: "QueryResult") -> Iterator[tuple[Any, ...]]:
    return chain.from_iterable(result.batches())


def _print(context: Context, result: "QueryResult", format_name: str) -> None:
    """Print all rows, or on a terminal only the first ones."""
    row_limit = _TERMINAL_ROWS if sys.stdout.isatty() else None
    rows = _rows(result)
    shown_rows = islice(rows, row_limit)
    if format_name == "table":
        show_table(result.columns, [[_table_cell(value) for value in row] for row in shown_rows])
    else:
        for piece in _PIECES[format_name](result.columns, shown_rows):
            print_data(piece)
    if row_limit is not None and next(rows, None) is not None:
        context.print_note(
            f"only the first {row_limit} rows are shown. "
            "To get all: -o FILE.csv; to choose others: a limit in the query"
        )


def _write_parquet(result: "QueryResult", file: Path) -> None:
    if any("INTERVAL" in kind for kind in result.types):
        raise QueryError("Parquet cannot hold an INTERVAL.", "Cast it to a number or to text, or use --format csv")
    result.frame().write_parquet(file)


def _named_by(output: Path | None) -> str:
    suffix = output.suffix.removeprefix(".").lower() if output else ""
    return suffix if suffix in _FORMATS else "table"


def _csv_pieces(columns: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in chain([columns], rows):
        writer.writerow([_csv_cell(value) for value in row])
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def _csv_cell(value: Any) -> Any:
    """A value as a cell holds it: what CSV has no form for, as in JSON."""
    match value:
        case dict() | list() | tuple():
            return _json(value).decode()
        case bytes() | timedelta():
            return _json(value).decode().strip('"')
    return value.isoformat() if hasattr(value, "isoformat") else value


def _table_cell(value: Any) -> Any:
    return _json(value).decode() if isinstance(value, dict | list | tuple) else value


def _json_pieces(columns: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    import msgspec

    before = "[\n"
    for row in rows:
        row_text = msgspec.json.format(_json([dict(zip(columns, row, strict=True))]), indent=2).decode()
        yield before + row_text.removeprefix("[\n").removesuffix("\n]")
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _json(value: Any) -> bytes:
    return _encoder().encode(_with_text_keys(value))


@cache
def _encoder() -> "msgspec.json.Encoder":
    import msgspec

    return msgspec.json.Encoder(decimal_format="number", order=None)


def _with_text_keys(value: Any) -> Any:
    """The value with all keys of its maps as text: DuckDB's may also be numbers, times or booleans."""
    match value:
        case dict():
            return {_text_key(key): _with_text_keys(item) for key, item in value.items()}
        case list() | tuple():
            return [_with_text_keys(item) for item in value]
    return value


def _text_key(key: Any) -> str:
    return key if isinstance(key, str) else _encoder().encode(key).decode().strip('"')


_PIECES: dict[str, Callable[[list[str], Iterator[tuple[Any, ...]]], Iterator[str]]] = {
    "csv": _csv_pieces,
    "json": _json_pieces,
}
