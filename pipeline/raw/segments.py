"""raw/: the API's answers in append-only segments, each of which names the segment before it.

A segment is `raw/<account>/<year>/<UTC start>-<run id>.ndjson.gz`: one line per answer, each line its own gzip
member, synced to disk before anything else uses it. Its name ends in `.part` while a run writes it. The last line is
the run's record, which holds the SHA-256 of the account's previous segment file.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from pipeline.errors import RawStoreError
from pipeline.logbook import event_log
from pipeline.logbook.files import FILE_MODE, file_sha256, make_folder, naming, rename_to_new, sync_folder
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import Position, RawLine, RunRecord, gzip_member, read_lines

SUFFIX = ".ndjson.gz"
PART_SUFFIX = ".part"
ASIDE_SUFFIX = ".aside"
_TORN_SUFFIX = ".torn"
_NAME_FORMAT = "%Y%m%dT%H%M%SZ"


class SegmentWriter:
    """The segment of one run. Leaving its context without `finish` leaves a `.part` for `recover_segments`."""

    def __init__(self, part: Path, file: BinaryIO, record: RunRecord) -> None:
        """Use `begin`, or `resume` for a segment that a crash left unfinished."""
        self.part = part
        self.record = record
        self.lines = 0
        self._file = file
        self._account = part.parent.parent.name

    @classmethod
    def begin(cls, folder: Path, record: RunRecord) -> Self:
        """Begin the segment of a run; `folder` is raw/<account>, and no other run may write to it meanwhile."""
        start = record.started_at
        if last := _last_segment(folder):
            # A name sorts after its predecessor's even if the clock was set back in between.
            start = max(start, start_in_name(last) + timedelta(seconds=1))
        part = folder / f"{start:%Y}" / f"{start:{_NAME_FORMAT}}-{record.run_id}{SUFFIX}{PART_SUFFIX}"
        make_folder(part.parent)
        _refuse_links(folder, part.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        writer = cls(part, os.fdopen(os.open(part, flags, FILE_MODE), "wb"), record)
        sync_folder(part.parent)
        return writer

    @classmethod
    def resume(cls, part: Path, record: RunRecord) -> Self:
        """Continue a segment that a crash left unfinished, after its last whole line."""
        return cls(part, part.open("ab"), record)

    @property
    def path(self) -> Path:
        """The segment's path once it is finished."""
        return self.part.with_name(_finished_name(self.part))

    def append(self, line: RawLine) -> None:
        """Write one line; when this returns it is on disk."""
        with naming(self.part):
            self._file.write(gzip_member(line.encoded()))
            self._file.flush()
            os.fsync(self._file.fileno())
        self.lines += 1

    def finish(self, finished_at: datetime) -> Path:
        """Write the run's record as the last line and rename the segment to its final name."""
        last = _last_segment(self.part.parent.parent)
        self.record.previous_segment = last.name if last else None
        self.record.previous_sha256 = file_sha256(last) if last else None
        self.record.lines_sha256 = file_sha256(self.part)
        self.record.finished_at = finished_at
        answer = Answer(
            account=self._account,
            endpoint=Endpoint.RUN,
            key=self.record.run_id,
            fetched_at=finished_at,
            url="",
            status=200,
            trace_id=None,
            body=msgspec.json.encode(self.record),
        )
        self.append(RawLine.of(answer))
        self._file.close()
        with naming(self.part):
            rename_to_new(self.part, self.path)
        sync_folder(self.part.parent)
        return self.path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def finished_segments(folder: Path) -> list[Path]:
    """The finished segments of an account, oldest first: their names sort by the start of their run.

    Raises RawStoreError for links, for folders, and for file names that are not Ladebog's.
    """
    return _files(folder, SUFFIX)


def _files(folder: Path, suffix: str) -> list[Path]:
    """The files of an account whose names end in `suffix`, sorted by name."""
    files = sorted(folder.glob(f"*/*{suffix}"), key=lambda path: path.name)
    _refuse_links(folder, *{path.parent for path in files}, *files)
    for path in files:
        start_in_name(path)
        if path.is_dir():
            raise RawStoreError(
                f"{path} is a folder with the name of a segment.", "Restore the segment from a backup instead"
            )
    return files


