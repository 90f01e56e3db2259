"""Where commands write what the user asks for: over a regular file, and never over what the logbook stores."""

import os
import threading
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook

_ONE = ("-q", "sql", "select 1 as one", "--format", "csv", "-o")


def files(folder: Path) -> dict[str, bytes]:
    """The content of each file in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "place",
    [
        *("raw/x.csv", "raw/demo/2025/x.csv", "journal/x.csv", "claims/x.csv", "state/x.csv", "claims/new/x.csv"),
        *("logs/x.csv", "logs/new/x.csv"),
        *(
            "reports/../raw/x.csv",
            "ladebog.toml",
            "ladebog.duckdb",
            "ladebog.duckdb.wal",
            "link/x.csv",
            "link_to_settings.csv",
        ),
    ],
)
def test_a_query_is_not_written_over_what_the_logbook_stores(logbook: DemoLogbook, place: str) -> None:
    (logbook.home / "link").symlink_to(logbook.paths.raw)
    (logbook.home / "link_to_settings.csv").symlink_to(logbook.paths.settings)
    logbook.paths.reports.mkdir(exist_ok=True)
    logbook.do("sql", "select 1 as one")
    before = files(logbook.home)
    message, _ = refusal(logbook.run(*_ONE, str(logbook.home / place)), 2)
    assert message.startswith(f"Invalid value for -o: {logbook.home / place} is part of the logbook (")
    assert {name: content for name, content in files(logbook.home).items() if not name.startswith("logs")} == {
        name: content for name, content in before.items() if not name.startswith("logs")
    }


@pytest.mark.parametrize(
    "place", ["claims/x.csv", "raw/new/x.csv", "ladebog.toml", "ladebog.duckdb.wal", "ladebog.duckdb.csv"]
)
def test_a_query_is_not_written_over_what_another_logbook_stores(
    shared_logbook: DemoLogbook, tmp_path: Path, place: str
) -> None:
    (tmp_path / "ladebog.toml").write_text("", "utf-8")
    for command in ((*_ONE, str(tmp_path / place)),):
        message, _ = refusal(shared_logbook.run(*command), 2)
        assert message.startswith(f"Invalid value for -o: {tmp_path / place} is part of the logbook (")
    exported = shared_logbook.run("claim", "export", "1", "--output", str(tmp_path / "claims" / "new"))
    assert refusal(exported, 2)[0].startswith("Invalid value for --output: ")
    assert [path.name for path in tmp_path.iterdir()] == ["ladebog.toml"]


def test_a_hyphen_is_not_a_file(shared_logbook: DemoLogbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    message, _ = refusal(shared_logbook.run(*_ONE, "-"), 2)
    assert message == "Invalid value for -o: - is not the name of a file. To print, leave out -o."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("report", "2025-10"), ("claim", "export", "1")])
def test_a_hyphen_is_not_a_folder(
    shared_logbook: DemoLogbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    message, _ = refusal(shared_logbook.run(*command, "--output", "-"), 2)
    assert message == "Invalid value for --output: - is not the name of a folder. Name a folder to write to."
    assert list(tmp_path.iterdir()) == []


def test_the_standard_output_is_printed_to(shared_logbook: DemoLogbook) -> None:
    outcome = shared_logbook.run_process(*_ONE, "/proc/self/fd/1")
    assert (outcome.code, outcome.out) == (0, "one\n1\n")


def test_the_logbook_is_recognised_through_another_path(logbook: DemoLogbook, tmp_path: Path) -> None:
    (tmp_path / "other").symlink_to(logbook.home)
    assert logbook.run(*_ONE, str(tmp_path / "other" / "raw" / "x.csv")).code == 2
    assert not (logbook.paths.raw / "x.csv").exists()


@pytest.mark.system
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_query_replaces_no_fifo_and_no_folder(shared_logbook: DemoLogbook, tmp_path: Path, is_linked: bool) -> None:
    os.mkfifo(tmp_path / "fifo.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("fifo.csv", "folder.csv"):
        place = tmp_path / name
        if is_linked:
            place = tmp_path / f"link_to_{name}"
            place.symlink_to(tmp_path / name)
        assert refusal(shared_logbook.run(*_ONE, str(place)), 2)[0].startswith("Invalid value for ")
    assert (tmp_path / "fifo.csv").is_fifo()
    assert list((tmp_path / "folder.csv").iterdir()) == []


@pytest.mark.system
def test_a_query_replaces_no_device(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    # A terminal of its own and a pipe: what stands in their folders cannot be replaced, should the refusal ever fail.
    controller, terminal = os.openpty()
    (tmp_path / "link.csv").symlink_to(os.ttyname(terminal))
    for device in (os.ttyname(terminal), "/proc/self/fd/2", str(tmp_path / "link.csv")):
        outcome = shared_logbook.run_process(*_ONE, device)
        assert refusal(outcome, 2)[0] == f"Invalid value for -o: {device} is not a regular file. Name another file."
    os.close(terminal)
    os.close(controller)


def test_a_link_to_itself_is_refused(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    assert shared_logbook.run(*_ONE, str(tmp_path / "loop.csv")).code == 2
    assert (tmp_path / "loop.csv").is_symlink()


def test_a_link_stays_and_its_target_is_written(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("as it was", "utf-8")
    for name in ("old", "new"):
        (tmp_path / f"link_to_{name}.csv").symlink_to(tmp_path / name)
        shared_logbook.do(*_ONE, str(tmp_path / f"link_to_{name}.csv"))
        assert (tmp_path / f"link_to_{name}.csv").is_symlink()
        assert (tmp_path / name).read_text("utf-8") == "one\n1\n"


def test_a_fifo_with_a_reader_gets_nothing(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.csv")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "fifo.csv").read_bytes()))
    reader.start()
    assert shared_logbook.run(*_ONE, str(tmp_path / "fifo.csv")).code == 2
    (tmp_path / "fifo.csv").open("wb").close()  # ends the reader
    reader.join()
    assert got == [b""]


def test_a_query_may_be_written_next_to_the_stored_folders(logbook: DemoLogbook) -> None:
    for place in ("reports/x.csv", "x.csv", "raw.csv"):
        logbook.do(*_ONE, str(logbook.home / place))
        assert (logbook.home / place).read_text("utf-8") == "one\n1\n"


@pytest.mark.parametrize("place", ["raw", "claims/demo", "journal/new", "state", "logs"])
def test_reports_are_not_written_into_what_the_logbook_stores(logbook: DemoLogbook, place: str) -> None:
    before = files(logbook.paths.raw)
    for command in (("report", "2025-10"), ("claim", "export", "1")):
        message, _ = refusal(logbook.run(*command, "--output", str(logbook.home / place)), 2)
        assert message.startswith(f"Invalid value for --output: {logbook.home / place} is part of the logbook (")
    assert files(logbook.paths.raw) == before


@pytest.mark.parametrize("name", ["raw", "journal", "claims", "state", "logs"])
def test_no_report_is_written_where_reports_is_a_link_into_the_logbook(logbook: DemoLogbook, name: str) -> None:
    place = logbook.home / name
    place.mkdir(exist_ok=True)
    logbook.paths.reports.symlink_to(place)
    message, advice = refusal(logbook.run("report", "2025-10"), 1)
    assert message == f"{logbook.paths.reports} leads into another part of the logbook ({place})."
    assert advice == "Remove that link, or name another folder: ladebog report YYYY-MM --output DIR"
    message, _ = refusal(logbook.run("report", "2025-10", "--output", str(logbook.paths.reports)), 2)
    assert message.startswith(f"Invalid value for --output: {logbook.paths.reports} is part of the logbook (")
    assert [path.name for path in place.iterdir() if path.name.startswith("demo-")] == []


@pytest.mark.system
def test_a_run_writes_no_report_where_reports_is_a_link_into_the_logbook(
    logbook: DemoLogbook, operator: DemoServer
) -> None:
    logbook.store_login(operator.tenant)
    logbook.paths.reports.symlink_to(logbook.paths.raw)
    outcome = logbook.run("run")
    assert outcome.code == 1
    assert f"{logbook.paths.reports} leads into another part of the logbook (" in outcome.err
    assert [path.name for path in logbook.paths.raw.iterdir()] == ["demo"]


@pytest.mark.parametrize("name", ["credentials.json", "credentials.json.lock"])
@pytest.mark.parametrize("is_default", [False, True])
def test_nothing_is_written_over_the_file_of_logins(
    logbook: DemoLogbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_default: bool
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    file = tmp_path / "ladebog" / name if is_default else logbook.credentials.with_name(name)
    file.parent.mkdir(exist_ok=True)
    file.write_text("{}", "utf-8")
    (tmp_path / "link.csv").symlink_to(file)
    for place in (file, tmp_path / "link.csv"):
        message, _ = refusal(logbook.run(*_ONE, str(place)), 2)
        assert message.startswith(f"Invalid value for -o: {place} is where logins are stored (")
    file.unlink()
    for command in (("report", "2025-10"), ("claim", "export", "1")):
        message, _ = refusal(logbook.run(*command, "--output", str(file)), 2)
        assert message.startswith(f"Invalid value for --output: {file} is where logins are stored (")
    assert not file.exists()
