"""A real SMTP server on loopback that stores what it receives."""

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
class MailServer:
    """How the server behaves, and what it received."""

    certificate: Path | None = None
    login: tuple[str, str] | None = None
    refused: frozenset[str] = frozenset()
    greeting: str = "220 mail server"
    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    logged_in: list[bool] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        mail_server = cast("_Server", self.server).mail_server
        self.encrypted = self.logged_in = False
        self.to: list[str] = []
        self.reply(mail_server.greeting)
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            mail_server.commands.append(line.split()[0].upper())
            if not self.answer(mail_server, line):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # the encrypted connection, which is not the one that the server object closes

    def answer(self, mail_server: MailServer, line: str) -> bool:
        match line.split()[0].upper():
            case "EHLO":
                offers = ["STARTTLS"] * bool(mail_server.certificate and not self.encrypted) + ["AUTH PLAIN"]
                self.reply("\r\n".join(["250-mail server", *(f"250-{offer}" for offer in offers), "250 8BITMIME"]))
            case "STARTTLS" if mail_server.certificate:
                self.reply("220 go on")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(mail_server.certificate)
                try:
                    self.connection = context.wrap_socket(self.connection, server_side=True)
                except OSError:
                    return False
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                self.encrypted = True
            case "AUTH":
                credentials = tuple(base64.b64decode(line.split()[2]).decode().split("\0")[1:])
                self.logged_in = credentials == mail_server.login
                self.reply("235 welcome" if self.logged_in else f"535 not you: {credentials}")
            case "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                refused = address in mail_server.refused
                self.to += [] if refused else [address]
                self.reply("550 not here" if refused else "250 fine")
            case "DATA":
                self.reply("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                content = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
                mail_server.messages.append(cast("EmailMessage", BytesParser(policy=default).parsebytes(content)))
                mail_server.recipients.append(self.to)
                mail_server.logged_in.append(self.logged_in)
                mail_server.encrypted.append(self.encrypted)
                self.reply("250 stored")
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

    def __init__(self, mail_server: MailServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mail_server = mail_server

    def handle_error(self, request: object, client_address: object) -> None:
        """Do nothing: a client that disconnects is part of the test."""


@contextmanager
def running_mail_server(mail_server: MailServer) -> Iterator[MailServer]:
    """Run the server within the block."""
    server = _Server(mail_server)
    mail_server.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield mail_server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
