"""`ladebog`: the commands, found when they are asked for, and the one place where errors become text."""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from pipeline import __version__
from pipeline.cli.context import Context
from pipeline.clock import Clock, SystemClock
from pipeline.errors import EXIT_FAILED, LadebogError
from pipeline.logbook import FULL

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
    "audit": "pipeline.cli.audit:audit",
    "explain": "pipeline.cli.explain:explain",
    "sql": "pipeline.cli.sql:sql",
    "import": "pipeline.cli.importing:import_",
    "demo": "pipeline.cli.demo:demo",
    "status": "pipeline.cli.status:status",
    "session": "pipeline.cli.session:session",
    "odometer": "pipeline.cli.odometer:odometer",
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
@click.pass_obj
def cli(context: Context, home: Path, debug: bool, quiet: bool) -> None:
    """The charging log that a driver can hand in.

    Archives every charging session from your operator's app, computes kWh, cost and tax per month, and writes
    the report.

    \b
    Try it:   ladebog demo
    Start:    ladebog account add home --url https://TENANT
              ladebog login home
              ladebog run
    """
    context.home = home.expanduser()
    context.debug = debug
    context.quiet = quiet


def main(arguments: Sequence[str] | None = None, clock: Clock | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(arguments, clock))


def run(arguments: Sequence[str] | None = None, clock: Clock | None = None) -> int:
    """Run the command line; returns the exit code."""
    context = Context(clock=clock or SystemClock())
    try:
        code = cli.main(arguments, prog_name="ladebog", standalone_mode=False, obj=context)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("ladebog: stopped. What was fetched is kept; run the same command again to go on.", err=True)
        return EXIT_STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that Python's own last flush succeeds
        return EXIT_FAILED
    except LadebogError as error:
        _show(context, str(error), error.advice)
        return error.exit_code
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        mend = "Make room on the disk" if error.errno in FULL else "Mend that"
        _show(
            context, f"{error.strerror or error}{where}.", f"{mend}, then run the same command again; nothing is lost"
        )
        return EXIT_FAILED
    except Exception as error:
        _show(
            context,
            f"Something unexpected went wrong: {type(error).__name__}: {error}",
            "See where with: ladebog --debug ... Nothing that was archived is lost",
        )
        return EXIT_FAILED
    return code if isinstance(code, int) else 0


def _show(context: Context, message: str, advice: str) -> None:
    if context.debug:
        traceback.print_exc()
    click.echo(f"ladebog: {message}\n  {advice}", err=True)


if __name__ == "__main__":
    main()
