"""A real HTTP server on loopback with scripted answers, and a clock that never waits."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

NOW = datetime(2025, 3, 30, 14, 36, 38, tzinfo=UTC)


class RecordingClock:
    """A clock that records each wait and adds its length to its time, instead of waiting."""

    def __init__(self, start: datetime = NOW) -> None:
        self._now = start
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self._now += timedelta(seconds=seconds)


@dataclass
class Request:
    """A request that the server received."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Responder = Callable[["Handler", Request], None]


@dataclass
class Script:
    """The responders of the server, in order; the last one answers all further requests."""

    responders: list[Responder] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_responder(self) -> Responder:
        return self.responders.pop(0) if len(self.responders) > 1 else self.responders[0]


class Handler(BaseHTTPRequestHandler):
    """Passes each request to the script's next responder."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def script(self) -> Script:
        return cast("Server", self.server).script

    def setup(self) -> None:
        super().setup()
        with self.script.lock:
            self.script.connections += 1

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        script = self.script
        with script.lock:
            script.requests.append(request)
            script.at_once += 1
            script.most_at_once = max(script.most_at_once, script.at_once)
            respond = script.next_responder()
        try:
            respond(self, request)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with script.lock:
                script.at_once -= 1

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore it: a client that closes the connection, or does not speak HTTP, is part of the test."""


@contextmanager
def serving(*responders: Responder, prepare: Callable[[Server], None] = lambda server: None) -> Iterator[Script]:
    """A server that answers with `responders` while the context lasts."""
    script = Script(list(responders))
    server = Server(script)
    prepare(server)
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Responder:
    """An ordinary answer; `content_type="text/html"` is the header Content-Type."""

    def respond(handler: Handler, request: Request) -> None:
        handler.send_response_only(status)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"content-length": str(len(body)), **names}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def json_answer(status: int, document: Any, **headers: str) -> Responder:
    """A JSON document."""
    return answer(status, json.dumps(document).encode(), content_type="application/json", **headers)


def raw(content: bytes, seconds_open: float = 0) -> Responder:
    """Unchanged bytes, then the end of the connection."""

    def respond(handler: Handler, request: Request) -> None:
        handler.wfile.write(content)
        handler.wfile.flush()
        time.sleep(seconds_open)
        handler.close_connection = True

    return respond


def trickle(pieces: list[bytes], pause: float) -> Responder:
    """A chunked answer that arrives piece by piece."""

    def respond(handler: Handler, request: Request) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for piece in pieces:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            handler.wfile.flush()
            time.sleep(pause)
        handler.wfile.write(b"0\r\n\r\n")

    return respond
