"""`ladebog export`."""

from pathlib import Path

import click

from pipeline.cli.context import Context, pass_context
from pipeline.cli.options import NamedPath
from pipeline.cli.output import print_line
from pipeline.cli.output_paths import output_folder


@click.command()
@click.argument("folder", metavar="DIR", type=NamedPath(path_type=Path, file_okay=False))
@click.option("--mart", "names", metavar="NAME", multiple=True, help="Only this mart. May be repeated. Default: all.")
@pass_context
def export(context: Context, folder: Path, names: tuple[str, ...]) -> None:
    """Write the marts as Parquet files, for DuckDB, polars and Spark.

    The files of a mart are in folders by account and, if it has a month or a time, by local month. DIR is a new or
    empty folder, or an earlier export, which is replaced as a whole at the end. Whoever has the folder can read all of
    it.

    \b
    Example:  ladebog export ~/charging
              ladebog export ~/charging --mart sessions --mart session_hours
              duckdb -c "select * from '~/charging/months/**/*.parquet'"
    """
    from reports.export.marts import CONFIGURATION, export_marts, exported_marts

    logbook, _ = context.open_to_read(CONFIGURATION)
    destination = output_folder(logbook, folder, hint="DIR")
    marts = exported_marts(names)
    width = max(len(mart.name) for mart in marts)
    export_marts(
        logbook, destination, marts, lambda name, rows: context.print_info(f"  {name:{width}}  {rows:>11,} rows")
    )
    print_line(folder)
