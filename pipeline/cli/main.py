"""`ladebog`: the commands, found when they are asked for, and the one place where errors become text."""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from pipeline import __version__, interrupt
from pipeline.cli.context import Context, complain
from pipeline.clock import Clock, SystemClock
from pipeline.errors import EXIT_FAILED, LadebogError
from pipeline.logbook import event_log
from pipeline.logbook.files import remedy

EXIT_STOPPED = 130

_COMMANDS = {
    "account": "pipeline.cli.account:account",
    "login": "pipeline.cli.login:login",
    "extract": "pipeline.cli.run:extract",
    "transform": "pipeline.cli.run:transform",
    "rebuild": "pipeline.cli.run:rebuild",
    "run": "pipeline.cli.run:run",
    "check": "pipeline.cli.check:check",
    "report": "pipeline.cli.report:report",
    "claim": "pipeline.cli.claim:claim",
    "verify": "pipeline.cli.verify:verify",
    "audit": "pipeline.cli.audit:audit",
    "explain": "pipeline.cli.explain:explain",
    "sql": "pipeline.cli.sql:sql",
    "import": "pipeline.cli.importing:import_",
    "demo": "pipeline.cli.demo:demo",
    "status": "pipeline.cli.status:status",
    "notify": "pipeline.cli.notify:notify",
    "session": "pipeline.cli.session:session",
    "odometer": "pipeline.cli.odometer:odometer",
    "backup": "pipeline.cli.backup:backup",
    "restore": "pipeline.cli.backup:restore",
    "schedule": "pipeline.cli.schedule:schedule",
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is run or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 (tells mypy what the table above holds)
        return command


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 findings of severity error, 4 log in again, 75 try later.",
)
@click.version_option(__version__, prog_name="ladebog", message="%(prog)s %(version)s")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
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
    envvar="LADEBOG_LOG_FORMAT",
    default="text",
    show_default=True,
    show_envvar=True,
    help="What standard error is made of: text for people, or a JSON object a line, as in the logbook's logs/.",
)
@click.pass_context
def cli(ctx: click.Context, home: Path, debug: bool, quiet: bool, log_format: str) -> None:
    """The charging log that a driver can hand in.

    Archives every charging session from your operator's app, computes kWh, cost and tax per month, and writes
    the report.

    \b
    Try it:   ladebog demo
    Start:    ladebog account add home --url https://TENANT
              ladebog login home
              ladebog run
    """
    context: Context = ctx.obj
    context.home = home.expanduser()
    context.debug = debug
    context.quiet = quiet
    context.log_format = log_format
    event_log.start(ctx.invoked_subcommand or "", context.clock, with_debug=debug, on_stderr=log_format == "json")


def main(arguments: Sequence[str] | None = None, clock: Clock | None = None) -> None:
    """Run the command line and exit with its code."""
    context = Context(clock=clock or SystemClock())
    with interrupt.forced_exit(lambda: _told(context, KeyboardInterrupt()), EXIT_STOPPED):
        code = _run(arguments, context)
    sys.exit(code)


def run(arguments: Sequence[str] | None = None, clock: Clock | None = None) -> int:
    """Run the command line; returns the exit code."""
    return _run(arguments, Context(clock=clock or SystemClock()))


def _run(arguments: Sequence[str] | None, context: Context) -> int:
    try:
        code = cli.main(arguments, prog_name="ladebog", standalone_mode=False, obj=context)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that Python's own last flush succeeds
        return EXIT_FAILED
    except (Exception, KeyboardInterrupt) as error:
        return _told(context, error)
    finally:
        event_log.stop()
    return code if isinstance(code, int) else 0


def _told(context: Context, error: BaseException) -> int:
    """Tell what ended the command; returns the exit code."""
    match error:
        case click.ClickException():
            if context.log_format == "text":
                error.show()
            event_log.error("usage", error=error.format_message(), exit_code=error.exit_code)
            return error.exit_code
        case click.Abort() | KeyboardInterrupt():
            _show(context, "stopped. What was fetched is kept; run the same command again to go on.", "", EXIT_STOPPED)
            return EXIT_STOPPED
        case LadebogError():
            _show(context, str(error), error.advice, error.exit_code)
            return error.exit_code
        case OSError():
            message, advice = _in_words(error)
            _show(context, message, advice, EXIT_FAILED)
            return EXIT_FAILED
        case _ if interrupt.was_pressed():
            return _told(context, KeyboardInterrupt())
        case _:
            message = f"Something unexpected went wrong: {type(error).__name__}: {error}"
            advice = "See where with: ladebog --debug ... Nothing that was archived is lost"
            _show(context, message, advice, EXIT_FAILED, traceback=traceback.format_exc())
            return EXIT_FAILED


def _show(context: Context, message: str, advice: str, exit_code: int, **about: str) -> None:
    event_log.error("failed", error=message, advice=advice, exit_code=exit_code, **about)
    if context.log_format == "json":
        return
    if context.debug and exit_code != EXIT_STOPPED:
        traceback.print_exc()
    complain(message, advice)


def _in_words(error: OSError) -> tuple[str, str]:
    """The message of an error, and its advice."""
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}.", f"{remedy(error.errno)}; nothing is lost"


if __name__ == "__main__":
    main()
