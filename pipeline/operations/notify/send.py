"""Sends one message at the end of a run, about everything that is to be reported and was not sent yet."""

from collections.abc import Callable, Mapping
from datetime import datetime

import duckdb

from pipeline.clock import Clock
from pipeline.errors import LadebogError, NotifyError
from pipeline.logbook.folder import Logbook
from pipeline.operations.notify import mail, webhook
from pipeline.operations.notify.causes import Cause, claims_due, errors_found, failures
from pipeline.operations.notify.memory import is_due, open_memory, record
from pipeline.operations.notify.message import Message, compose
from pipeline.settings.schema import Notify


def send_due(notify: Notify, logbook: Logbook, failed: Mapping[str, Exception], clock: Clock) -> list[NotifyError]:
    """Send one message about all causes that are due, if any; returns the errors of sending it.

    `failed` has the errors of the run by account. If no way delivered the message, its causes are due again at the next
    run. Raises BusyError, OSError.
    """
    causes, all_known = _current_causes(logbook, failed)
    now = clock.now()
    with open_memory(logbook) as memory:
        due = [cause for cause in causes if is_due(cause, memory, now)]
        is_delivered, errors = deliver(notify, compose(due, now), now) if due else (False, [])
        record(memory, causes, due if is_delivered else [], now, all_known=all_known)
    return errors


def _current_causes(logbook: Logbook, failed: Mapping[str, Exception]) -> tuple[list[Cause], bool]:
    """The causes that there are now, and whether these are all: a database that cannot be read hides some."""
    causes, all_known = failures(failed), True
    for find in (errors_found, claims_due):
        try:
            causes += find(logbook)
        except (LadebogError, duckdb.Error):
            all_known = False  # the run has failed for the same reason, which is a cause
    return causes, all_known


def deliver(notify: Notify, message: Message, now: datetime) -> tuple[bool, list[NotifyError]]:
    """Send a message in every way that is set; returns whether at least one succeeded, and the errors."""
    ways: list[Callable[[], int | None]] = []
    if notify.webhook:
        ways.append(lambda: webhook.post(notify.webhook, message))
    if server := notify.mail:
        ways.append(lambda: mail.send(server, message, now))
    is_delivered, errors = False, []
    for send in ways:
        try:
            refused = send()
        except NotifyError as error:
            errors.append(error)
            continue
        is_delivered = True
        if refused:
            errors.append(
                NotifyError(f"The mail server refused {refused} of the recipients.", "Check to under [notify.mail]")
            )
    return is_delivered, errors
