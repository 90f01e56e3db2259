"""Sends one message at the end of a run, about everything that is to be reported and was not sent yet."""

from collections.abc import Callable, Mapping
from datetime import datetime

import duckdb

from pipeline.clock import Clock
from pipeline.errors import LadebogError, NotifyError
from pipeline.logbook.folder import Logbook
from pipeline.operations.notify import mail, webhook
from pipeline.operations.notify.causes import Cause, errors_found, failures, unclaimed_months
from pipeline.operations.notify.memory import open_memory, record, should_send
from pipeline.operations.notify.message import Message, compose
from pipeline.settings.schema import Notify


def send_new_causes(
    notify: Notify, logbook: Logbook, run_errors: Mapping[str, Exception], clock: Clock
) -> list[NotifyError]:
    """Send one message about all causes that were not sent yet, if any; returns the errors of sending it.

    `run_errors` has the errors of the run by account. If no channel delivered the message, the next run sends
    its causes. Raises BusyError, OSError.
    """
    causes, all_known = _current_causes(logbook, run_errors)
    now = clock.now()
    with open_memory(logbook) as memory:
        new = [cause for cause in causes if should_send(cause, memory, now)]
        is_delivered, send_errors = deliver(notify, compose(new, now), now) if new else (False, [])
        record(memory, causes, new if is_delivered else [], now, all_known=all_known)
    return send_errors


def _current_causes(logbook: Logbook, errors: Mapping[str, Exception]) -> tuple[list[Cause], bool]:
    """The causes that there are now, and whether these are all: a database that cannot be read hides some."""
    causes, all_known = failures(errors), True
    for find in (errors_found, unclaimed_months):
        try:
            causes += find(logbook)
        except (LadebogError, duckdb.Error):
            all_known = False  # the run has failed for the same reason, which is a cause
    return causes, all_known


def deliver(notify: Notify, message: Message, now: datetime) -> tuple[bool, list[NotifyError]]:
    """Send a message through every channel in the settings; returns whether at least one succeeded, and the errors."""
    channels: list[Callable[[], int | None]] = []
    if notify.webhook:
        channels.append(lambda: webhook.post(notify.webhook, message))
    if server := notify.mail:
        channels.append(lambda: mail.send(server, message, now))
    is_delivered, errors = False, []
    for send in channels:
        try:
            refused_count = send()
        except NotifyError as error:
            errors.append(error)
            continue
        is_delivered = True
        if refused_count:
            errors.append(
                NotifyError(
                    f"The mail server refused {refused_count} of the recipients.", "Check to under [notify.mail]"
                )
            )
    return is_delivered, errors
