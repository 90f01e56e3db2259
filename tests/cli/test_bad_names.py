"""Invalid folders, accounts, months and dates."""

import shlex
from pathlib import Path

import pytest

from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook

_NEEDS_A_LOGBOOK = [
    ["status"],
    ["extract"],
    ["transform"],
    ["rebuild"],
    ["run"],
    ["report", "2025-10"],
    ["sql", "select 1"],
    ["login", "demo", "--token-stdin"],
    ["import", __file__],
]


@pytest.mark.parametrize("arguments", _NEEDS_A_LOGBOOK, ids=lambda arguments: arguments[0])
@pytest.mark.parametrize("content", ["nothing", "other files"])
def test_a_home_that_is_not_a_logbook_is_refused(tmp_path: Path, arguments: list[str], content: str) -> None:
    logbook = DemoLogbook(tmp_path)
    if content == "other files":
        logbook.home.mkdir()
        (logbook.home / "letter.txt").write_text("Dear", "utf-8")
    message, advice = refusal(logbook.run(*arguments), 1)
    assert message == f"{logbook.home} is not a logbook: it has no ladebog.toml."
    assert advice.startswith("Start one with: ladebog account add NAME --url https://OPERATOR")
    assert [path.name for path in tmp_path.rglob("*")] == (["home", "letter.txt"] if content == "other files" else [])


def test_no_account_is_added_to_a_folder_with_other_files(tmp_path: Path) -> None:
    logbook = DemoLogbook(tmp_path)
    logbook.home.mkdir()
    (logbook.home / "letter.txt").write_text("Dear", "utf-8")
    message, advice = refusal(logbook.run("account", "add", "home", "--url", "https://tenant.example"), 1)
    assert message == f"{logbook.home} exists already and is not a logbook."
    assert advice == "Name a new or empty folder instead"


@pytest.mark.parametrize(
    "arguments",
    [
        ["extract", "--account", "nobody"],
        ["run", "--account", "nobody"],
        ["report", "2025-10", "--account", "nobody"],
        ["login", "nobody", "--token-stdin"],
        ["import", "--account", "nobody", __file__],
    ],
    ids=lambda arguments: arguments[0],
)
def test_an_unknown_account_is_refused(shared_logbook: DemoLogbook, arguments: list[str]) -> None:
    message, advice = refusal(shared_logbook.run(*arguments), 2)
    assert message == "There is no account 'nobody' in this logbook (accounts: demo)."
    assert advice == "Add it with: ladebog account add nobody --url https://OPERATOR"


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["backup", ""], "'DIR|FILE.zip'"),
        (["restore", ""], "'BACKUP'"),
        (["verify", ""], "'[CLAIM_DIR]'"),
        (["demo", ""], "'[DIR]'"),
        (["report", "2025-10", "--output", ""], "'--output'"),
        (["sql", "select 1", "-o", ""], "'-o'"),
        (["claim", "export", "1", "--output", ""], "'--output'"),
        (["claim", "attach", ""], "'FILES...'"),
        (["--home", "", "status"], "'--home'"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_an_empty_path_is_not_the_current_folder(
    shared_logbook: DemoLogbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    message, _ = refusal(shared_logbook.run(*arguments), 2)
    assert message.endswith("it is empty: name a file or folder")
    assert message.startswith(f"Invalid value for {path}")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_tag_is_refused_as_a_tag(shared_logbook: DemoLogbook) -> None:
    message, _ = refusal(shared_logbook.run("session", "tag", "1", "", "--reason", "x"), 2)
    assert message.endswith("it is empty: give a tag, for example holiday")


@pytest.mark.parametrize("period", ["2025-13", "../x", "25-3", "2025-003", "2025-00", "2025-03-01", "", "٢٠٢٥", "1e3"])
def test_invalid_periods_are_refused(shared_logbook: DemoLogbook, period: str) -> None:
    message, advice = refusal(shared_logbook.run("report", period), 2)
    assert message.startswith(f"Invalid value for YYYY-MM|YYYY: {period!r} is not a period: write a month like 2025-03")
    assert advice == "See its help with: ladebog report --help"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--since", "2025-10-01", "--until", "2025-09-30"], "--since 2025-10-01 is after --until 2025-09-30."),
        (
            ["--since", "2025-02-30"],
            "Invalid value for '--since': '2025-02-30' is not a day: write one like 2025-03-30.",
        ),
        (["--until", "yesterday"], "Invalid value for '--until': 'yesterday' is not a day: write one like 2025-03-30."),
    ],
)
def test_invalid_days_are_refused(shared_logbook: DemoLogbook, options: list[str], expected: str) -> None:
    message, advice = refusal(shared_logbook.run("extract", *options), 2)
    assert expected == message
    assert advice == "See its help with: ladebog extract --help"


def test_the_first_possible_date_is_accepted(operator: object, logbook: DemoLogbook) -> None:
    assert "unexpected" not in logbook.run("extract", "--since", "0001-01-01", "--until", "0001-01-31").err


def test_all_faults_of_an_account_are_listed_at_once(tmp_path: Path) -> None:
    logbook = DemoLogbook(tmp_path)
    invalid_options = ["--url", "ftp://x", "--country", "dk", "--timezone", "Mars/X", "--currency", "kr"]
    outcome = logbook.run("account", "add", "no name", *invalid_options)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.partition("Error: ")[2].splitlines() == [
        "account no name: a name is letters, digits, - and _, at most 32 of them",
        "account no name.url: 'ftp://x' must begin with https://",
        "account no name.timezone: 'Mars/X' is not a time zone, for example Europe/Copenhagen",
        "account no name.country: 'dk' is not a two-letter country code, for example DK",
        "account no name.currency: 'kr' is not a three-letter currency code, for example DKK",
    ]
    assert not logbook.home.exists()


@pytest.mark.parametrize("url", ["drivee.example", "drivee.example/", "Drivee.Example:8443", "localhost:8000", "[::1]"])
def test_an_address_without_https_is_refused_with_the_command_that_has_it(tmp_path: Path, url: str) -> None:
    logbook = DemoLogbook(tmp_path)
    outcome = logbook.run("account", "add", "u1", "--url", url)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.partition("Error: ")[2].splitlines() == [
        f"account u1.url: {url.rstrip('/')!r} must begin with https://, as in https://{url.rstrip('/')}",
        f"account u1 needs the whole address: ladebog account add u1 --url {shlex.quote('https://' + url)}",
    ]
    assert not logbook.home.exists()


@pytest.mark.parametrize("url", ["drivee..example", "mailto:x@drivee.example", "ftp://drivee.example", "drivee", ""])
def test_an_address_that_https_does_not_complete_is_not_advised(tmp_path: Path, url: str) -> None:
    outcome = DemoLogbook(tmp_path).run("account", "add", "u1", "--url", url)
    assert outcome.code == 2
    assert "needs the whole address" not in outcome.err


@pytest.mark.parametrize("arguments", [["report", "2025-10"], ["sql", "select 1"]], ids=lambda arguments: arguments[0])
def test_a_logbook_without_a_database_is_refused(empty_logbook: DemoLogbook, arguments: list[str]) -> None:
    message, advice = refusal(empty_logbook.run(*arguments), 1)
    assert message == f"{empty_logbook.home} has no database yet."
    assert advice == "Fetch your sessions with: ladebog run (or ladebog import FILE...)"
