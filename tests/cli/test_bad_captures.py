"""Files that cannot be imported."""

from pathlib import Path

import pytest

from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook

_EXPECTED = (
    "expected a capture (URL, Request Headers, Response Headers, Response Content), a HAR file or an answer's JSON."
)
_URL_LINES = b"URL\nhttps://tenant.example/api/v1/app/session/1\n"
_NOT_JSON = "is cut off or not JSON"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "holds no answer of the app API"),
        (b"Dear diary", "holds no answer of the app API"),
        (b"\x00\x01\xff", "holds no answer of the app API"),
        (b"[]", "holds no answer of the app API"),
        (b"{}", "holds no answer of the app API"),
        (b'{"log": {"entries": []}}', "holds no answer of the app API"),
        (b"{", f"cannot be imported: it {_NOT_JSON}"),
        (b'{"session": {"id": "1"', f"cannot be imported: it {_NOT_JSON}"),
        (b'{"log": {}}', "cannot be imported: its log is not the log of a HAR file"),
        (_URL_LINES, "cannot be imported: the capture at line 1 has no Response Content"),
        (_URL_LINES + b"Response Content\n\n", "cannot be imported: the capture at line 1 has no Response Content"),
        (_URL_LINES + b'Response Content\n{"session": {"id', f"cannot be imported: the answer at line 4 {_NOT_JSON}"),
        (_URL_LINES + b"Response Content\n<html>", f"cannot be imported: the answer at line 4 {_NOT_JSON}"),
    ],
)
def test_files_that_are_not_captures_are_refused(empty_logbook: DemoLogbook, content: bytes, fault: str) -> None:
    file = empty_logbook.folder / "file"
    file.write_bytes(content)
    message, advice = refusal(empty_logbook.run("import", str(file)), 1)
    assert message.startswith(f"{file} {fault}")
    assert message.endswith(_EXPECTED)
    assert advice == "See which files can be imported: ladebog import --help"
    assert list(empty_logbook.paths.raw.rglob("*.gz")) == []


def test_unusable_files_are_named_and_the_others_imported(empty_logbook: DemoLogbook) -> None:
    first, second = empty_logbook.folder / "first", empty_logbook.folder / "second"
    first.write_bytes(b'{"session_history": []}')
    second.write_bytes(b'{"data": [{"id": 1, "evses": []}]}')
    bad: dict[str, bytes | None] = {
        "cut off": b"{",
        "no answer": b"Dear diary",
        "damaged": b"\x1f\x8b\x08",
        "no body": _URL_LINES,
        "folder": None,
    }
    paths = [empty_logbook.folder / name for name in bad]
    for path, content in zip(paths, bad.values(), strict=True):
        path.mkdir() if content is None else path.write_bytes(content)
    outcome = empty_logbook.run("import", str(first), *map(str, paths), str(second))
    assert (outcome.code, outcome.out) == (1, "demo: 2 answers read, 2 archived, 0 already there.\n")
    assert [line for line in outcome.err.splitlines() if line.startswith("ladebog: ")] == [
        f"ladebog: {path} {fault}; {_EXPECTED}"
        for path, fault in zip(
            paths,
            [
                "cannot be imported: it is cut off or not JSON (Input data was truncated)",
                "holds no answer of the app API",
                "cannot be imported: it is cut off or damaged gzip",
                "cannot be imported: the capture at line 1 has no Response Content",
                "cannot be read (Is a directory)",
            ],
            strict=True,
        )
    ]
    assert empty_logbook.ask("select endpoint from facts.answers order by 1") == [
        {"endpoint": endpoint} for endpoint in ("charge_points", "run", "session_history")
    ]


def test_without_a_usable_file_nothing_is_imported(empty_logbook: DemoLogbook) -> None:
    bad, other = empty_logbook.folder / "bad", empty_logbook.folder / "other"
    bad.write_bytes(b"{")
    other.write_bytes(_URL_LINES + b'Response Content\n{"session": {"id": "1"}}\n')
    outcome = empty_logbook.run("import", str(bad), str(other))
    assert (outcome.code, outcome.out) == (1, "")
    assert f"ladebog: {bad} cannot be imported: " in outcome.err
    assert "ladebog: Nothing was imported: 1 answer of tenant.example" in outcome.err
    assert list(empty_logbook.paths.raw.rglob("*.gz")) == []


@pytest.mark.parametrize(
    ("moment", "fault"),
    [
        ("2025-03-30T16:36:38", "has no offset: write for example 2025-03-30T16:36:38+02:00 or 2025-03-30T16:36:38Z"),
        ("yesterday", "is not a time, for example 2025-03-30T16:36:38+02:00"),
    ],
)
def test_a_time_without_an_offset_is_refused(empty_logbook: DemoLogbook, moment: str, fault: str) -> None:
    message, advice = refusal(empty_logbook.run("import", "--fetched-at", moment, __file__), 2)
    assert message == f"Invalid value for '--fetched-at': {moment!r} {fault}"
    assert advice == "See its help with: ladebog import --help"


@pytest.mark.parametrize(
    "moment",
    ["9999-12-31T23:59:59Z", "3025-03-01T00:00:00Z", "0001-01-01T00:00:00+02:00", "2009-12-31T23:59:59Z"],
)
def test_a_time_that_no_capture_can_have_is_refused(empty_logbook: DemoLogbook, moment: str) -> None:
    file = empty_logbook.folder / "file"
    file.write_bytes(b'{"session_history": []}')
    message, _ = refusal(empty_logbook.run("import", "--fetched-at", moment, str(file)), 2)
    assert message == (
        f"Invalid value for '--fetched-at': {moment.replace('Z', '+00:00')} is not from 2010 to a day after now"
    )
    assert list(empty_logbook.paths.raw.rglob("*.gz")) == []


def test_an_account_must_be_named_if_there_are_several(empty_logbook: DemoLogbook) -> None:
    empty_logbook.do("account", "add", "work", "--url", "https://tenant.example")
    message, advice = refusal(empty_logbook.run("import", __file__), 2)
    assert message == "This logbook has several accounts (demo, work)."
    assert advice == "Name one of them with --account NAME"


def test_a_missing_file_is_refused(empty_logbook: DemoLogbook, tmp_path: Path) -> None:
    message, _ = refusal(empty_logbook.run("import", str(tmp_path / "none")), 2)
    assert message == f"Invalid value for 'FILES...': Path '{tmp_path / 'none'}' does not exist."
