"""Whether the operator of a demo's logbook is there: its server runs only while `ladebog demo` does."""

import socket
from urllib.parse import urlsplit

from pipeline.command_line import quoted
from pipeline.errors import ScheduleError, UpstreamError
from pipeline.logbook.folder import Logbook
from pipeline.settings.schema import Account, Settings

DEMO_ACCOUNT = "demo"
_TIMEOUT = 1.0  # seconds; the server is on this machine


def is_demo(settings: Settings, account: str) -> bool:
    """Whether it is the account of a demo, which needs no login because its operator does not stay."""
    return settings.demo.now is not None and account == DEMO_ACCOUNT


def refuse_scheduling(settings: Settings) -> None:
    """Raise ScheduleError for the logbook of a demo."""
    if any(is_demo(settings, name) for name in settings.accounts):
        raise ScheduleError(
            "A demo cannot be scheduled: its operator runs only while the demo is made.",
            "Schedule your own logbook: ladebog --home ~/Ladebog schedule install",
        )


def stopped_operator_error(logbook: Logbook, settings: Settings, account: Account) -> UpstreamError | None:
    """The error for a demo's own account, if its operator has stopped."""
    if not is_demo(settings, account.name):
        return None
    address = urlsplit(account.url)
    try:
        socket.create_connection((address.hostname or "", address.port or 443), _TIMEOUT).close()
    except OSError:
        return UpstreamError(
            "The demo's operator has stopped: it runs only while the demo is made.",
            f"Make the demo again with: ladebog demo {quoted(logbook.root)}",
        )
    return None
