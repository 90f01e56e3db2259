"""A command as a process of its own: what it leaks ends with it."""

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from pipeline.interrupt import STOP_TIMEOUT

_AGAIN = (
    2 * STOP_TIMEOUT
)  # seconds; so long after the first, a second one would keep it from saying that it has stopped
_STOPPING = (signal.SIGTERM, signal.SIGINT)


def run_process(command: Sequence[str]) -> int:
    """Run a command to its end; returns its exit code, or the negative number of the signal that killed it.

    On KeyboardInterrupt the command gets one too, and has ended when it is passed on. It has a session of its own, so
    that Ctrl-C at a terminal reaches it once.
    """
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as process:  # noqa: S603 (our own)
        try:
            return process.wait()
        except KeyboardInterrupt:
            _interrupt(process)
            raise


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """Send SIGINT until the process has ended: one that comes while it starts may be lost."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_AGAIN)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Have the first SIGTERM or Ctrl-C raise KeyboardInterrupt, and take no notice of more while that is heeded."""
    before = {number: signal.getsignal(number) for number in _STOPPING}
    for number in _STOPPING:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(_: int, __: FrameType | None) -> None:
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
