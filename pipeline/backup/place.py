"""Building something beside the place where it is to stand, so that half of it never stands there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.logbook.folder import erase, sync_folder


@contextmanager
def built_beside(target: Path, name: str) -> Iterator[Path]:
    """Yield the path `.name.new` beside `target` to build at; on success, and synced, it takes the place of `target`.

    What an earlier one of the name left when it was killed is removed; on an error nothing is left behind.
    """
    beside = target.with_name(f".{name}.new")
    erase(beside)
    try:
        yield beside
        beside.replace(target)
        sync_folder(target.parent)
    finally:
        erase(beside)
