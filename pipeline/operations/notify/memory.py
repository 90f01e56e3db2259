"""What the owner has been told, so that nothing is told twice a day: a small file under state/.

Without the file, or with one that cannot be read, what lasts is told once more, which is all that depends on it.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec

from pipeline.errors import BusyError
from pipeline.logbook.files import FILE_MODE, make_folder, write_text
from pipeline.logbook.folder import Logbook
from pipeline.operations.notify.causes import Cause

A_DAY = timedelta(days=1)
_LOCK_TIMEOUT = 120.0  # seconds; longer than sending may take


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """When a cause was last told, and whether it has lasted since."""

    told_at: datetime
    lasts: bool


Memory = dict[str, Told]


@contextmanager
def open_memory(logbook: Logbook) -> Iterator[Memory]:
    """What was told, by the cause's key, to be changed in place; kept on leaving without an error.

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
                except (msgspec.MsgspecError, UnicodeError):
                    memory = {}
            yield memory
            write_text(path, msgspec.json.format(msgspec.json.encode(memory)).decode())
    except Timeout:
        raise BusyError(f"Another process holds {path}.", "Wait for it to end") from None


def is_due(cause: Cause, memory: Mapping[str, Told], now: datetime) -> bool:
    """Whether to tell a cause now: not within a day of the last time, and not again while it lasts unless daily."""
    told = memory.get(cause.key)
    if told is None:
        return True
    # A clock that was set back must not keep the owner uninformed until it has caught up.
    within_a_day = timedelta() <= now - told.told_at < A_DAY
    return not within_a_day and (cause.daily or not told.lasts)


def note(memory: Memory, causes: Collection[Cause], told: Collection[Cause], now: datetime, *, all_known: bool) -> None:
    """Write down which of the causes that there are now have been told now.

    The others of memory have ended, unless not all causes are known this time; what ended is forgotten a day after it
    was told.
    """
    present = {cause.key for cause in causes}
    for key, before in list(memory.items()):
        if key not in present and all_known:
            memory[key] = Told(told_at=before.told_at, lasts=False)
            if now - before.told_at >= A_DAY:
                del memory[key]
    for cause in told:
        memory[cause.key] = Told(told_at=now, lasts=True)
