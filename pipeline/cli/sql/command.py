"""The command `ladebog sql` and its options."""

import os
import re
import sys
from contextlib import nullcontext
from pathlib import Path

import click

from pipeline.cli.context import Context, pass_context
from pipeline.cli.options import NamedPath, WholeNumber, wide_option
from pipeline.cli.output_paths import is_standard_output, output_file
from pipeline.cli.sql.output import FORMATS, format_of, list_format, print_rows, write_rows
from pipeline.cli.sql.question import Question, has_several_timezones, query_timezone, read_question
from pipeline.errors import EXIT_FAILED

_BEGINS_WITH_COMMENT = re.compile(r"--(?:\s|.*\n)")


class _SqlCommand(click.Command):
    """Reads a query that begins with a comment as a query, although it begins like an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f" {arg}" if _BEGINS_WITH_COMMENT.match(arg) else arg for arg in args])


@click.command(cls=_SqlCommand)
@click.argument("query", required=False)
@click.option(
    "--param",
    "parameters",
    metavar="NAME=VALUE",
    multiple=True,
    help="The value of $NAME in the query, null if empty; repeatable.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    help="Default: the format that FILE is named after, else table.",
)
@click.option(
    "-o",
    "output",
    type=NamedPath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to this file: a new one, or one to replace.",
)
@wide_option
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=WholeNumber(1, 86_400),
    default=30,
    show_default=True,
    help="How long the database may work on the query.",
)
@click.option("--queries", "lists_queries", is_flag=True, help="List the queries that have a name.")
@click.option("--tables", "lists_tables", is_flag=True, help="List the tables, what a row of each is, and how many.")
@click.option("--describe", metavar="NAME", help="Show the columns of a table, or the parameters of a named query.")
@pass_context
def sql(
    context: Context,
    query: str | None,
    parameters: tuple[str, ...],
    format_name: str | None,
    output: Path | None,
    wide: bool,
    timeout: int,
    lists_queries: bool,
    lists_tables: bool,
    describe: str | None,
) -> None:
    """Query the published database: one SELECT, read-only.

    QUERY is the SELECT itself, a file that ends in .sql, - for standard input, or the @name of one of the queries that
    --queries lists. It can read only the database: no files, no network, no settings. Times are in the time zone of
    your accounts, and now() is the logbook's time. A terminal shows the first 1000 rows.

    A file that begins with the comments of a named query, as its copy does, has that query's defaults. Other values are
    text, which DuckDB reads as the type that is needed; where it needs one to be stated, a number like 1.25 is a
    number and a day like 2025-03-30 a date.

    \b
    Example:  ladebog sql @biggest-sessions --param year=2025
              ladebog sql "select month, energy_kwh from months order by month"
              ladebog sql --tables
              ladebog sql --describe sessions
              ladebog sql my-query.sql --param car=Golf -o sessions.xlsx
    """
    asked = [query is not None, lists_queries, lists_tables, describe is not None]
    if sum(asked) != 1:
        raise click.UsageError(
            "Give one of these: a query, - to read it from standard input, --queries, --tables or --describe NAME."
        )
    if query is not None:
        _answer(context, read_question(query, parameters), format_name, output, timeout, wide=wide)
        return
    from pipeline.cli.sql import catalogue

    layout = catalogue.Layout(list_format(format_name, output), wide)
    if lists_queries:
        catalogue.print_queries(layout)
    elif lists_tables:
        catalogue.print_tables(context, layout, seconds=timeout, give_up=lambda: _give_up(timeout, None))
    elif describe is not None:
        catalogue.print_description(context, describe, layout)


def _answer(
    context: Context, question: Question, format_name: str | None, output: Path | None, timeout: int, *, wide: bool
) -> None:
    from pipeline.database.query import CONFIGURATION, run_query
    from pipeline.logbook.files import replacing

    logbook, settings = context.open_to_read(CONFIGURATION)
    is_printed = output is None or is_standard_output(output)
    destination = None if output is None or is_printed else output_file(logbook, output)
    chosen_format = format_of(format_name, output, is_printed=is_printed)
    settings.chosen_accounts(question.account)
    timezone = query_timezone(settings)
    with (
        replacing(destination) if destination else nullcontext(None) as file,
        run_query(
            logbook,
            question.query,
            question.parameters,
            timezone=timezone,
            now=context.clock.now(),
            seconds=timeout,
            give_up=lambda: _give_up(timeout, file),
        ) as result,
    ):
        if result.has_moments and has_several_timezones(settings) and not context.quiet:
            context.print_note("the accounts have different time zones, so the query's times are in UTC")
        if file is None:
            print_rows(context, question, result, chosen_format, wide=wide)
        else:
            write_rows(result, chosen_format, file, timezone)
    if destination:
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
