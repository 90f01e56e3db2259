"""How a command's failure is reported: the message, the advice and the exit code of each kind of error."""

import io
import re
import traceback

import click

from pipeline import interrupt
from pipeline.cli.context import Context, print_error
from pipeline.cli.output import in_one_line, print_lines
from pipeline.cli.paragraph import print_hanging
from pipeline.command_line import as_typed
from pipeline.errors import EXIT_FAILED, EXIT_USAGE, LadebogError
from pipeline.logbook import event_log
from pipeline.logbook.files import remedy
from pipeline.text import without_secrets

EXIT_STOPPED = 130  # as a shell reports a process that SIGINT ended
_HINT = re.compile(r"^Try '(.*)' for help\.$", re.MULTILINE)  # click's; its quotes would be around ours
_UNANSWERED = "The input ended before the question was answered. Nothing was changed."
_STOPPED_BEFORE = "stopped. Nothing was changed."
_STOPPED = "stopped. What was fetched is kept; run the same command again to go on."


def report_failure(error: BaseException, context: Context) -> int:
    """Log and print why the command ended; returns the exit code."""
    match error:
        case click.ClickException():
            if context.log_format == "text":
                shown = io.StringIO()
                error.show(shown)
                shown_text = without_secrets(shown.getvalue().rstrip("\n"))
                for line in _HINT.sub(r"See its help with: \1", shown_text).splitlines():
                    print_hanging("", line, err=True)
            event_log.error("usage", error=without_secrets(error.format_message()), exit_code=error.exit_code)
            return error.exit_code
        case click.Abort() if isinstance(error.__cause__, KeyboardInterrupt):  # click's, for Ctrl-C in a command
            return report_failure(error.__cause__, context)
        case click.Abort():  # at a question, whose line it does not end
            if context.log_format == "text":
                print_lines("", err=True)
            if interrupt.was_pressed():
                _report(context, _STOPPED_BEFORE, "", EXIT_STOPPED)
                return EXIT_STOPPED
            _report(context, _UNANSWERED, "Type the answer, or see which option gives it with --help", EXIT_USAGE)
            return EXIT_USAGE
        case KeyboardInterrupt():
            _report(context, _STOPPED, "", EXIT_STOPPED)
            return EXIT_STOPPED
        case LadebogError():
            _report(context, str(error), error.advice, error.exit_code)
            return error.exit_code
        case OSError():
            message, advice = _describe(error)
            _report(context, message, advice, EXIT_FAILED)
            return EXIT_FAILED
        case _ if interrupt.was_pressed():  # a library raised its own error after Ctrl-C
            return report_failure(KeyboardInterrupt(), context)
        case _:
            message = f"An unexpected error occurred: {type(error).__name__}: {in_one_line(str(error))}"
            advice = "See the traceback with: ladebog --debug ... Nothing that was archived is lost"
            _report(context, message, advice, EXIT_FAILED, traceback=traceback.format_exc())
            return EXIT_FAILED


def _report(context: Context, message: str, advice: str, exit_code: int, **about: str) -> None:
    message, advice = without_secrets(message), without_secrets(advice)
    event_log.error("failed", error=message, advice=as_typed(advice), exit_code=exit_code, **about)
    if context.log_format == "json":
        return
    if context.debug and exit_code != EXIT_STOPPED:
        print_lines(traceback.format_exc().rstrip("\n"), err=True)
    print_error(message, advice)


def _describe(error: OSError) -> tuple[str, str]:
    """The message and the advice for an error of the operating system."""
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}.", f"{remedy(error.errno)}; nothing is lost"
