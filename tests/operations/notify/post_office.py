"""A real SMTP server on loopback that keeps what it receives."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import cast


@dataclass
class PostOffice:
    """How the server behaves, and what it received."""

    certificate: Path | None = None
    login: tuple[str, str] | None = None
    refused: frozenset[str] = frozenset()
    greeting: str = "220 post office"
    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    logged_in: list[bool] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        office = cast("_Server", self.server).office
        self.encrypted = self.logged_in = False
        self.to: list[str] = []
        self.reply(office.greeting)
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            office.commands.append(line.split()[0].upper())
            if not self.answer(office, line):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # the encrypted connection, which the server object does not know

    def answer(self, office: PostOffice, line: str) -> bool:
        match line.split()[0].upper():
            case "EHLO":
                offers = ["STARTTLS"] * bool(office.certificate and not self.encrypted) + ["AUTH PLAIN"]
                self.reply("\r\n".join(["250-post office", *(f"250-{offer}" for offer in offers), "250 8BITMIME"]))
            case "STARTTLS" if office.certificate:
                self.reply("220 go on")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(office.certificate)
                try:
                    self.connection = context.wrap_socket(self.connection, server_side=True)
                except OSError:
                    return False
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                self.encrypted = True
            case "AUTH":
                credentials = tuple(base64.b64decode(line.split()[2]).decode().split("\0")[1:])
                self.logged_in = credentials == office.login
                self.reply("235 welcome" if self.logged_in else f"535 not you: {credentials}")
            case "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                refused = address in office.refused
                self.to += [] if refused else [address]
                self.reply("550 not here" if refused else "250 fine")
            case "DATA":
                self.reply("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                content = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
                office.letters.append(cast("EmailMessage", BytesParser(policy=default).parsebytes(content)))
                office.recipients.append(self.to)
                office.logged_in.append(self.logged_in)
                office.encrypted.append(self.encrypted)
                self.reply("250 kept")
            case "QUIT":
                self.reply("221 bye")
                return False
            case _:
                self.reply("250 fine")
        return True

    def reply(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, office: PostOffice) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.office = office

    def handle_error(self, request: object, client_address: object) -> None:
        """Do nothing: a client that disconnects is part of the test."""


@contextmanager
def open_office(office: PostOffice) -> Iterator[PostOffice]:
    """Run the server within the block."""
    server = _Server(office)
    office.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield office
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
