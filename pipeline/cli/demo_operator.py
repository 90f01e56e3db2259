"""Whether the operator of a demo's logbook is there: its server runs only while `ladebog demo` does."""

import socket
from urllib.parse import urlsplit

from pipeline.command_line import quoted
from pipeline.errors import UpstreamError
from pipeline.logbook.folder import Logbook
from pipeline.settings.schema import Settings

_TIMEOUT = 1.0  # seconds; the server is on this machine


def refuse_stopped_demo(logbook: Logbook, settings: Settings) -> None:
    """Raise UpstreamError if the logbook is a demo's and its operator has stopped."""
    if settings.demo.now is None:
        return
    for account in settings.accounts.values():
        address = urlsplit(account.url)
        try:
            socket.create_connection((address.hostname or "", address.port or 443), _TIMEOUT).close()
        except OSError:
            raise UpstreamError(
                "The demo's operator has stopped: it runs only while the demo is made.",
                f"Make the demo again with: ladebog demo {quoted(logbook.root)}",
            ) from None
