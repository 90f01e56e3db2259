"""Ctrl-C ends the process within seconds, whatever it is at; a second one ends it at once.

Python makes an exception of Ctrl-C wherever the main thread is. In a callback inside a library or an import it is lost,
libraries make other errors of it, and behind a lock just taken it leaves the lock to nobody. So the signal itself is
also read here, by a thread that needs no other. What it cuts off is as after `kill -9`, which every file of a logbook
survives.
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
    """Whether there was a Ctrl-C, which is then what is behind any error that nobody expects."""
    return _was_pressed


def press(_: int, __: FrameType | None) -> None:
    """What happens on the signal. Raises KeyboardInterrupt."""
    global _was_pressed
    _was_pressed = True
    raise KeyboardInterrupt


@contextmanager
def forced_exit(tell: Callable[[], object], exit_code: int) -> Iterator[None]:
    """Have Ctrl-C end the process even where its exception comes to nothing; then `tell` is called first.

    Once the block was left, only what Python itself still waits for is cut short.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # ignored, as by a shell for a background job
        yield
        return
    pair, ended = socket.socketpair(), threading.Event()
    pair[1].setblocking(False)
    threading.Thread(target=_watch, args=(pair, ended, tell, exit_code), name="ctrl-c", daemon=True).start()
    signal.signal(signal.SIGINT, press)
    signal.set_wakeup_fd(pair[1].fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        ended.set()
        if not _was_pressed:  # all is done, and Python's own end is no moment to be killed in
            signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def no_forced_exit() -> Iterator[None]:
    """Leave it to the caller how long it takes to stop."""
    before = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)


def _watch(
    pair: tuple[socket.socket, socket.socket], ended: threading.Event, tell: Callable[[], object], exit_code: int
) -> None:
    signals, _ = pair
    signals.recv(1)
    again, _, _ = select.select([signals], [], [], STOP_TIMEOUT)
    if not again and not ended.is_set():
        if sys.stderr.isatty():
            sys.stderr.write(_SHOW_CURSOR)
        tell()
    os._exit(exit_code)
