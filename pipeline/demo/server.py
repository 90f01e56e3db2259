"""The demo tenant's HTTP server on loopback."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import socket
import socketserver
import sys
import threading
import time
from dataclasses import dataclass
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from pipeline.demo import endpoints
from pipeline.demo.endpoints import DemoAnswer
from pipeline.demo.faults import FaultName, Faults, with_unknown_fields
from pipeline.demo.tenant import Tenant

_CHUNK_BYTES = 8192
_HTML = b"<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>"


@dataclass(frozen=True)
class Request:
    """A request that the server received, the status it answered, and the fault it caused, if any."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    fault: FaultName | None = None


class DemoServer:
    """Answers for a tenant while the `with` block runs: `with DemoServer(tenant) as server: server.url`.

    `faults` may be changed or replaced meanwhile. `requests` holds every request, in order of its answer.
    """

    def __init__(self, tenant: Tenant, faults: Faults | None = None) -> None:
        self.tenant = tenant
        self.faults = faults or Faults()
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._logins = 0
        self._listener = _Listener(self)
        self.url = f"http://127.0.0.1:{self._listener.server_address[1]}"
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, name="demo tenant", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()

    def note(self, request: Request) -> str:
        """Log a request; returns the trace id of its answer."""
        with self._lock:
            self.requests.append(request)
            number = len(self.requests)
        draw = random.Random(f"{self.tenant.seed}:trace:{number}")  # noqa: S311 -- a model, not a secret
        return f"Root=1-{int(self.tenant.now.timestamp()):08x}-{draw.getrandbits(96):024x}"

    def answer(self, method: str, path: str, query: dict[str, str], token: str, body: bytes) -> DemoAnswer:
        """The tenant's answer to a request without a fault."""
        faults = self.faults
        if path == endpoints.TOKEN_PATH:
            if method != "POST":
                return endpoints.WRONG_METHOD
            with self._lock:
                self._logins += 1
                logins_before = self._logins - 1
            return endpoints.login(self.tenant, body, logins_before)
        if self.tenant.accepts(token) and faults.expires_token():
            self.tenant.expire_token()
        if not self.tenant.accepts(token):
            return endpoints.UNAUTHENTICATED
        if method != "GET":
            return endpoints.WRONG_METHOD
        return endpoints.read(self.tenant, faults, path, query)


class _Listener(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1 and closes its connections when it closes."""

    daemon_threads = True

    def __init__(self, demo: DemoServer) -> None:
        self.demo = demo
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        # HTTPServer's method looks up this machine's name, which takes seconds without DNS.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        with self._open_lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that closes the connection is not an error of the server.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Listener

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
        """The server's log is `DemoServer.requests`."""

    def _serve(self, method: str) -> None:
        demo = self.server.demo
        faults = demo.faults
        request_body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        login = parts.path == endpoints.TOKEN_PATH
        if faults.slow:
            time.sleep(faults.slow)
        picked_fault = faults.pick(f"{method} {parts.path} {sorted(query.items())}", login=login)
        fault = picked_fault[0] if picked_fault else None
        if picked_fault and fault in ("too_many", "server_error"):
            answer = _refusal(*picked_fault, faults.retry_after)
        else:
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            answer = demo.answer(method, parts.path, query, token, request_body)
        if answer.status != 200 and fault in ("truncated_body", "not_json"):
            fault = None
        trace_id = demo.note(Request(method, parts.path, query, answer.status, fault))
        body = answer.body
        if faults.unknown_fields:
            body = with_unknown_fields(body)
        encoded_body = json.dumps(body, separators=(",", ":")).encode()
        if fault == "not_json":
            self._send(200, "text/html; charset=UTF-8", _HTML, answer.headers, trace_id)
        elif fault == "truncated_body":
            self._send_half(encoded_body, trace_id)
        else:
            self._send(answer.status, "application/json", encoded_body, answer.headers, trace_id)

    def _send(self, status: int, content_type: str, body: bytes, headers: dict[str, str], trace_id: str) -> None:
        """Send the whole body in chunks, compressed where the client accepts that."""
        self._head(status, content_type, trace_id, headers)
        self.send_header("Transfer-Encoding", "chunked")
        if "gzip" in (self.headers.get("Accept-Encoding") or ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        for start in range(0, len(body), _CHUNK_BYTES):
            chunk = body[start : start + _CHUNK_BYTES]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def _send_half(self, body: bytes, trace_id: str) -> None:
        self._head(200, "application/json", trace_id, {"Connection": "close"})
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])

    def _head(self, status: int, content_type: str, trace_id: str, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        usual = {
            "Date": format_datetime(self.server.demo.tenant.now, usegmt=True),
            "Content-Type": content_type,
            "Connection": "close" if self.close_connection else "keep-alive",
            "Server": "nginx",
            "Cache-Control": "no-cache, private",
            "x-req-trace-id": trace_id,
            "Access-Control-Allow-Origin": "*",
        }
        for name, value in (usual | headers).items():
            self.send_header(name, value)


def _refusal(fault: FaultName, draw: random.Random, retry_after: str | None) -> DemoAnswer:
    if fault == "too_many":
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        return DemoAnswer(429, {"message": "Too Many Attempts."}, headers)
    return DemoAnswer(draw.choice((500, 502, 503)), {"message": "Server Error"})
