"""After an account is forgotten, the logbook contains nothing of it, and everything of the others."""

import json
import re
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline.logbook.journal import Journal, read_entries
from pipeline.settings.reading import read_settings
from pipeline.source.credentials.file import FileCredentials
from tests.cli.refusal import refusal
from tests.scenarios.two_accounts import CANARY, NOW, TwoAccounts, create_leftover_files, places_of, tables

pytestmark = pytest.mark.system

_FORGET_COMMAND = ("account", "forget", CANARY, "--yes-really", CANARY)


def test_the_search_finds_the_account_before_it_is_erased(logbook: TwoAccounts) -> None:
    create_leftover_files(logbook)
    places = set(places_of(CANARY, logbook.folder))
    assert {
        "credentials.json",
        ".credentials.json.5.new",
        "home/ladebog.toml",
        "home/ladebog.duckdb",
        "home/state/writer.duckdb.wal",
        "home/journal/journal.ndjson",
        "home/journal/journal.ndjson.torn",
        f"home/claims/{CANARY}/0001-2025-06/claim.json",
        f"home/reports/{CANARY}-2025-06.xlsx",
        f"home/reports/.{CANARY}-2025-06.xlsx.4-0badcafe.new",
        "home/reports/ladebog.html",
        "home/reports/.ladebog.html.6-0badcafe.new/ladebog.html",
    } <= places
    assert any(re.fullmatch(rf"home/raw/{CANARY}/2030/.*\.ndjson\.gz", name) for name in places)


def test_nothing_of_the_account_is_left_and_the_other_is_unchanged(logbook: TwoAccounts) -> None:
    before = tables(logbook.paths.database, "work")
    files = {name: content for name, content in logbook.files().items() if name.startswith(("raw/work", "claims/work"))}
    reports = sorted(path.name for path in logbook.paths.reports.glob("work-*"))
    create_leftover_files(logbook)
    outcome = logbook.do(*_FORGET_COMMAND)
    assert outcome.out.splitlines() == [
        f"Erased account {CANARY} and its login, and updated the numbers of what remains.",
        "Backups, and reports elsewhere, are not erased: delete those yourself.",
    ]
    assert places_of(CANARY, logbook.folder) == []
    after = tables(logbook.paths.database, "work")
    assert before == after
    assert sum(map(len, after.values())) > 100
    assert {name: content for name, content in logbook.files().items() if name in files} == files
    assert sorted(path.name for path in logbook.paths.reports.iterdir()) == reports
    (work,) = read_settings(logbook.paths.settings).accounts.values()
    secret = FileCredentials(logbook.credentials).read(work)
    assert secret is not None
    assert secret.token == "token of work"
    logbook.do("transform")
    logbook.do("rebuild")
    assert before == tables(logbook.paths.database, "work")
    logbook.do("session", "include", "work-1", "--reason", "after all")
    assert logbook.run(*_FORGET_COMMAND).code == 2


def test_the_journal_heads_that_claims_recorded_are_unchanged(logbook: TwoAccounts) -> None:
    before = read_entries(logbook.paths.journal)
    lines = (logbook.paths.journal / "journal.ndjson").read_bytes().splitlines()
    logbook.do(*_FORGET_COMMAND)
    after = read_entries(logbook.paths.journal)
    assert [(entry.entry, entry.sha256) for entry in after[:-1]] == [(entry.entry, entry.sha256) for entry in before]
    assert [entry.action for entry in after] == ["exclude", "forgotten", "exclude", "forgotten", "odometer", "forget"]
    assert after[-1].fields == {"count": 2, "entries": "2 4"}
    assert after[-1].previous_sha256 == before[-1].sha256
    written = (logbook.paths.journal / "journal.ndjson").read_bytes().splitlines()
    assert [written[index] for index in (0, 2, 4)] == [lines[index] for index in (0, 2, 4)]
    assert [json.loads(written[index])["fields"] for index in (1, 3)] == [{}, {}]


def test_an_attached_file_is_erased_with_its_last_entry(logbook: TwoAccounts) -> None:
    folder = logbook.paths.journal / "attachments"
    folder.mkdir()
    journal = Journal.open(logbook.paths.journal)
    first, second, third = (letter * 64 for letter in "abc")
    for account, name in ((CANARY, first), (CANARY, second), ("work", second), ("work", third)):
        (folder / name).write_text(f"a bill of {name}", "utf-8")
        journal.append(NOW, "attach", {"account": account, "name": "bill.pdf", "sha256": name})
    logbook.do(*_FORGET_COMMAND)
    assert sorted(path.name for path in folder.iterdir()) == [second, third]


def test_locks_of_other_processes_are_not_erased(logbook: TwoAccounts) -> None:
    loop = logbook.paths.state / "loop.lock"
    with FileLock(loop, timeout=0):
        logbook.do(*_FORGET_COMMAND)
        assert loop.exists()
    assert not (logbook.paths.state / "lock.holder").exists()


def test_both_accounts_can_be_erased_one_after_the_other(logbook: TwoAccounts) -> None:
    logbook.do(*_FORGET_COMMAND)
    logbook.do("account", "forget", "work", "--yes-really", "work")
    actions = [entry.action for entry in read_entries(logbook.paths.journal)]
    assert actions == [*["forgotten"] * 4, "odometer", "forget", "forget"]
    assert places_of("work-1", logbook.folder) == []
    assert logbook.tables()["main.sessions"] == []
    assert logbook.run("status").code == 1
    logbook.do("account", "add", "new", "--url", "https://operator.example.invalid")
    logbook.do("transform")


