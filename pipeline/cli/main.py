"""`ladebog`: the table of commands, the options in front of them, and the entry point of the process."""

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import click
from click.core import ParameterSource

from pipeline import __version__, command_line, interrupt
from pipeline.cli.context import Context
from pipeline.cli.failures import EXIT_STOPPED, report_failure
from pipeline.cli.lazy_group import LazyGroup
from pipeline.cli.options import NamedPath
from pipeline.cli.output import replace_what_cannot_be_printed
from pipeline.clock import Clock, SystemClock
from pipeline.errors import EXIT_FAILED
from pipeline.logbook import event_log
from pipeline.text import one_line

_LOG_FORMAT = "LADEBOG_LOG_FORMAT"
_SECTIONS = {
    "Every month": {
        "run": ("pipeline.cli.run:run", "Extract, transform, report the last closed month, and check."),
        "check": ("pipeline.cli.check:check", "Show errors and warnings about the archive, by month."),
        "report": ("pipeline.cli.report:report", "Write the report of a month or a year."),
        "claim": ("pipeline.cli.claim.group:claim", "Make claims for your employer, and keep track of them."),
    },
    "Look": {
        "months": ("pipeline.cli.months:months", "Show each month's kWh, cost and tax, and whether it is claimed."),
        "sessions": ("pipeline.cli.months:sessions", "Show sessions with their kWh, cost and price."),
        "status": ("pipeline.cli.status:status", "Show logins, runs, gaps, findings and outstanding claims."),
        "page": ("pipeline.cli.page:page", "Write one HTML file in which to look at everything."),
        "explain": ("pipeline.cli.explain:explain", "Trace a session from its month's total to the lines of raw/."),
        "audit": ("pipeline.cli.audit:audit", "Recompute each bill and compare it with what was billed."),
        "sql": ("pipeline.cli.sql.command:sql", "Query the published database: one SELECT, read-only."),
        "shell": ("pipeline.cli.shell:shell", "Explore the database in harlequin, an SQL editor."),
        "export": ("pipeline.cli.export:export", "Write the marts as Parquet files, for DuckDB, polars and Spark."),
    },
    "Decide": {
        "session": ("pipeline.cli.session:session", "Decide which car a session charged, and if it is claimed."),
        "odometer": ("pipeline.cli.odometer:odometer", "Record what a car's odometer showed, or list the readings."),
    },
    "Set up": {
        "demo": ("pipeline.cli.demo:demo", "Try everything with a made-up driver."),
        "account": ("pipeline.cli.account:account", "Add an account, or erase one."),
        "login": ("pipeline.cli.login:login", "Give Ladebog the login of an account."),
        "import": ("pipeline.cli.importing:import_", "Archive captures from your own app: text, HAR or bare JSON."),
        "schedule": ("pipeline.cli.schedule:schedule", "Keep the archive up to date with scheduled runs."),
        "notify": ("pipeline.cli.notify:notify", "Show where messages go, or send a test message."),
    },
    "Look after": {
        "extract": ("pipeline.cli.run:extract", "Fetch what is new or was corrected, into raw/."),
        "transform": ("pipeline.cli.run:transform", "Compute the marts from the archive and publish the database."),
        "rebuild": ("pipeline.cli.run:rebuild", "Build the database again from raw/, journal/ and claims/."),
        "verify": ("pipeline.cli.verify:verify", "Check that nothing in raw/, journal/ and claims/ was changed."),
        "backup": ("pipeline.cli.backup:backup", "Copy the logbook and verify the copy."),
        "restore": ("pipeline.cli.backup:restore", "Restore the logbook from a backup into a new or empty folder."),
    },
}
_COMMANDS = {name: command for commands in _SECTIONS.values() for name, command in commands.items()}


