"""The end of a run: tell what there is to tell and was not told yet."""

from collections.abc import Callable, Mapping
from datetime import datetime

import duckdb

from pipeline.clock import Clock
from pipeline.errors import LadebogError, NotifyError
from pipeline.logbook.folder import Logbook
from pipeline.operations.notify import mail, webhook
from pipeline.operations.notify.causes import Cause, claims_due, errors_found, failures
from pipeline.operations.notify.memory import is_due, note, open_memory
from pipeline.operations.notify.message import Message, compose
from pipeline.settings.schema import Notify

# What there may be to tell that the archive knows of; each raises LogbookError where it cannot be read.
_OF_THE_ARCHIVE: tuple[Callable[[Logbook], list[Cause]], ...] = (errors_found, claims_due)


def send_due(notify: Notify, logbook: Logbook, failed: Mapping[str, Exception], clock: Clock) -> list[NotifyError]:
    """Send one message about all causes that are due, if any; gives what went wrong with it.

    What no way delivered is due again at the next run. Raises BusyError, OSError.
    """
    causes, all_known = current_causes(logbook, failed)
    now = clock.now()
    with open_memory(logbook) as memory:
        due = [cause for cause in causes if is_due(cause, memory, now)]
        delivered, faults = deliver(notify, compose(due, now), now) if due else (False, [])
        note(memory, causes, due if delivered else [], now, all_known=all_known)
    return faults


def current_causes(logbook: Logbook, failed: Mapping[str, Exception]) -> tuple[list[Cause], bool]:
    """What there is to tell, and whether that is all: a database that cannot be read hides some."""
    causes, all_known = failures(failed), True
    for found in _OF_THE_ARCHIVE:
        try:
            causes += found(logbook)
        except (LadebogError, duckdb.Error):
            all_known = False  # the run itself failed by that, which is a cause of its own
    return causes, all_known


def deliver(notify: Notify, message: Message, now: datetime) -> tuple[bool, list[NotifyError]]:
    """Send a message every way that is set; whether it reached anybody, and what went wrong."""
    ways: list[Callable[[], int | None]] = []
    if notify.webhook:
        ways.append(lambda: webhook.post(notify.webhook, message))
    if letters := notify.mail:
        ways.append(lambda: mail.send(letters, message, now))
    delivered, faults = False, []
    for way in ways:
        try:
            refused = way()
        except NotifyError as error:
            faults.append(error)
            continue
        delivered = True
        if refused:
            faults.append(
                NotifyError(f"The mail server refused {refused} of the recipients.", "Check to under [notify.mail]")
            )
    return delivered, faults
