"""Runs a command in a separate process, so that nothing it leaks accumulates, and stops it on a signal."""

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from pipeline.interrupt import STOP_TIMEOUT

_REPEAT_AFTER = 2 * STOP_TIMEOUT  # seconds; an earlier second signal would keep the process from reporting its stop
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def run_process(command: Sequence[str]) -> int:
    """Run a command to its end; returns its exit code, or the negative number of the signal that killed it.

    On KeyboardInterrupt, the command is interrupted too, and has ended before the exception is passed on. It runs in a
    separate session, so that Ctrl-C in a terminal does not reach it twice.
    """
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as process:  # noqa: S603 (our own)
        try:
            return process.wait()
        except KeyboardInterrupt:
            _interrupt(process)
            raise


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """Send SIGINT until the process has ended, since a signal while it starts may be lost."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_REPEAT_AFTER)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Have the first SIGTERM or Ctrl-C raise KeyboardInterrupt, and ignore further ones while the block ends."""
    before = {number: signal.getsignal(number) for number in _STOP_SIGNALS}
    for number in _STOP_SIGNALS:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(_: int, __: FrameType | None) -> None:
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
