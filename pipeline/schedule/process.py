"""A command as a process of its own: what it leaks ends with it."""

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def run_process(command: Sequence[str]) -> int:
    """Run a command to its end; returns its exit code, or the negative number of the signal that killed it.

    On KeyboardInterrupt the command gets one too, and has ended when it is passed on. It has a session of its own, so
    that Ctrl-C at a terminal reaches it once.
    """
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as process:  # noqa: S603 (our own)
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            process.wait()
            raise


@contextmanager
def terminable() -> Iterator[None]:
    """Have SIGTERM raise KeyboardInterrupt, as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
