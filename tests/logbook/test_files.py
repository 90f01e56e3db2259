"""A logbook's folder: its lock, how a file is replaced, and the permissions of files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import BusyError, LogbookError
from pipeline.logbook.files import make_folder, replacing, write_text
from pipeline.logbook.folder import Logbook

HOLD_LOCK = """
import sys
from pathlib import Path
from pipeline.logbook.folder import Logbook
with Logbook(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def logbook(tmp_path: Path) -> Logbook:
    return Logbook.create(tmp_path / "logbook")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_lock_that_another_process_holds_is_refused_until_it_is_released(logbook: Logbook) -> None:
    command = [sys.executable, "-c", HOLD_LOCK, str(logbook.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(BusyError, match=rf"Another run is writing to .* \(process {holder.pid}\)"),
            logbook.lock(),
        ):
            pass
        holder.communicate("")
    with logbook.lock():
        pass


def test_a_lock_of_a_process_that_was_killed_is_free(logbook: Logbook) -> None:
    command = [sys.executable, "-c", HOLD_LOCK, str(logbook.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
        holder.wait()
    with logbook.lock():
        pass


def test_a_lock_is_released_on_an_error(logbook: Logbook) -> None:
    with pytest.raises(ZeroDivisionError), logbook.lock():
        raise ZeroDivisionError
    with logbook.lock():
        pass


def test_the_lock_is_for_its_owner_only(logbook: Logbook) -> None:
    with logbook.lock():
        assert (mode(logbook.state), mode(logbook.state / "lock")) == (0o700, 0o600)


def test_replacing_a_file_leaves_only_the_new_content(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    for content in (b"first", b"second"):
        with replacing(path) as new:
            new.write_bytes(content)
        assert content == path.read_bytes()
    assert [path] == list(path.parent.iterdir())
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt()])
def test_replacing_removes_the_new_file_on_an_error(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), replacing(path) as new:
        new.write_bytes(b"half of the")
        raise error
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"file": b"old"}


def test_a_file_is_written_in_a_private_folder_before_it_is_replaced(tmp_path: Path) -> None:
    with replacing(tmp_path / "file") as new:
        new.write_bytes(b"new")
        assert new.is_relative_to(tmp_path)
        assert mode(new.parent) == 0o700
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_only_unfinished_files_of_processes_that_ended_are_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended_process:
        ended_process.wait()
    unfinished, in_use = tmp_path / f".file.{ended_process.pid}-0a.new", tmp_path / f".file.{os.getppid()}-0a.new"
    for path in (unfinished, in_use, tmp_path / f".file.{ended_process.pid}.newer"):
        path.mkdir()
    write_text(tmp_path / "file", "new")
    assert sorted(tmp_path.iterdir()) == sorted(
        [in_use, tmp_path / f".file.{ended_process.pid}.newer", tmp_path / "file"]
    )


def test_replacing_a_file_without_writing_one_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "file"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_reader_of_the_old_file_still_reads_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_text(path, "old æøå\r\n")
    with path.open("rb") as reader:
        write_text(path, "new")
        assert reader.read().decode() == "old æøå\r\n"
    assert path.read_text("utf-8") == "new"


def test_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    nested = tmp_path / "a" / "b" / "c"
    make_folder(nested)
    make_folder(nested)
    assert [mode(folder) for folder in (nested, nested.parent, nested.parent.parent)] == [0o700] * 3
    assert mode(tmp_path) == 0o755, "an existing folder keeps its mode"


def test_only_a_folder_with_settings_is_opened_as_a_logbook(tmp_path: Path) -> None:
    root = tmp_path / "logbook"
    for open_or_create in (Logbook.open, Logbook.create):
        with pytest.raises(LogbookError, match="has a backslash in its path"):
            open_or_create(tmp_path / "a\\b")
    with pytest.raises(LogbookError, match=r"is not a logbook: it has no ladebog\.toml"):
        Logbook.open(root)
    assert mode(Logbook.create(root).root) == 0o700
    write_text(root / "ladebog.toml", "")
    (root / "raw").mkdir()
    assert root == Logbook.open(root).root == Logbook.create(root).root


def test_a_logbook_is_not_created_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    for root in (tmp_path, tmp_path / "thesis.txt"):
        with pytest.raises(LogbookError, match="exists already and is not a logbook"):
            Logbook.create(root)
    assert [tmp_path / "thesis.txt"] == list(tmp_path.iterdir())


def test_a_backslash_in_the_path_of_the_current_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a\\b").mkdir()
    monkeypatch.chdir(tmp_path / "a\\b")
    for choose in (Logbook.open, Logbook.create):
        with pytest.raises(LogbookError, match="has a backslash in its path"):
            choose(Path("logbook"))
    assert list((tmp_path / "a\\b").iterdir()) == []
