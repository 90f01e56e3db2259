"""What was sent to the owner and when, so that nothing is sent twice a day: a small file in state/.

If the file is missing or cannot be read, causes that still hold are sent again; nothing else depends on it.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec

from pipeline.errors import BusyError
from pipeline.logbook.files import FILE_MODE, make_folder, write_text
from pipeline.logbook.folder import Logbook
from pipeline.operations.notify.causes import Cause

_A_DAY = timedelta(days=1)
_LOCK_TIMEOUT = 120.0  # seconds; longer than sending may take


class SentCause(msgspec.Struct, frozen=True, kw_only=True, rename={"sent_at": "told_at"}):
    """When a cause was last sent, and whether it has lasted since."""

    sent_at: datetime
    lasts: bool


Memory = dict[str, SentCause]


@contextmanager
def open_memory(logbook: Logbook) -> Iterator[Memory]:
    """What was sent, by the key of the cause; changes to the dict are written unless the block raises.

    One process at a time; raises BusyError if another one holds it for long.
    """
    from filelock import FileLock, Timeout

    make_folder(logbook.state)
    path = logbook.state / "told.json"
    try:
        with FileLock(path.with_suffix(".lock"), timeout=_LOCK_TIMEOUT, mode=FILE_MODE):
            memory: Memory = {}
            if path.is_file():
                try:
                    memory = msgspec.json.decode(path.read_bytes(), type=Memory)
                except (msgspec.MsgspecError, UnicodeError, RecursionError):
                    memory = {}
            yield memory
            write_text(path, msgspec.json.format(msgspec.json.encode(memory)).decode())
    except Timeout:
        raise BusyError(f"Another process holds {path}.", "Wait for it to end") from None


def should_send(cause: Cause, memory: Mapping[str, SentCause], now: datetime) -> bool:
    """Whether to send a cause now: not twice within a day, and not again while it lasts unless it is daily."""
    last_sent = memory.get(cause.key)
    if last_sent is None:
        return True
    # If the clock was set back, messages must not wait until it has caught up.
    is_within_a_day = timedelta() <= now - last_sent.sent_at < _A_DAY
    return not is_within_a_day and (cause.daily or not last_sent.lasts)


def record(
    memory: Memory, causes: Collection[Cause], sent_causes: Collection[Cause], now: datetime, *, all_known: bool
) -> None:
    """Record which of the present causes have been sent now.

    Other causes in memory have ended, unless not all causes are known this time. A cause that ended is forgotten a day
    after it was sent.
    """
    present = {cause.key for cause in causes}
    for key, sent_before in list(memory.items()):
        if key not in present and all_known:
            memory[key] = SentCause(sent_at=sent_before.sent_at, lasts=False)
            if now - sent_before.sent_at >= _A_DAY:
                del memory[key]
    for cause in sent_causes:
        memory[cause.key] = SentCause(sent_at=now, lasts=True)
