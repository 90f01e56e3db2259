"""`ladebog session`: what it records, what it prints, and what it refuses."""

from pathlib import Path

import pytest

from pipeline.logbook.journal import read_entries
from tests.cli.refusal import refusal
from tests.scenarios.decided_logbook import TWO_CARS, DecidedLogbook
from tests.scenarios.demo_logbook import DemoLogbook
from tests.scenarios.written_logbook import ChargedSession

QUOTED_ID = 'it\'s "3"'
HOME = (
    ChargedSession(id="1", stopped="2025-03-05T17:00:00+00:00", started="2025-03-05T14:30:00+00:00"),
    ChargedSession(id="2", stopped="2025-03-31T22:30:00+00:00", energy_wh=5_000, amount="12.5"),
    ChargedSession(id=QUOTED_ID, stopped="2025-04-01T17:00:00+00:00"),
    ChargedSession(id="active", started="2025-04-02T17:00:00+00:00", stopped=None),
)
TAGS = "blåbær, vagt"
WORK = (ChargedSession(id="2", stopped="2025-03-09T17:00:00+00:00"),)


@pytest.fixture(scope="module")
def shared_logbook(tmp_path_factory: pytest.TempPathFactory) -> DecidedLogbook:
    root = tmp_path_factory.mktemp("commands") / "logbook"
    return DecidedLogbook.with_sessions(root, {"home": HOME, "work": WORK}, TWO_CARS)


@pytest.fixture
def logbook(shared_logbook: DecidedLogbook, tmp_path: Path) -> DecidedLogbook:
    return shared_logbook.copied(tmp_path / "logbook")


@pytest.mark.system
@pytest.mark.parametrize(
    ("arguments", "expected_output", "action", "fields"),
    [
        (
            ["assign", "1", "Ærø", "--reason", "til Ærø"],
            "home: session 1 of 2025-03-05 15:30: assigned to Ærø: til Ærø",
            "assign",
            {"account": "home", "session_id": "1", "value": "Ærø", "reason": "til Ærø"},
        ),
        (
            ["exclude", QUOTED_ID, "--reason", ' a  guest\'s "car" '],
            f'home: session {QUOTED_ID} of 2025-04-01 17:00: excluded: a guest\'s "car"',
            "exclude",
            {"account": "home", "session_id": QUOTED_ID, "reason": 'a guest\'s "car"'},
        ),
        (
            ["include", "2", "--account", "work", "--reason", "vagt"],
            "work: session 2 of 2025-03-09 16:00: included: vagt",
            "include",
            {"account": "work", "session_id": "2", "reason": "vagt"},
        ),
        (
            ["tag", "active", "blåbær", "--reason", "x"],
            "home: session active of 2025-04-02 19:00: tagged blåbær: x",
            "tag",
            {"account": "home", "session_id": "active", "value": "blåbær", "reason": "x"},
        ),
    ],
    ids=["assign", "exclude", "include", "tag"],
)
def test_a_decision_is_recorded_and_printed(
    logbook: DecidedLogbook,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    expected_output: str,
    action: str,
    fields: dict[str, str],
) -> None:
    assert logbook.ladebog("session", *arguments) == 0
    assert capsys.readouterr().out == f"{expected_output}\n"
    [entry] = read_entries(logbook.root / "journal")
    assert (f"{entry.at:%Y-%m-%d %H}", entry.action, entry.fields) == ("2025-07-01 08", action, fields)
    assert logbook.rows("select account, session_id, action, value, reason from facts.decisions") == [
        (fields["account"], fields["session_id"], action, fields.get("value"), fields["reason"])
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["exclude", "9", "--reason", "x"],
            "ladebog: There is no session '9' in this logbook.\n"
            "  List a month's with: ladebog sessions --month YYYY-MM\n",
        ),
        (
            ["exclude", "1", "--account", "work", "--reason", "x"],
            "ladebog: There is no session '1' in account work.\n"
            "  List a month's with: ladebog sessions --month YYYY-MM\n",
        ),
        (
            ["exclude", "2", "--reason", "x"],
            "ladebog: Several accounts have a session '2' (home, work).\n  Name one of them with --account NAME\n",
        ),
        (
            ["exclude", "2", "--account", "away", "--reason", "x"],
            "ladebog: There is no account 'away' in this logbook (accounts: home, work).\n"
            "  Add it with: ladebog account add away --url https://OPERATOR\n",
        ),
        (
            ["assign", "1", "Lada", "--reason", "x"],
            "ladebog: There is no car 'Lada' in this logbook (cars: Golf, Ærø).\n"
            "  Name one of them, or add it as a [[car]] in ladebog.toml\n",
        ),
    ],
)
def test_unknown_names_are_refused_and_not_recorded(
    shared_logbook: DecidedLogbook, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert shared_logbook.ladebog("session", *arguments) == 2
    assert capsys.readouterr().err == expected
    assert not shared_logbook.journal_file.exists()


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ([], "Missing option '--reason'."),
        (["--reason", ""], "it is empty: give a reason"),
        (["--reason", " \t\n"], "it is empty: give a reason"),
        (["--reason", "bell \a"], "contains characters that cannot be printed"),
        (["--reason", "half \ud83d"], "contains characters that cannot be printed"),
    ],
)
@pytest.mark.parametrize("command", [["assign", "1", "Golf"], ["exclude", "1"], ["include", "1"], ["tag", "1", "x"]])
def test_a_decision_needs_a_reason(
    shared_logbook: DecidedLogbook,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    reason: list[str],
    expected: str,
) -> None:
    assert shared_logbook.ladebog("session", *command, *reason) == 2
    assert expected in capsys.readouterr().err
    assert not shared_logbook.journal_file.exists()


