"""Connections whose answers must have begun in time.

A socket's timeout is for each piece that it reads, so an answer whose head trickles in would hold a run for as long as
the server likes.
"""

import contextlib
import socket
import threading
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class DeadlineAdapter(HTTPAdapter):
    """An adapter for requests: an answer's head is read within `longest` seconds, or it is a timeout."""

    def __init__(self, longest: float, **options: Any) -> None:
        self._longest = longest
        super().__init__(**options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self._set_deadline(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **options)
        self._set_deadline(manager)
        return manager

    def _set_deadline(self, manager: urllib3.PoolManager) -> None:
        within = {"longest": self._longest}
        plain = type("_Plain", (_Deadline, HTTPConnection), within)
        secured = type("_Secured", (_Deadline, HTTPSConnection), within)
        manager.pool_classes_by_scheme = {
            "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("_SecuredPool", (HTTPSConnectionPool,), {"ConnectionCls": secured}),
        }


class _Deadline:
    longest: float
    sock: socket.socket

    def getresponse(self) -> Any:
        late = threading.Event()
        watchdog = threading.Timer(self.longest, _hang_up, (self.sock, late))
        watchdog.daemon = True
        watchdog.start()
        try:
            response = super().getresponse()  # type: ignore[misc]  # that of the connection it is mixed into
        except Exception:
            if late.is_set():
                raise TimeoutError from None
            raise
        finally:
            watchdog.cancel()
        if late.is_set():  # what came so far looked like a whole head
            response.close()
            raise TimeoutError
        return response


def _hang_up(connection: socket.socket, late: threading.Event) -> None:
    late.set()
    with contextlib.suppress(OSError):  # it is closed already
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # not TLS's own, which would pull it from under its reader