class _Ladebog(LazyGroup):
    """The table of commands. Its options hold already where a command is unknown."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        _apply_options(ctx, args[0] if args[0] in self.table else "")
        return super().resolve_command(ctx, args)


def _apply_options(ctx: click.Context, command: str) -> None:
    context: Context = ctx.obj
    home: Path = ctx.params["home"]
    is_typed = ctx.get_parameter_source("home") is ParameterSource.COMMANDLINE
    command_line.set_home(str(home) if is_typed else None)
    context.home = home.expanduser()
    context.debug = ctx.params["debug"]
    context.quiet = ctx.params["quiet"]
    context.log_format = ctx.params["log_format"]
    event_log.start(command, context.clock, with_debug=context.debug, on_stderr=context.log_format == "json")


@click.group(
    cls=_Ladebog,
    table=_COMMANDS,
    sections=_SECTIONS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 findings of severity error, 4 log in again, 75 try later.",
)
@click.version_option(__version__, prog_name="ladebog", message="ladebog %(version)s")
@click.option(
    "--home",
    type=NamedPath(path_type=Path, file_okay=False),
    envvar="LADEBOG_HOME",
    default=Path("~/Ladebog"),
    show_default=True,
    show_envvar=True,
    help="The logbook's folder.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("-q", "--quiet", is_flag=True, help="Print results and errors only.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    envvar=_LOG_FORMAT,
    default="text",
    show_default=True,
    show_envvar=True,
    help="The format of standard error: text for people, or one JSON object per line, as in the logbook's logs/.",
)
@click.pass_context
def cli(ctx: click.Context, /, **_: object) -> None:
    """The charging log that a driver can hand in.

    Archives every charging session from your operator's app, computes kWh, cost and tax per month, and writes
    reports and claims. Without a command it shows how things stand and what to do next.

    \b
    Try it:   ladebog demo
    Start:    ladebog account add home --url https://OPERATOR
              ladebog login home
              ladebog run
              ladebog claim create 2025-03
    """
    if ctx.invoked_subcommand is None:
        from pipeline.cli.overview import print_overview

        _apply_options(ctx, "")
        print_overview(ctx.obj)


def main(arguments: Sequence[str] | None = None, clock: Clock | None = None) -> NoReturn:
    """Run the command line, ending within seconds of a Ctrl-C, and exit with its code."""
    context = Context(clock=clock or SystemClock())
    replace_what_cannot_be_printed()
    with interrupt.forced_exit(lambda: report_failure(KeyboardInterrupt(), context), EXIT_STOPPED):
        code = run(arguments, context)
    sys.exit(code)


def run(arguments: Sequence[str] | None, context: Context) -> int:
    """Run the command line (by default the arguments of this process); returns the exit code."""
    program = command_line.start(_COMMANDS)
    typed = sys.argv[1:] if arguments is None else list(arguments)
    context.log_format = _requested_log_format(typed)
    event_log.start("", context.clock, with_debug=False, on_stderr=context.log_format == "json")
    try:
        _check_encoding(typed, program)
        code = cli.main(typed, prog_name=program, standalone_mode=False, obj=context)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that Python's own last flush succeeds
        return EXIT_FAILED
    except (Exception, KeyboardInterrupt) as error:
        return report_failure(error, context)
    finally:
        event_log.stop()
    return code if isinstance(code, int) else 0


def _requested_log_format(arguments: Sequence[str]) -> str:
    """The format in which errors of the options themselves are printed: JSON if it was asked for anywhere."""
    requested = [os.environ.get(_LOG_FORMAT, "")]
    for option, following in pairwise([*arguments, ""]):
        name, equals, value = option.partition("=")
        if name == "--log-format":
            requested.append(value if equals else following)
    return "json" if "json" in requested else "text"


def _check_encoding(arguments: Sequence[str], program: str) -> None:
    """Raise UsageError for an argument that is not UTF-8."""
    for argument in arguments:
        if any(0xDC80 <= ord(character) <= 0xDCFF for character in argument):  # as Python decodes other bytes
            raise click.UsageError(
                f"The argument '{one_line(argument)}' is not UTF-8. Type it again; rename a file with such a name.",
                click.Context(cli, info_name=program),
            )


if __name__ == "__main__":
    main()
