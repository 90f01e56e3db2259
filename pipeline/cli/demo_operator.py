"""Whether the operator of a demo's logbook is there: its server runs only while `ladebog demo` does."""

import socket
from urllib.parse import urlsplit

from pipeline.command_line import quoted
from pipeline.errors import UpstreamError
from pipeline.logbook.folder import Logbook
from pipeline.settings.schema import Account, Settings

DEMO_ACCOUNT = "demo"
_TIMEOUT = 1.0  # seconds; the server is on this machine


def stopped_operator_error(logbook: Logbook, settings: Settings, account: Account) -> UpstreamError | None:
    """The error for a demo's own account, if its operator has stopped."""
    if settings.demo.now is None or account.name != DEMO_ACCOUNT:
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