def test_the_list_shows_which_sessions_are_claimed_and_why(
    logbook: DecidedLogbook, capsys: pytest.CaptureFixture[str]
) -> None:
    logbook.decide(
        ("assign", "1", "Golf", "x"),
        ("tag", "1", "vagt", "x"),
        ("tag", "1", "blåbær", "x"),
        ("exclude", QUOTED_ID, None, "gæstens bil"),
    )

    assert logbook.ladebog("session", "list") == 0
    table = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert [[cell.strip() for cell in line if cell.strip()] for line in table if len(line) > 1] == [
        [
            "account",
            "session",
            "started",
            "kWh",
            "incl. tax",
            "currency",
            "car",
            "claim",
            "reason",
            "tags",
        ],
        ["home", "1", "2025-03-05 15:30", "10.000", "25.00", "DKK", "Golf", "in", "no rule excludes it", TAGS],
        ["work", "2", "2025-03-09 16:00", "10.000", "25.00", "DKK", "-", "out", "no car assigned", "-"],
        ["home", "2", "2025-03-31 22:30", "5.000", "12.50", "DKK", "-", "out", "no car assigned", "-"],
        ["home", QUOTED_ID, "2025-04-01 17:00", "10.000", "25.00", "DKK", "-", "out", "excluded: gæstens bil", "-"],
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--month", "2025-03"], [("home", "1"), ("work", "2")]),
        (["--month", "2025-04"], [("home", "2"), ("home", QUOTED_ID)]),
        (["--month", "2025-04", "--account", "work"], []),
        (["--account", "work"], [("work", "2")]),
    ],
)
def test_the_list_uses_the_local_month_of_the_stop(
    shared_logbook: DecidedLogbook,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    expected: list[tuple[str, str]],
) -> None:
    assert shared_logbook.ladebog("session", "list", *options) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [tuple(cell.strip() for cell in line.split("  ") if cell)[:2] for line in lines] == expected


def test_an_invalid_month_is_refused(shared_logbook: DecidedLogbook) -> None:
    assert shared_logbook.ladebog("session", "list", "--month", "2025-13") == 2


def test_without_a_database_the_list_names_the_next_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logbook = DecidedLogbook(tmp_path / "logbook")
    assert logbook.ladebog("account", "add", "home", "--url", "https://operator.example.invalid") == 0
    assert logbook.ladebog("session", "list") == 1
    assert "has no database yet" in capsys.readouterr().err


def test_session_show_is_answered_with_explain(tmp_path: Path) -> None:
    nowhere = DemoLogbook(tmp_path)
    message, _ = refusal(nowhere.run("session", "show", "713806"), 2)
    assert message == "There is no session show. What a session cost, and why: ladebog explain ID"
    assert "ladebog explain ID" in nowhere.do("session", "--help").out