def _refuse_links(*paths: Path) -> None:
    """Raise RawStoreError for a symbolic link, so that nothing outside of raw/ is read or written.

    Also for a pipe, a socket or a device, which might never end.
    """
    for path in paths:
        if path.is_symlink():
            raise RawStoreError(
                f"{path} is a symbolic link: raw/ may hold only folders and files.",
                "Replace the link by what it points to, then run the same command again",
            )
        if path.exists() and not path.is_dir() and not path.is_file():
            raise RawStoreError(
                f"{path} is a pipe, a socket or a device: raw/ may hold only folders and files.",
                "Move it out of raw/, then run the same command again",
            )


def last_run_began(folder: Path) -> datetime | None:
    """When the newest finished run of an account began, successful or not; None before the first."""
    last = _last_segment(folder)
    return start_in_name(last) if last else None


def _last_segment(folder: Path) -> Path | None:
    return next(reversed(finished_segments(folder)), None)


def check_length(segment: Path, read_position: Position) -> None:
    """Raise RawStoreError if a finished segment is shorter than what was read of it before: a cheap check."""
    if not segment.is_file():
        fault = "is missing"
    elif segment.stat().st_size < read_position.bytes:
        fault = f"was cut short: {read_position.lines} lines of it were read before"
    else:
        return
    raise RawStoreError(
        f"{segment} {fault}.", "Restore the file from a backup, or continue with the rest: ladebog rebuild"
    )


def recover_segments(folder: Path, now: datetime) -> list[Path]:
    """Finish the segments that crashed runs left in raw/<account>: every whole line is kept.

    Bytes after the last whole line were never reported as written; they are moved to a `.torn` file. A finished segment
    is never replaced: an unfinished one of its name, which another program must have put there, becomes an `.aside`
    file, which is never read. The caller holds the logbook's lock. Returns the segments that were finished.
    """
    segments = {segment.name for segment in finished_segments(folder)}
    recovered = []
    for part in _files(folder, SUFFIX + PART_SUFFIX):
        if _finished_name(part) in segments:
            _set_aside(part)
        else:
            recovered.append(_recover(part, now))
    return recovered


def unread_files(folder: Path) -> list[Path]:
    """The files in raw/<account> that are neither segments nor will become some, but hidden ones."""
    segments = finished_segments(folder)
    names = {segment.name for segment in segments}
    unfinished = [part for part in _files(folder, SUFFIX + PART_SUFFIX) if _finished_name(part) not in names]
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return sorted({*files} - {*segments, *unfinished})


def _finished_name(part: Path) -> str:
    return part.name.removesuffix(PART_SUFFIX)


def _set_aside(part: Path) -> None:
    aside = _new_path(part, ASIDE_SUFFIX)
    rename_to_new(part, aside)
    sync_folder(part.parent)
    event_log.warning("segment set aside", path=str(aside), reason="a finished segment has its name")


def _new_path(part: Path, ending: str) -> Path:
    """A path next to an unfinished segment where nothing exists yet."""
    path, number = part.with_name(f"{part.name}{ending}"), 2
    while path.exists():
        path, number = part.with_name(f"{part.name}.{number}{ending}"), number + 1
    return path


def _recover(part: Path, now: datetime) -> Path:
    size, last = _whole_lines(part)
    if last is not None and last.endpoint == Endpoint.RUN:
        segment = part.with_name(_finished_name(part))
        rename_to_new(part, segment)
        sync_folder(part.parent)
        return segment
    with part.open("rb+") as file:
        file.seek(size)
        if torn_bytes := file.read():
            _new_path(part, _TORN_SUFFIX).write_bytes(torn_bytes)
        file.truncate(size)
    record = RunRecord(
        run_id=part.name.removesuffix(SUFFIX + PART_SUFFIX).partition("-")[2],
        command="unknown",
        version="unknown",
        started_at=start_in_name(part),
    )
    with SegmentWriter.resume(part, record) as writer:
        return writer.finish(now)


def _whole_lines(part: Path) -> tuple[int, RawLine | None]:
    """The size in bytes of the whole lines of an unfinished segment, and the last of these lines."""
    size, last = 0, None
    try:
        for line, position in read_lines(part):
            size, last = position.bytes, line
    except RawStoreError:
        return size, last
    return size, last


def start_in_name(segment: Path) -> datetime:
    """When the run of a segment began. Raises RawStoreError for a file name that is not a segment's."""
    try:
        return datetime.strptime(segment.name.partition("-")[0], _NAME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise RawStoreError(
            f"{segment} does not have the name of a segment: Ladebog did not write it.",
            "Move it out of raw/, then run the same command again",
        ) from None
