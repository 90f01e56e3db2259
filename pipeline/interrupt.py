"""Ctrl-C ends the process within seconds, whatever it is doing; a second one ends it at once.

Python raises KeyboardInterrupt wherever the main thread happens to be. In a callback of a library or in an import the
exception is lost, libraries turn it into other errors, and right after a lock was acquired it leaves the lock held. So
a separate thread also waits for the signal, and exits the process if nothing else does. For the logbook that is like
`kill -9`, which all of its files survive.
"""

import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOP_TIMEOUT = 5.0  # seconds that a command has to end by itself
_SHOW_CURSOR = "\x1b[?25h"  # a progress bar hides it

_was_pressed = False


def was_pressed() -> bool:
    """Whether Ctrl-C was pressed, which is then the likely cause of an unexpected error."""
    return _was_pressed


def handle_interrupt(_: int, __: FrameType | None) -> None:
    """The signal handler. Raises KeyboardInterrupt."""
    global _was_pressed
    _was_pressed = True
    raise KeyboardInterrupt


@contextmanager
def forced_exit(report: Callable[[], object], exit_code: int) -> Iterator[None]:
    """Have Ctrl-C exit the process with `exit_code` even if its exception is lost; `report` is called before.

    After the block, the process exits without a report while Python itself is still waiting for something.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # ignored, as by a shell for a background job
        yield
        return
    sockets, has_ended = socket.socketpair(), threading.Event()
    sockets[1].setblocking(False)
    threading.Thread(target=_watch, args=(sockets, has_ended, report, exit_code), name="ctrl-c", daemon=True).start()
    signal.signal(signal.SIGINT, handle_interrupt)
    signal.set_wakeup_fd(sockets[1].fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        has_ended.set()
        if not _was_pressed:  # all is done, and Python must not be interrupted while it exits
            signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def no_forced_exit() -> Iterator[None]:
    """Let the block take as long to stop as it needs: Ctrl-C only raises its exception."""
    wakeup_fd = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup_fd)


def _watch(
    sockets: tuple[socket.socket, socket.socket],
    has_ended: threading.Event,
    report: Callable[[], object],
    exit_code: int,
) -> None:
    signals, _ = sockets
    signals.recv(1)
    pressed_again, _, _ = select.select([signals], [], [], STOP_TIMEOUT)
    if not pressed_again and not has_ended.is_set():
        if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
            sys.stderr.write(_SHOW_CURSOR)  # noqa: TID251 (controls the terminal)
        report()
    os._exit(exit_code)
