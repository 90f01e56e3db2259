"""Questions of a command: how they are printed, and what happens without an answer."""

import pytest

from pipeline import interrupt
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook


def test_the_question_before_an_account_is_erased_has_lines(logbook: DemoLogbook) -> None:
    outcome = logbook.run("account", "forget", "demo", stdin="no\n")
    assert outcome.code == 2
    lines = outcome.err.splitlines()
    assert lines[0].startswith("This erases account demo: ")
    assert lines[1] == ""
    assert "Make a copy first with: ladebog backup DIR" in lines
    assert max(map(len, lines)) < 200
    assert "␊" not in outcome.err


def test_the_end_of_the_input_is_no_answer(logbook: DemoLogbook) -> None:
    outcome = logbook.run("account", "forget", "demo", stdin="")
    assert outcome.code == 2
    assert outcome.err.splitlines()[-2:] == [
        "ladebog: The input ended before the question was answered. Nothing was changed.",
        "  Type the answer, or see which option gives it with --help",
    ]
    assert "demo" in logbook.do("status").out


def test_ctrl_c_at_a_question_changes_nothing(logbook: DemoLogbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupt, "_was_pressed", True)
    outcome = logbook.run("account", "forget", "demo", stdin="")
    assert outcome.code == 130
    assert outcome.err.splitlines()[-1] == "ladebog: stopped. Nothing was changed."


def test_a_hyphen_as_output_is_refused_before_the_format(logbook: DemoLogbook) -> None:
    for options in (["-o", "-"], ["-o", "-", "--format", "table"], ["--format", "csv", "-o", "-"]):
        message, _ = refusal(logbook.run("sql", "select 1 as a", *options), 2)
        assert message == "Invalid value for -o: - is not the name of a file. To print, leave out -o."
