"""Connections with a time limit for the head of a response.

A socket's timeout applies to each read, so a server that sends the head byte by byte could hold a run forever.
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
    """An adapter for requests that raises a timeout unless a response's head arrives within `max_seconds`."""

    def __init__(self, max_seconds: float, **options: Any) -> None:
        self._max_seconds = max_seconds
        super().__init__(**options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self._set_deadline(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **options)
        self._set_deadline(manager)
        return manager

    def _set_deadline(self, manager: urllib3.PoolManager) -> None:
        attributes = {"max_seconds": self._max_seconds}
        plain_class = type("_Plain", (_Deadline, HTTPConnection), attributes)
        secured_class = type("_Secured", (_Deadline, HTTPSConnection), attributes)
        manager.pool_classes_by_scheme = {
            "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain_class}),
            "https": type("_SecuredPool", (HTTPSConnectionPool,), {"ConnectionCls": secured_class}),
        }


class _Deadline:
    max_seconds: float
    sock: socket.socket

    def getresponse(self) -> Any:
        is_late = threading.Event()
        watchdog = threading.Timer(self.max_seconds, _hang_up, (self.sock, is_late))
        watchdog.daemon = True
        watchdog.start()
        try:
            response = super().getresponse()  # type: ignore[misc]  # of the connection class that it is mixed into
        except Exception:
            if is_late.is_set():
                raise TimeoutError from None
            raise
        finally:
            watchdog.cancel()
        if is_late.is_set():  # the head was cut off at a point where it looks complete
            response.close()
            raise TimeoutError
        return response


def _hang_up(connection: socket.socket, is_late: threading.Event) -> None:
    is_late.set()
    with contextlib.suppress(OSError):  # it is closed already
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # TLS's own shutdown would break a read in progress
