"""What happened, as lines of JSON: in the logbook's logs/ladebog.log, and on standard error where that is asked for.

A line has `at` (UTC), `level`, `command`, `pid`, `event`, and what the event is about. No login is ever handed to it.
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

LARGEST = 1_000_000  # bytes; a file that is larger makes room for a new one
KEPT = 5  # files besides the newest

_logger = logging.getLogger("ladebog")
_logger.addHandler(logging.NullHandler())  # so that nothing goes anywhere before `begin`
_logger.propagate = False


def debug(event: str, **about: Any) -> None:
    """Log what is of use to whoever looks for a fault."""
    _logger.debug(event, extra={"about": about})


def info(event: str, **about: Any) -> None:
    """Log what went as it should."""
    _logger.info(event, extra={"about": about})


def warning(event: str, **about: Any) -> None:
    """Log what did not go as it should, and was not the end of it."""
    _logger.warning(event, extra={"about": about})


def error(event: str, **about: Any) -> None:
    """Log what ended a command."""
    _logger.error(event, extra={"about": about})


def start(command: str, clock: Clock, *, with_debug: bool, on_stderr: bool) -> None:
    """Log for a command from now on."""
    stop()
    _logger.setLevel(logging.DEBUG if with_debug else logging.INFO)
    _Line.command, _Line.clock = command, clock
    if on_stderr:
        _add(logging.StreamHandler(sys.stderr))


def write_to(logbook: Logbook) -> None:
    """Keep the lines in a logbook too."""
    _add(LogFile(logbook.logs / "ladebog.log"))


def stop() -> None:
    """Log nowhere any more."""
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
            "at": vars(record).setdefault("at", utc_text(self.clock.now())),  # once, wherever the line goes
            "level": record.levelname.lower(),
            "command": self.command,
            "pid": record.process,
            "event": record.getMessage(),
        }
        return json.dumps(line | vars(record)["about"], ensure_ascii=False, default=str)


class LogFile(logging.Handler):
    """A file that any number of processes append to, a line at a time; whoever makes it too large puts it aside."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record).encode("utf-8", "replace") + b"\n"
        try:
            if self._append(line) > LARGEST:
                self._put_aside()
        except OSError as fault:  # what was to be logged matters more than the log
            print(f"ladebog: note: {self._path} cannot be written: {fault.strerror}.", file=sys.stderr)  # noqa: T201

    def _append(self, line: bytes) -> int:
        """Write a line whole; returns the file's size."""
        make_folder(self._path.parent)
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, FILE_MODE)
        try:
            os.write(file, line)
            return os.fstat(file).st_size
        finally:
            os.close(file)

    def _put_aside(self) -> None:
        from filelock import FileLock, Timeout

        try:
            with FileLock(self._path.with_suffix(".lock"), timeout=0, mode=FILE_MODE):
                if self._path.stat().st_size > LARGEST:  # and not another process's new one
                    for number in range(KEPT - 1, 0, -1):
                        if self._numbered(number).exists():
                            self._numbered(number).replace(self._numbered(number + 1))
                    self._path.replace(self._numbered(1))
        except Timeout:
            return  # another process is at it

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
