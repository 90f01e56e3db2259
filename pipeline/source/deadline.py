"""Connections with a time limit for making the connection, and one for the head of a response.

A socket's timeout applies to each address of a host and to each read, and not to the search for the addresses: a name
server that does not answer could hold a run for minutes, and a server that sends the head byte by byte forever.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class DeadlineAdapter(HTTPAdapter):
    """An adapter for requests that raises a timeout unless a response's head arrives within `max_seconds`.

    It also raises one unless there is a connection within `max_connect_seconds`, name resolution included.
    """

    def __init__(self, max_connect_seconds: float, max_seconds: float, **options: Any) -> None:
        self._max_connect_seconds = max_connect_seconds
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
        attributes = {"max_connect_seconds": self._max_connect_seconds, "max_seconds": self._max_seconds}
        plain_class = type("_Plain", (_Deadline, HTTPConnection), attributes)
        secured_class = type("_Secured", (_Deadline, HTTPSConnection), attributes)
        manager.pool_classes_by_scheme = {
            "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain_class}),
            "https": type("_SecuredPool", (HTTPSConnectionPool,), {"ConnectionCls": secured_class}),
        }


class _Deadline:
    max_connect_seconds: float
    max_seconds: float
    sock: socket.socket

    def _new_conn(self) -> socket.socket:
        """A socket that is connected, in another thread, because nothing else can end a search for addresses."""
        future = Future[socket.socket]()
        connect = super()._new_conn  # type: ignore[misc]  # of the connection class that it is mixed into
        threading.Thread(target=_run, args=(connect, future), daemon=True).start()
        try:
            return future.result(self.max_connect_seconds)
        except TimeoutError:
            if future.cancel():
                raise urllib3.exceptions.ConnectTimeoutError(self, "No connection in time") from None
            return future.result()

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


def _run(connect: Callable[[], socket.socket], future: Future[socket.socket]) -> None:
    """Make a connection for `future`; nobody needs it any more if that was cancelled."""
    try:
        connection = connect()
    except BaseException as error:
        if future.set_running_or_notify_cancel():
            future.set_exception(error)
        return
    if future.set_running_or_notify_cancel():
        future.set_result(connection)
    else:
        connection.close()


def _hang_up(connection: socket.socket, is_late: threading.Event) -> None:
    is_late.set()
    with contextlib.suppress(OSError):  # it is closed already
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # TLS's own shutdown would break a read in progress