def test_the_command_names_the_law_and_asks_for_the_accounts_name(logbook: TwoAccounts) -> None:
    before = logbook.files()
    for typed_name in ("", "\n", "work\n", f"{CANARY.upper()}\n", f"{CANARY} \n"):
        outcome = logbook.run("account", "forget", CANARY, stdin=typed_name)
        assert outcome.code in (2, 130)
        assert outcome.out == ""
        assert before == logbook.files()
    outcome = logbook.run("account", "forget", CANARY, stdin=f"{CANARY}\n")
    assert outcome.code == 0
    printed = " ".join(outcome.err.split())
    assert re.search(
        rf"This erases account {CANARY}: 2 segments of answers \(\d+\.\d MB\), 2 entries of the journal, "
        r"1 claim \(0001-2025-06\), 3 reports, its settings and its login\.",
        printed,
    )
    for part in ("five years", "bogføringsloven", "ladebog backup DIR", "Type the account's name to erase it"):
        assert part in printed
    assert places_of(CANARY, logbook.home) == []


def test_another_name_in_the_option_is_refused(logbook: TwoAccounts) -> None:
    before = logbook.files()
    outcome = logbook.run("account", "forget", CANARY, "--yes-really", "work")
    message, _ = refusal(outcome, 2)
    assert message == f"'work' is not the name of account {CANARY}: nothing was erased."
    assert logbook.run("account", "forget", "nobody", "--yes-really", "nobody").code == 2
    assert before == logbook.files()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("answers of another account", 1),
        ("the journal", 1),
        ("the logins", 1),
        ("an unknown account", 2),
        ("another run", 75),
    ],
)
def test_nothing_is_erased_if_erasing_could_not_be_finished(logbook: TwoAccounts, fault: str, code: int) -> None:
    logbook.credentials.chmod(0o644 if fault == "the logins" else 0o600)
    if fault == "answers of another account":
        segment = next(logbook.paths.raw.glob("work/*/*"))
        segment.write_bytes(segment.read_bytes()[:-9])
    elif fault == "the journal":
        journal = logbook.paths.journal / "journal.ndjson"
        journal.write_bytes(journal.read_bytes().replace(b"guest", b"quest", 1))
    elif fault == "an unknown account":
        (logbook.paths.raw / "unknown").mkdir()
    before = logbook.files()
    if fault == "another run":
        with logbook.paths.lock():
            outcome = logbook.run(*_FORGET_COMMAND)
    else:
        outcome = logbook.run(*_FORGET_COMMAND)
    refusal(outcome, code)
    assert before == logbook.files()


def test_an_account_written_with_dotted_keys_is_erased(logbook: TwoAccounts) -> None:
    before, _, after = logbook.paths.settings.read_text("utf-8").partition(f"[account.{CANARY}]\n")
    table, blank, after = after.partition("\n\n")
    dotted = [f"{CANARY}.{line}" for line in table.splitlines()]
    logbook.paths.settings.write_text("\n".join([f"{before}[account]", *dotted, f"{blank}{after}"]), "utf-8")
    logbook.do(*_FORGET_COMMAND)
    assert places_of(CANARY, logbook.folder) == []
    assert list(read_settings(logbook.paths.settings).accounts) == ["work"]


def test_reports_of_an_account_whose_name_has_the_same_beginning_are_not_erased(logbook: TwoAccounts) -> None:
    others = [f"{CANARY}-2-2025-06.xlsx", f"{CANARY}-2025-2025-06-sessions.csv", f"my-{CANARY}-2025.csv", "note.txt"]
    erased = [f"{CANARY}-2025.xlsx", f"{CANARY}-2025-07-sessions.csv", f"{CANARY}-2025-07.pdf"]
    for name in (*others, *erased):
        (logbook.paths.reports / name).write_text("x", "utf-8")
    logbook.do(*_FORGET_COMMAND)
    remaining = {path.name for path in logbook.paths.reports.iterdir()}
    assert remaining >= set(others)
    assert not remaining & set(erased)


def test_forgetting_an_account_without_data_adds_no_journal_entry(logbook: TwoAccounts) -> None:
    before = logbook.paths.settings.read_bytes()
    logbook.do("account", "add", "new", "--url", "https://operator.example.invalid")
    journal = (logbook.paths.journal / "journal.ndjson").read_bytes()
    logbook.do("account", "forget", "new", "--yes-really", "new")
    assert (logbook.paths.journal / "journal.ndjson").read_bytes() == journal
    assert before == logbook.paths.settings.read_bytes()


def test_a_restored_backup_contains_the_account(logbook: TwoAccounts, tmp_path: Path) -> None:
    """The command promises this before it asks for the name."""
    before = logbook.tables()
    logbook.do("backup", str(tmp_path / "copy.zip"))
    logbook.do(*_FORGET_COMMAND)
    restored = TwoAccounts(tmp_path / "again")
    restored.do("restore", str(tmp_path / "copy.zip"))
    assert restored.tables() == before


def test_the_file_of_an_interrupted_login_is_erased(logbook: TwoAccounts) -> None:
    FileCredentials(logbook.credentials).forget(read_settings(logbook.paths.settings).account(CANARY))
    create_leftover_files(logbook)
    logbook.do(*_FORGET_COMMAND)
    assert places_of(CANARY, logbook.folder) == []
