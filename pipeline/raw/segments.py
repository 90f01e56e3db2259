"""raw/: what the API answered, in append-only segments of which each names the one before.

A segment is `raw/<account>/<year>/<UTC start>-<run id>.ndjson.gz`: one line per answer, each line a gzip member of
its own, synced before anything else hears of it. While a run writes it, it is named `.part`. Its last line is the
run's own record, which holds the SHA-256 of the account's previous segment file.
"""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Self

import msgspec

from pipeline.clock import utc_text
from pipeline.errors import RawStoreError
from pipeline.logbook.files import FILE_MODE, file_sha256, make_folder, naming, sync_folder
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import Position, RawLine, RunRecord, compressed, read_lines, storable

SEALED = ".ndjson.gz"
PART = ".part"
_NAME_FORMAT = "%Y%m%dT%H%M%SZ"


class SegmentWriter:
    """A run's own segment. Leaving its context without `seal` leaves a `.part` behind, which `recover` seals."""

    def __init__(self, part: Path, file: BinaryIO, record: RunRecord) -> None:
        """Use `begin`, or `resume` for what a crash left."""
        self.part = part
        self.record = record
        self.lines = 0
        self._file = file
        self._account = part.parent.parent.name

    @classmethod
    def begin(cls, folder: Path, record: RunRecord) -> Self:
        """Begin the segment of a run; `folder` is raw/<account>, and no other run may be writing in it."""
        start = record.started_at
        if last := _last_segment(folder):
            # A name sorts behind its predecessor's even if the clock was set back in between.
            start = max(start, _start_in_name(last) + timedelta(seconds=1))
        part = folder / f"{start:%Y}" / f"{start:{_NAME_FORMAT}}-{record.run_id}{SEALED}{PART}"
        make_folder(part.parent)
        _refuse_links(folder, part.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        writer = cls(part, os.fdopen(os.open(part, flags, FILE_MODE), "wb"), record)
        sync_folder(part.parent)
        return writer

    @classmethod
    def resume(cls, part: Path, record: RunRecord) -> Self:
        """Go on with a segment that a crash left, behind its last whole line."""
        return cls(part, part.open("ab"), record)

    @property
    def path(self) -> Path:
        """The segment's name once it is sealed."""
        return self.part.with_name(self.part.name.removesuffix(PART))

    def append(self, answer: Answer) -> None:
        """Write one answer; when this returns it is on disk."""
        body, edited = storable(answer.body)
        fields: dict[str, Any] = {
            "fetched_at": utc_text(answer.fetched_at) if answer.fetched_at else None,
            "account": answer.account,
            "endpoint": answer.endpoint,
            "key": answer.key,
            "url": answer.url,
            "status": answer.status,
            "trace_id": answer.trace_id,
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        if edited:
            fields["edited"] = edited
        with naming(self.part):
            self._file.write(compressed(msgspec.json.encode({**fields, "body": msgspec.Raw(body)}) + b"\n"))
            self._file.flush()
            os.fsync(self._file.fileno())
        self.lines += 1

    def seal(self, finished_at: datetime) -> Path:
        """Write the run's record as the last line and give the segment its final name."""
        last = _last_segment(self.part.parent.parent)
        self.record.previous_segment = last.name if last else None
        self.record.previous_sha256 = file_sha256(last) if last else None
        self.record.lines_sha256 = file_sha256(self.part)
        self.record.finished_at = finished_at
        self.append(
            Answer(
                account=self._account,
                endpoint=Endpoint.RUN,
                key=self.record.run_id,
                fetched_at=finished_at,
                url="",
                status=200,
                trace_id=None,
                body=msgspec.json.encode(self.record),
            )
        )
        self._file.close()
        with naming(self.part):
            self.part.rename(self.path)
        sync_folder(self.part.parent)
        return self.path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def finished_segments(folder: Path) -> list[Path]:
    """The sealed segments of an account, oldest first: their names sort by the start of their run.

    Raises RawStoreError for what Ladebog did not put there.
    """
    return _listed(folder, SEALED)


def _listed(folder: Path, ending: str) -> list[Path]:
    """The files of an account whose names end so, in the order of their names."""
    found = sorted(folder.glob(f"*/*{ending}"), key=lambda path: path.name)
    _refuse_links(folder, *{path.parent for path in found}, *found)
    for path in found:
        _start_in_name(path)
    return found


def _refuse_links(*places: Path) -> None:
    """What is read and written under raw/ lies under raw/."""
    for place in places:
        if place.is_symlink():
            raise RawStoreError(
                f"{place} is a symbolic link: raw/ holds nothing but folders and files.",
                "Put what it leads to in its place, then run the same command again",
            )


def last_began(folder: Path) -> datetime | None:
    """When the newest sealed run of an account began, whatever became of it; None before the first."""
    last = _last_segment(folder)
    return _start_in_name(last) if last else None


def _last_segment(folder: Path) -> Path | None:
    return next(reversed(finished_segments(folder)), None)


def check_length(segment: Path, read: Position) -> None:
    """Raise RawStoreError if a sealed segment does not hold all that was once read of it: it is cheap to ask."""
    if not segment.is_file():
        fault = "is gone"
    elif segment.stat().st_size < read.bytes:
        fault = f"was cut short: {read.lines} lines of it were read before"
    else:
        return
    raise RawStoreError(
        f"{segment} {fault}.", "Put the file back from a backup, or go on with what is left: ladebog rebuild"
    )


def recover_segments(folder: Path, now: datetime) -> list[Path]:
    """Seal what crashed runs left in raw/<account>: every whole line is kept.

    What stands behind the last whole line was never acknowledged to anybody; it is put aside as `.torn`. The caller
    holds the logbook's lock. Returns the segments that were sealed.
    """
    return [_recover(part, now) for part in _listed(folder, SEALED + PART)]


def _recover(part: Path, now: datetime) -> Path:
    whole, last = _whole_lines(part)
    if last is not None and last.endpoint == Endpoint.RUN:
        sealed = part.rename(part.with_name(part.name.removesuffix(PART)))
        sync_folder(part.parent)
        return sealed
    with part.open("rb+") as file:
        file.seek(whole)
        if torn := file.read():
            part.with_name(part.name + ".torn").write_bytes(torn)
        file.truncate(whole)
    record = RunRecord(
        run_id=part.name.removesuffix(SEALED + PART).partition("-")[2],
        command="unknown",
        version="unknown",
        started_at=_start_in_name(part),
    )
    with SegmentWriter.resume(part, record) as writer:
        return writer.seal(now)


def _whole_lines(part: Path) -> tuple[int, RawLine | None]:
    """The size that the whole lines of an unfinished segment fill, and the last of them."""
    whole, last = 0, None
    try:
        for line, position in read_lines(part):
            whole, last = position.bytes, line
    except RawStoreError:
        return whole, last
    return whole, last


def _start_in_name(segment: Path) -> datetime:
    try:
        return datetime.strptime(segment.name.partition("-")[0], _NAME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise RawStoreError(
            f"{segment} is not named as a segment is: Ladebog did not put it there.",
            "Move it out of raw/, then run the same command again",
        ) from None
