"""The event log: lines of JSON in the logbook's logs/ladebog.log, and on standard error with `--log-format json`.

A line has `at` (UTC), `level`, `command`, `pid`, `event`, and the fields of the event, which never contain a login.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from pipeline.clock import Clock, utc_text
from pipeline.logbook.files import FILE_MODE, make_folder
from pipeline.logbook.folder import Logbook
from pipeline.text import CONTROL_SYMBOLS, visible

LARGEST = 1_000_000  # bytes; a larger file is rotated
KEPT = 5  # rotated files

# What JSON allows in a string, but what controls a terminal or looks different from what it is.
_ESCAPES = {
    code: json.dumps(chr(code))[1:-1] for code in CONTROL_SYMBOLS if code >= 0x7F and not 0xD800 <= code < 0xE000
}

_logger = logging.getLogger("ladebog")
_logger.addHandler(logging.NullHandler())  # so that nothing is printed before `start`
_logger.propagate = False


def debug(event: str, **fields: Any) -> None:
    """Log a detail that helps to find an error."""
    _logger.debug(event, extra={"fields": fields})


def info(event: str, **fields: Any) -> None:
    """Log an event that was expected."""
    _logger.info(event, extra={"fields": fields})


def warning(event: str, **fields: Any) -> None:
    """Log an event that was not expected, after which the command goes on."""
    _logger.warning(event, extra={"fields": fields})


def error(event: str, **fields: Any) -> None:
    """Log an error that ended a command."""
    _logger.error(event, extra={"fields": fields})


def start(command: str, clock: Clock, *, with_debug: bool, on_stderr: bool) -> None:
    """Log the events of a command from now on."""
    stop()
    _logger.setLevel(logging.DEBUG if with_debug else logging.INFO)
    _Line.command, _Line.clock = command, clock
    if on_stderr:
        _add(logging.StreamHandler(sys.stderr))


def write_to(logbook: Logbook) -> None:
    """Write the lines to a logbook too."""
    _add(LogFile(logbook.logs / "ladebog.log"))


def stop() -> None:
    """Stop logging."""
    for handler in _logger.handlers[1:]:
        _logger.removeHandler(handler)


def _add(handler: logging.Handler) -> None:
    handler.setFormatter(_Line())
    _logger.addHandler(handler)


class _Line(logging.Formatter):
    """One JSON object."""

    command: str
    clock: Clock

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": vars(record).setdefault("at", utc_text(self.clock.now())),  # the same time for each handler
            "level": record.levelname.lower(),
            "command": self.command,
            "pid": record.process,
            "event": record.getMessage(),
        }
        return json.dumps(line | vars(record)["fields"], ensure_ascii=False, default=str).translate(_ESCAPES)


class LogFile(logging.Handler):
    """A file that several processes append lines to; the one that makes it too large rotates it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record).encode("utf-8", "replace") + b"\n"
        try:
            if self._append(line) > LARGEST:
                self._rotate()
        except OSError as error:  # a log that cannot be written must not stop the command
            text = visible(f"ladebog: note: {self._path} cannot be written: {error.strerror}.")
            print(text, file=sys.stderr)  # noqa: T201 (the log itself has failed)

    def _append(self, line: bytes) -> int:
        """Append a line with one write; returns the size of the file."""
        make_folder(self._path.parent)
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK, FILE_MODE)
        try:
            os.write(file, line)
            return os.fstat(file).st_size
        finally:
            os.close(file)

    def _rotate(self) -> None:
        from filelock import FileLock, Timeout

        try:
            with FileLock(self._path.with_suffix(".lock"), timeout=0, mode=FILE_MODE):
                if self._path.stat().st_size > LARGEST:  # unless another process has just rotated it
                    for number in range(KEPT - 1, 0, -1):
                        if self._numbered(number).exists():
                            self._numbered(number).replace(self._numbered(number + 1))
                    self._path.replace(self._numbered(1))
        except Timeout:
            return  # another process is rotating it

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
