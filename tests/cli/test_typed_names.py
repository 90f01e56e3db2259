"""Months, days, accounts and commands as people type them: what is read, and what is meant by the rest."""

from datetime import date

import pytest

from pipeline.typed_month import likely_month, month_of
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook


@pytest.mark.parametrize("month", ["2025-10", "2025-9", "2025-09"])
@pytest.mark.parametrize(
    "command",
    [
        ("check", "--month", "MONTH"),
        ("audit", "--month", "MONTH"),
        ("session", "list", "--month", "MONTH"),
        ("report", "MONTH", "--format", "csv"),
    ],
)
def test_a_month_is_read_with_one_or_two_digits(logbook: DemoLogbook, command: tuple[str, ...], month: str) -> None:
    outcome = logbook.run(*(month if word == "MONTH" else word for word in command))
    year, number = month.split("-")
    same = logbook.run(*(f"{year}-{int(number):02}" if word == "MONTH" else word for word in command))
    assert outcome == same
    assert outcome.code in (0, 3)


@pytest.mark.system
def test_months_of_claims_attachments_and_runs_are_read_with_one_digit(logbook: DemoLogbook) -> None:
    assert logbook.do("extract", "--since", "2025-9", "--until", "2025-9-30").out.startswith("demo: ")
    file = logbook.folder / "meter.pdf"
    file.write_bytes(b"%PDF-1.4")
    assert "2025-09" in logbook.do("claim", "attach", str(file), "--month", "2025-9").out
    message, _ = refusal(logbook.run("claim", "create", "2025-9", "--car", "Golf"), 2)
    assert message.startswith("There is no car 'Golf'")


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("2025-13", "Write a month like 2025-03."),
        ("03/2025", "Did you mean 2025-03?"),
        ("202503", "Did you mean 2025-03?"),
        ("30.3.2025", "Did you mean 2025-03?"),
        ("2025-03-30", "Did you mean 2025-03?"),
        ("Marhc 2025", "Did you mean 2025-03?"),
        ("maj 2025", "Did you mean 2025-05?"),
        ("10-2025", "Did you mean 2025-10?"),
        ("oktober", "Did you mean 2025-10?"),
        ("okt", "Did you mean 2025-10?"),
        ("december", "Did you mean 2024-12?"),
        ("sidste måned", "Did you mean 2025-10?"),
        ("this month", "Did you mean 2025-11?"),
        ("soon", "Write a month like 2025-03."),
    ],
)
def test_what_is_no_month_is_answered_with_the_likely_one(shared_logbook: DemoLogbook, typed: str, advice: str) -> None:
    for command in (("check", "--month"), ("audit", "--month"), ("session", "list", "--month"), ("claim", "create")):
        outcome = shared_logbook.run(*command, typed)
        assert refusal(outcome, 2)[0].endswith(f": {typed!r} is not a month. {advice}")
        assert "%Y" not in outcome.err
    report = refusal(shared_logbook.run("report", typed), 2)[0]
    assert report.endswith(advice if advice.startswith("Did") else "from 2000 to 2100.")


def test_the_name_of_a_month_is_answered_where_a_day_may_stand(shared_logbook: DemoLogbook) -> None:
    message, _ = refusal(shared_logbook.run("extract", "--since", "oktober"), 2)
    assert message.endswith("'oktober' is not a day or a month. Did you mean 2025-10?")


def test_no_help_shows_a_format_of_dates(shared_logbook: DemoLogbook) -> None:
    for command in (
        ("check",),
        ("audit",),
        ("extract",),
        ("odometer",),
        ("session", "list"),
        ("claim", "create"),
        ("claim", "mark"),
    ):
        assert "%" not in shared_logbook.do(*command, "--help").out


@pytest.mark.parametrize("typed", ["2025-02-29", "2025-6-31", "today", "2025/03/30"])
def test_what_is_no_day_is_refused(shared_logbook: DemoLogbook, typed: str) -> None:
    message, _ = refusal(shared_logbook.run("extract", "--since", typed), 2)
    assert message == f"Invalid value for '--since': {typed!r} is not a day: write one like 2025-03-30."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("clam", "claim"), ("claim creat", "create"), ("account ad", "add"), ("schedule instal", "install")],
)
def test_an_unknown_command_is_answered_with_a_similar_one(shared_logbook: DemoLogbook, typed: str, meant: str) -> None:
    words = typed.split()
    assert refusal(shared_logbook.run(*words), 2)[0] == f"No such command {words[-1]!r}. Did you mean {meant!r}?"


@pytest.mark.parametrize("typed", ["dmo", "Demo", "deom"])
def test_an_unknown_account_is_answered_with_a_similar_one(shared_logbook: DemoLogbook, typed: str) -> None:
    for command in (
        ("check", "--account", typed),
        ("login", typed, "--token-stdin"),
        ("report", "2025", "--account", typed),
    ):
        message, _ = refusal(shared_logbook.run(*command), 2)
        assert message == f"There is no account {typed!r} in this logbook (accounts: demo). Did you mean 'demo'?"
    assert "mean" not in refusal(shared_logbook.run("check", "--account", "work"), 2)[0]


def test_advice_about_a_name_is_not_refused(shared_logbook: DemoLogbook) -> None:
    _, advice = refusal(shared_logbook.run("login", "DEMO"), 2)
    assert advice == "Name one of these, or add one: ladebog account add NAME --url https://OPERATOR"
    assert refusal(shared_logbook.run("account", "add", "DEMO", "--url", "https://operator.example"), 2)


def test_months_as_text() -> None:
    assert month_of("2025-6") == month_of("2025-06") == date(2025, 6, 1)
    assert [month_of(text) for text in ("2025-0", "2025-13", "2025", "25-06", "2025-006", "0000-01")] == [None] * 6
    today = date(2026, 1, 15)
    assert [likely_month(text, today) for text in ("", "2025", "2025 2026-01", "31")] == [None] * 4
    newest = [likely_month(text, today) for text in ("januar", "February", "last", "denne")]
    assert newest == [date(2026, 1, 1), date(2025, 2, 1), date(2025, 12, 1), date(2026, 1, 1)]


@pytest.mark.parametrize(
    "command",
    [
        ("claim", "show", "abc"),
        ("claim", "export", "1.5"),
        ("claim", "mark", "1,000", "sent"),
        ("claim", "reverse", "x", "--reason", "y"),
        ("run", "--if-older", "1h"),
        ("sql", "--timeout", "1e3", "select 1"),
        ("odometer", "Golf", "2025-06-30", "48.211"),
    ],
)
def test_what_is_not_a_whole_number_is_named(shared_logbook: DemoLogbook, command: tuple[str, ...]) -> None:
    message, _ = refusal(shared_logbook.run(*command), 2)
    assert message.endswith(" is not a whole number")
    assert "integer" not in message


@pytest.mark.parametrize("command", [("claim", "create"), ("check", "--month"), ("session", "list", "--month")])
def test_a_month_before_2010_is_refused(shared_logbook: DemoLogbook, command: tuple[str, ...]) -> None:
    message, _ = refusal(shared_logbook.run(*command, "0001-01"), 2)
    assert "'0001-01' is before 2010-01, the earliest possible month." in message
