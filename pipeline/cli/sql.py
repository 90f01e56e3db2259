"""`ladebog sql`."""

import csv
import io
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.context import Context, pass_context
from pipeline.errors import QueryError

if TYPE_CHECKING:
    import duckdb

_FORMATS = ("table", "csv", "json", "parquet")


@click.command()
@click.argument("query")
@click.option("--format", "format_name", type=click.Choice(_FORMATS), help="Default: what -o is named, else table.")
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@pass_context
def sql(context: Context, query: str, format_name: str | None, output: Path | None) -> None:
    """Ask the published database: one SELECT, read-only.

    \b
    Example:  ladebog sql "select month, energy_kwh, amount_incl_tax from months where attribution = 'stop'"
              ladebog sql "show tables"
              ladebog sql "from sessions" -o sessions.parquet
    """
    from pipeline.logbook import replacing
    from pipeline.query import answer

    logbook, _ = context.open()
    chosen = format_name or _named_by(output)
    if chosen == "parquet" and output is None:
        raise click.UsageError("Parquet is not for a terminal: name a file with -o FILE.")
    if chosen == "table" and output is not None:
        raise click.UsageError("A table is for the terminal: name a file that ends in .csv, .json or .parquet.")
    with answer(logbook, query) as relation, replacing(output) if output else nullcontext(None) as file:
        if chosen == "parquet" and file is not None:
            _write_parquet(relation, file)
        elif file is not None:
            file.write_text(_text(relation, chosen), "utf-8", newline="")
        elif chosen == "table":
            _show(relation)
        else:
            click.echo(_text(relation, chosen), nl=False)
    if output:
        context.say(f"Wrote {output}.")


def _write_parquet(relation: "duckdb.DuckDBPyRelation", file: Path) -> None:
    import polars

    if any("INTERVAL" in str(kind) for kind in relation.types):
        raise QueryError("Parquet cannot hold an INTERVAL.", "Cast it to a number or to text, or take --format csv")
    polars.DataFrame(relation).write_parquet(file)


def _named_by(output: Path | None) -> str:
    suffix = output.suffix.removeprefix(".").lower() if output else ""
    return suffix if suffix in _FORMATS else "table"


def _show(relation: "duckdb.DuckDBPyRelation") -> None:
    from pipeline.cli.terminal import show_table

    show_table(relation.columns, relation.fetchall())


def _text(relation: "duckdb.DuckDBPyRelation", format_name: str) -> str:
    rows = relation.fetchall()
    if format_name == "json":
        import msgspec

        objects = [dict(zip(relation.columns, row, strict=True)) for row in rows]
        encoded = msgspec.json.Encoder(decimal_format="number", order=None).encode(objects)
        return msgspec.json.format(encoded, indent=2).decode() + "\n"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(relation.columns)
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _csv_cell(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
