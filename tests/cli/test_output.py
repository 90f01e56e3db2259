"""What comes from outside, as commands print it: it neither controls the terminal nor floods it."""

import io
import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from pipeline.cli.context import Context, print_error
from pipeline.cli.explain_tree import tree
from pipeline.cli.failures import report_failure
from pipeline.cli.output import (
    LONGEST_LINE,
    print_data,
    print_file,
    print_line,
    print_lines,
    replace_what_cannot_be_printed,
)
from pipeline.cli.table import table_lines
from pipeline.cli.terminal import show_tree
from pipeline.command_line import as_typed, set_home, start
from pipeline.demo import DEMO_NOW
from pipeline.errors import LadebogError
from pipeline.operations.notify.causes import Cause
from pipeline.operations.notify.message import compose
from pipeline.text import visible
from reports.excel.text import for_cell
from reports.explanation import read_explanation
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook
from tests.scenarios.small_archive import ACCOUNT, SetClock, detail, listed, listing, period, session, small_archive

_HOSTILE = [
    pytest.param("\x1b]0;title\x07", id="escape"),
    pytest.param("\x9b2J", id="C1"),
    pytest.param("ok\rerror", id="CR"),
    pytest.param("\u202e11.00 KKD\u202c", id="override"),
    pytest.param("\u2066a\u2069\u200f", id="isolate"),
    pytest.param("\u2028ladebog: all is well", id="line separator"),
    pytest.param("\u200b\ufeff\u2060", id="zero width"),
    pytest.param("a\U000e0001\U000e0041", id="tags"),
    pytest.param("a\nladebog: all is well", id="line break"),
]


@pytest.fixture(autouse=True)
def started_as_ladebog() -> None:
    start(["run", "login", "check", "claim"])


def test_information_and_lists_of_faults_are_wrapped_between_words_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    Context(SetClock(DEMO_NOW)).print_info(
        "\n  It is on claim 3 and does not change; another: ladebog claim create --corrections"
    )
    print_error("ladebog.toml has 1 fault:\n  extra: unknown table (known: account, source, report)", "Fix it")
    assert capsys.readouterr() == (
        "\n  It is on claim 3 and does not change;\n  another:\n  ladebog claim create --corrections\n",
        "ladebog: ladebog.toml has 1 fault:\n  extra: unknown table (known: account,\n  source, report)\n  Fix it\n",
    )


@pytest.mark.parametrize("text", _HOSTILE)
def test_a_line_has_no_character_that_controls_the_terminal(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_line(f"before {text} after")
    line = capsys.readouterr().out
    assert line.startswith("before ")
    assert line.endswith(" after\n")
    assert line.removesuffix("\n").isprintable()


@pytest.mark.parametrize("text", _HOSTILE)
def test_a_workbook_message_and_log_line_show_what_was_sent(
    logbook: DemoLogbook, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert for_cell(text).replace("\n", "").isprintable()
    message = compose([Cause(key="k", text=text, command="ladebog run")], DEMO_NOW)
    assert message.subject.isprintable()
    assert message.text.split("\n")[0].isprintable()
    assert len(message.text.split("\n")) == 2
    outcome = logbook.run("--log-format", "json", "explain", text)
    assert (outcome.code, outcome.out) == (2, "")
    assert all(line.isprintable() for line in outcome.err.splitlines())
    assert [json.loads(line)["error"] for line in outcome.err.splitlines()] == [
        f"There is no session {text!r} in this logbook."
    ]


@pytest.mark.parametrize("text", _HOSTILE)
def test_arguments_are_refused_without_control_characters(shared_logbook: DemoLogbook, text: str) -> None:
    for arguments in (("explain", text), ("check", "--account", text), (text,), ("report", text), ("sql", text)):
        outcome = shared_logbook.run(*arguments)
        assert outcome.code != 0
        assert all(line.isprintable() for line in outcome.err.split("\n"))
        assert not any(line.startswith("ladebog: all is well") for line in outcome.err.splitlines())


def test_a_name_that_is_not_utf8_is_refused_and_printed(shared_logbook: DemoLogbook, tmp_path: Path) -> None:
    outcome = shared_logbook.run_process("import", str(tmp_path / "\udcff.har"))
    message, advice = refusal(outcome, 2)
    assert message.isprintable()
    assert message.endswith(".har' is not UTF-8. Type it again; rename a file with such a name.")
    assert advice == "See its help with: ladebog --help"


def test_overlong_lines_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines("x" * 10 * LONGEST_LINE + "\nshort")
    first, second = capsys.readouterr().out.splitlines()
    assert (len(first), first[-1], second) == (LONGEST_LINE, "…", "short")


def test_advice_names_the_home_and_the_program_as_they_were_typed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/ladebog"])
    assert start(["run", "claim"]) == ".venv/bin/ladebog"
    assert as_typed("Next: ladebog run") == "Next: .venv/bin/ladebog run"
    set_home("my log")
    assert as_typed("ladebog claim list, or ladebog run") == (
        ".venv/bin/ladebog --home 'my log' claim list, or .venv/bin/ladebog --home 'my log' run"
    )
    assert as_typed("ladebog --home other run") == ".venv/bin/ladebog --home other run"
    assert as_typed("ladebog --home 'a ladebog run' run") == ".venv/bin/ladebog --home 'a ladebog run' run"
    assert as_typed("ladebog claim x 'ladebog run'") == ".venv/bin/ladebog --home 'my log' claim x 'ladebog run'"
    for text in ("/srv/ladebog run", "ladebog: note", "ladebog runs", "my-ladebog run"):
        assert as_typed(text) == text
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "bin" / "ladebog")])
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ladebog").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert start(["run"]) == "ladebog"
    assert as_typed("ladebog run") == "ladebog run"


