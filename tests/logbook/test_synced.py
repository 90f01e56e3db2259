"""What must be on disk when a function returns has been synced by then, with all its bytes, and so has its folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.claims import attachments
from pipeline.claims.make import new_claim
from pipeline.logbook.files import write_text
from pipeline.logbook.journal import FILE_NAME, TORN, Journal, recover
from pipeline.maintenance.backup.container import built_next_to, new_folder, new_zip
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import RawLine, RunRecord
from pipeline.raw.segments import SegmentWriter, recover_segments
from tests.reports.claims.hard_claim import zero_claim
from tests.scenarios.small_archive import LATER, NOON, answer


@dataclass
class SyncedFiles:
    """What each fsync of this process stored, by device and inode: of a file its content, of a folder its names."""

    contents: dict[tuple[int, int], str] = field(default_factory=dict)
    calls: int = 0

    def record(self, descriptor: int) -> None:
        self.calls += 1
        self.contents[_identity(os.fstat(descriptor))] = _state(Path(f"/proc/self/fd/{descriptor}").readlink())

    def assert_synced(self, path: Path) -> None:
        """Assert that a file with all its bytes, or a folder, is on disk, and its name in its folder as well."""
        if path.is_file():
            assert self.contents.get(_identity(path.stat())) == _state(path), f"{path} is not synced"
        names = self.contents.get(_identity(path.parent.stat()), "").split("\n")
        assert path.name in names, f"the name {path} is not synced"

    def assert_all_synced(self, folder: Path) -> None:
        """Assert it of everything in a folder; bytes that no complete line has are kept without a promise."""
        for path in folder.rglob("*"):
            if path.suffix != TORN:
                self.assert_synced(path)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _state(path: Path) -> str:
    if path.is_dir():
        return "\n".join(sorted(child.name for child in path.iterdir()))
    return sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> SyncedFiles:
    """Records what is synced; the files are synced as well."""
    synced, fsync = SyncedFiles(), os.fsync

    def recording_fsync(descriptor: int) -> None:
        fsync(descriptor)
        synced.record(descriptor)

    monkeypatch.setattr(os, "fsync", recording_fsync)
    return synced


def line(key: str) -> RawLine:
    return RawLine.of(answer(Endpoint.SESSION, key, {"session": {"id": key}}))


def record(run_id: str = "a") -> RunRecord:
    return RunRecord(run_id=run_id, command="extract", version="0", started_at=NOON)


def test_each_answer_is_synced_when_append_returns(synced: SyncedFiles, tmp_path: Path) -> None:
    with SegmentWriter.begin(tmp_path / "raw" / "home", record()) as writer:
        for number in range(3):
            calls = synced.calls
            writer.append(line(str(number)))
            assert synced.calls == calls + 1
            synced.assert_all_synced(tmp_path)
        segment = writer.finish(LATER)
    synced.assert_synced(segment)
    synced.assert_all_synced(tmp_path)


def test_a_recovered_segment_is_synced(synced: SyncedFiles, tmp_path: Path) -> None:
    with SegmentWriter.begin(tmp_path / "raw" / "home", record()) as writer:
        writer.append(line("1"))
        writer.append(line("2"))
    writer.part.write_bytes(writer.part.read_bytes()[:-5])
    (segment,) = recover_segments(tmp_path / "raw" / "home", LATER)
    synced.assert_synced(segment)
    synced.assert_all_synced(tmp_path)


def test_a_segment_that_only_lacked_its_name_is_synced(synced: SyncedFiles, tmp_path: Path) -> None:
    with SegmentWriter.begin(tmp_path / "raw" / "home", record()) as writer:
        writer.finish(LATER).rename(writer.part)
    (segment,) = recover_segments(tmp_path / "raw" / "home", LATER)
    synced.assert_synced(segment)


def test_each_entry_of_the_journal_is_synced_when_append_returns(synced: SyncedFiles, tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "logbook" / "journal")
    for number in range(3):
        journal.append(NOON, "exclude", {"account": "home", "session_id": str(number), "reason": "x"})
        synced.assert_all_synced(tmp_path)


@pytest.mark.parametrize("cut", [1, 9])
def test_a_repaired_journal_is_synced(synced: SyncedFiles, tmp_path: Path, cut: int) -> None:
    """Without its line end the last entry is whole; without more it is moved to a file."""
    folder = tmp_path / "journal"
    for _ in range(2):
        Journal.open(folder).append(NOON, "exclude", {"account": "home", "session_id": "1", "reason": "x"})
    path = folder / FILE_NAME
    path.write_bytes(path.read_bytes()[:-cut])
    recover(folder)
    assert len(path.read_bytes().splitlines()) == (2 if cut == 1 else 1)
    assert (folder / f"{FILE_NAME}{TORN}").exists() == (cut == 9)
    synced.assert_all_synced(tmp_path)


def test_a_forgotten_entry_is_synced(synced: SyncedFiles, tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal")
    journal.append(NOON, "exclude", {"account": "home", "session_id": "1", "reason": "x"})
    journal.forget(LATER, "home")
    synced.assert_all_synced(tmp_path)


def test_an_attached_file_and_a_replaced_text_are_synced(synced: SyncedFiles, tmp_path: Path) -> None:
    attachments.store(tmp_path / "journal", b"%PDF-1.7 bill")
    for content in ("one", "another"):
        write_text(tmp_path / "state" / "note.txt", content)
        synced.assert_all_synced(tmp_path)


def test_a_claim_is_synced_with_all_its_files(synced: SyncedFiles, tmp_path: Path) -> None:
    files = [attachments.AttachedFile("bill.pdf", b"%PDF-1.7 bill")]
    with new_claim(tmp_path / "claims" / "home", zero_claim(), files) as folder:
        (folder / "claim.csv").write_text("written by the caller", "utf-8")
    assert len(list((tmp_path / "claims" / "home").rglob("*.*"))) == 4
    synced.assert_all_synced(tmp_path)


def test_a_backup_in_a_folder_is_synced(synced: SyncedFiles, tmp_path: Path) -> None:
    with new_folder(tmp_path / "backup") as writer:
        for name in ("ladebog.toml", "raw/home/2025/one.ndjson.gz", "raw/home/2026/two.ndjson.gz"):
            with writer.create(name, 3) as file:
                file.write(b"abc")
    synced.assert_all_synced(tmp_path)


def test_a_backup_in_a_zip_file_is_synced(synced: SyncedFiles, tmp_path: Path) -> None:
    with built_next_to(tmp_path / "backup.zip", "backup") as new, new_zip(new, NOON) as writer:
        for name in ("ladebog.toml", "raw/home/2025/one.ndjson.gz"):
            with writer.create(name, 3) as file:
                file.write(b"abc")
    synced.assert_all_synced(tmp_path)
