"""A report's files: names, folder, permissions, and that each is replaced as a whole."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from reports.month.files import FORMATS, write_report
from tests.scenarios.written_logbook import WrittenLogbook


def test_files_of_every_format_are_readable_by_the_owner_only(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    written = write_report(report_logbook.report("2025-03"), FORMATS, folder)
    assert written == [
        folder / "home-2025-03.xlsx",
        folder / "home-2025-03-sessions.csv",
        folder / "home-2025-03-months.csv",
    ]
    assert sorted(folder.iterdir()) == sorted(written)
    if os.name == "posix":
        assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}


def test_only_requested_formats_are_written(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    written = write_report(report_logbook.report("2025"), ["csv"], tmp_path)
    assert [path.name for path in written] == ["home-2025-sessions.csv", "home-2025-months.csv"]


def test_a_failed_report_leaves_the_old_file_and_nothing_else(report_logbook: WrittenLogbook, tmp_path: Path) -> None:
    report = report_logbook.report("2025-03")
    (path, *_) = write_report(report, ["csv"], tmp_path)
    before, names = path.read_bytes(), sorted(tmp_path.iterdir())
    broken = replace(report, sessions=({**report.sessions[0], "currency": "XXX"},))
    with pytest.raises(KeyError):
        write_report(broken, ["csv"], tmp_path)
    assert (path.read_bytes(), sorted(tmp_path.iterdir())) == (before, names)


def test_an_unknown_format_is_refused_before_anything_is_written(
    report_logbook: WrittenLogbook, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"'doc' is not a format of a report \(formats: xlsx, csv\)"):
        write_report(report_logbook.report("2025-03"), ["csv", "doc"], tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("account", ["../home", "a/b", "..", "", "home\n", "/etc/x"])
def test_no_account_name_leads_out_of_the_folder(report_logbook: WrittenLogbook, tmp_path: Path, account: str) -> None:
    with pytest.raises(ValueError, match="is not a valid name of an account"):
        write_report(replace(report_logbook.report("2025-03"), account=account), ["csv"], tmp_path)
