"""Whether the segments of an account are all there and are what was written: each is read, and names the one before."""

from collections.abc import Callable
from pathlib import Path

from pipeline import raw
from pipeline.answer import Endpoint
from pipeline.errors import RawStoreError


def read_through(folder: Path, advance: Callable[[int], None]) -> None:
    """Read every sealed segment of raw/<account>, telling `advance` the bytes of each.

    Raises RawStoreError, naming the first segment that is damaged, or that does not follow from the one before. A
    chain cannot tell whether its newest segments are missing.
    """
    before: tuple[str | None, str | None] = (None, None)
    for segment in raw.segments(folder):
        record = _run_record(segment)
        if (record.previous_segment, record.previous_sha256) != before:
            raise _broken(segment, f"it does not follow from {before[0] or 'nothing'}: one was lost or changed")
        before = segment.name, raw.file_sha256(segment)
        advance(segment.stat().st_size)


def _run_record(segment: Path) -> raw.RunRecord:
    *_, (last, _) = raw.read_lines(segment)
    if last.endpoint != Endpoint.RUN:
        raise _broken(segment, "the record of its run is missing, so its end was lost")
    return raw.read_run_record(last)


def _broken(segment: Path, reason: str) -> RawStoreError:
    return RawStoreError(f"{segment} is damaged: {reason}.", "Put the file back from a backup; nothing was changed")
