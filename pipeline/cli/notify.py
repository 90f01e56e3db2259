"""`ladebog notify`, and the message at the end of a run."""

import traceback
from collections.abc import Mapping
from urllib.parse import urlsplit

import click

from pipeline.cli.context import Context, pass_context
from pipeline.cli.output import print_lines
from pipeline.cli.paragraph import print_hanging
from pipeline.errors import LadebogError, SettingsError
from pipeline.logbook.folder import Logbook
from pipeline.settings.schema import Notify, Settings

_ADVICE = "Try it: ladebog notify --test"


@click.command()
@click.option("--test", is_flag=True, help="Send a test message now.")
@pass_context
def notify(context: Context, test: bool) -> None:
    """Show where messages go, or send a test message.

    `ladebog run` sends a message by webhook or mail when it fails, at most once a day for the same failure, and when
    it finds a new error, once for as long as the error lasts. Set where to send them under [notify] in ladebog.toml.

    \b
    Example:  ladebog notify --test
    """
    from pipeline.operations.notify import message, send

    logbook, settings = context.open()
    if not (channels := _channels(settings.notify)):
        raise SettingsError(
            f"{logbook.settings} does not set where messages go.", "Add [notify] to it with a webhook or [notify.mail]"
        )
    if not test:
        for channel in channels:
            print_hanging("", f"Messages go to {channel}.")
        context.print_info(_ADVICE)
        return
    now = context.clock.now()
    _, faults = send.deliver(settings.notify, message.compose([message.TEST], now), now)
    for fault in faults[:-1]:
        context.print_error(str(fault), fault.advice)
    if faults:
        raise faults[-1]
    context.print_info(f"A test message went to {' and '.join(channels)}.")


def _channels(notify: Notify) -> list[str]:
    """Where messages go, as text without secrets."""
    channels = [f"the webhook at {urlsplit(notify.webhook).netloc}"] if notify.webhook else []
    if notify.mail:
        channels.append(f"{', '.join(notify.mail.to)} through {notify.mail.host}:{notify.mail.port}")
    return channels


def send_messages(context: Context, logbook: Logbook, settings: Settings, errors: Mapping[str, Exception]) -> None:
    """Send what is new after a run. An error in this is printed and does not change the run's outcome."""
    if not _channels(settings.notify):
        return
    from pipeline.operations.notify.send import send_new_causes

    try:
        for fault in send_new_causes(settings.notify, logbook, errors, context.clock):
            context.print_error(f"Message not sent: {fault}", fault.advice)
    except LadebogError as error:
        context.print_error(f"Message not sent: {error}", error.advice)
    except Exception as error:  # the run has ended, and its outcome must not change
        if context.debug:
            print_lines(traceback.format_exc().rstrip("\n"), err=True)
        context.print_error(f"Message not sent: {type(error).__name__}.", _ADVICE)