@pytest.mark.system
def test_advice_has_the_home_only_where_it_was_given(empty_logbook: DemoLogbook) -> None:
    assert refusal(empty_logbook.run("run"), 4)[1] == "Log in: ladebog login demo"
    home = str(empty_logbook.home)
    assert refusal(empty_logbook.run("--home", home, "run"), 4)[1] == f"Log in: ladebog --home {home} login demo"
    assert f"ladebog --home {home} login demo" in empty_logbook.run("--home", home, "status").out
    (line,) = empty_logbook.run("--home", home, "--log-format", "json", "transform", "x").err.splitlines()
    assert json.loads(line)["level"] == "error"
    outcome = empty_logbook.run("--home", home, "--log-format", "json", "extract")
    assert json.loads(outcome.err.splitlines()[-1])["advice"] == f"Log in: ladebog --home {home} login demo"
    (line,) = empty_logbook.run("--home", home, "--log-format", "json", "frobnicate").err.splitlines()
    assert json.loads(line)["error"] == "No such command 'frobnicate'."
    assert shlex.quote(home) == home


@pytest.mark.parametrize("command", [("status", "--max-age", "1h"), ("notify", "--test"), ("run",), ("verify",)])
def test_standard_error_has_only_json_lines_where_asked(empty_logbook: DemoLogbook, command: tuple[str, ...]) -> None:
    with empty_logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write('\n[notify]\nwebhook = "http://127.0.0.1:9/"\n[account.other]\nurl = "http://127.0.0.1:9"\n')
        file.write('[notify.mail]\nhost = "127.0.0.1"\nport = 9\nstarttls = false\n')
        file.write('from = "a@b.example"\nto = ["c@d.example"]\n')
    lines = empty_logbook.run("--log-format", "json", *command).err.splitlines()
    assert [type(json.loads(line)) for line in lines] == [dict] * len(lines)
    assert command == ("verify",) or any(json.loads(line)["event"] == "error" for line in lines)


@pytest.mark.parametrize("text", _HOSTILE)
def test_an_unexpected_error_is_one_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert report_failure(RuntimeError(f"before {text} after"), Context(SetClock())) == 1
    message, advice = capsys.readouterr().err.removesuffix("\n").split("\n")
    assert message.startswith("ladebog: An unexpected error occurred: RuntimeError: before ")
    assert message.endswith(" after")
    assert message.isprintable()
    assert advice.startswith("  See the traceback")


def test_no_text_of_the_operator_makes_a_line_of_an_explanation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "A\r\nforged\x07\u2028line"
    body = session("1", evseId=text, taxName=text, paymentStatus=text, chargingPeriods=[period(0, 60, text, 25)])
    with small_archive(tmp_path / "logbook") as archive:
        archive.build(listing(listed(body, type=text, address=text)), detail(body))
        explanation = read_explanation(archive.connection, ACCOUNT, "1")
        assert explanation is not None
        show_tree(tree(explanation, with_samples=True))
    printed = capsys.readouterr().out
    assert printed.count("A␍␊forged␇\ufffdline") >= 3
    assert [line for line in printed.splitlines() if line.lstrip("│ └├─").startswith("forged")] == []


@pytest.mark.parametrize(("encoding", "text"), [("latin-1", "a – b"), ("cp1252", "a → b"), ("cp437", "a … b")])
def test_what_the_encoding_of_the_output_lacks_is_a_question_mark_and_in_data_an_error(
    monkeypatch: pytest.MonkeyPatch, encoding: str, text: str
) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding=encoding))
    replace_what_cannot_be_printed()
    print_line(text)
    for print_for_programs in (print_data, print_file):
        with pytest.raises(LadebogError, match=re.escape(f"does not have {text[2]!a}.")):
            print_for_programs(text)
        print_for_programs("æ")
    sys.stdout.flush()
    assert buffer.getvalue() == "a ? b\nææ".encode(encoding)


@pytest.mark.parametrize("text", ["👩\u200d👧", "می\u200cخواهم", "a\ufffd"])
def test_joiners_that_a_text_needs_are_kept(text: str) -> None:
    assert visible(text) == text


def test_joiners_that_only_hide_are_shown() -> None:
    assert visible("a\u200db\u200c") == "a\ufffdb\ufffd"


@pytest.mark.parametrize("text", _HOSTILE)
@pytest.mark.parametrize("width", [None, 80, 8])
def test_a_heading_has_no_character_that_controls_the_terminal(text: str, width: int | None) -> None:
    """A heading is a column's alias in a query."""
    lines = table_lines([f"b{text}", "other"], [[1, "x" * 30]], width=width)
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("reason", ["\u200b", " \ufeff\u2060 ", "\U000e0041"])
def test_a_reason_that_shows_nothing_is_empty(empty_logbook: DemoLogbook, reason: str) -> None:
    message, _ = refusal(empty_logbook.run("session", "exclude", "1", "--reason", reason), 2)
    assert "it is empty: give a reason" in message


def test_a_reason_that_hides_something_is_refused(empty_logbook: DemoLogbook) -> None:
    message, _ = refusal(empty_logbook.run("session", "exclude", "1", "--reason", "a\u202eb"), 2)
    assert "contains characters that cannot be printed" in message
