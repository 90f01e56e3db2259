"""`ladebog status` for people, programs and monitoring: it prints what is known, even if other parts are unknown."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import jwt
import keyring
import keyring.backend
import keyring.errors
import msgspec
import pytest

from pipeline.claims import outstanding
from pipeline.cli.status import size
from pipeline.demo import DEMO_NOW, DemoServer, Faults
from pipeline.demo.answers import history_entry
from pipeline.operations import archive_status, status
from pipeline.operations.schedule.loop import LoopLock
from pipeline.raw.segments import finished_segments
from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import FILE_VARIABLE
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import CHECKOUT, DemoLogbook, Outcome

_KEY = "k" * 32


def values_of(outcome: Outcome) -> dict[str, str]:
    """The values of the status by name; lines without a name belong to the name before them."""
    values: dict[str, str] = {}
    name = ""
    for line in outcome.out.splitlines():
        if line.startswith("  "):
            name = line[2:18].strip() or name
            values[name] = f"{values[name]} | {line[18:]}" if name in values else line[18:]
    return values


def account_of(outcome: Outcome) -> dict[str, Any]:
    (account,) = json.loads(outcome.out)["accounts"]
    assert isinstance(account, dict)
    return account


def store_login(logbook: DemoLogbook, token: str, refresh_token: str | None = None) -> None:
    FileCredentials(logbook.credentials).write(logbook.account, Secret(token=token, refresh_token=refresh_token))


def test_json_has_the_documented_keys_and_no_other(shared_logbook: DemoLogbook) -> None:
    status_json = json.loads(shared_logbook.do("status", "--json", "--max-age", "1h").out)
    (account,) = status_json["accounts"]
    documented_keys = re.findall(
        r"^\| `([a-z_.]+)` \|", (CHECKOUT / "docs" / "reference" / "status.md").read_text("utf-8"), re.MULTILINE
    )
    keys = [
        *status_json,
        *account,
        *(f"login.{key}" for key in account["login"]),
        *(f"gaps.{key}" for key in account["gaps"]),
        *(f"claims.{key}" for key in account["claims"]),
        *(
            f"claims.{key}.{field.name}"
            for key, kind in (
                ("months", outstanding.OutstandingMonth),
                ("corrections", outstanding.OutstandingCorrections),
                ("unpaid", outstanding.UnpaidClaim),
            )
            for field in msgspec.structs.fields(kind)
        ),
    ]
    assert set(documented_keys) == {*keys, "problems.message", "problems.next"}
    assert len(documented_keys) == len(set(documented_keys))
    assert [field.name for field in msgspec.structs.fields(archive_status.Problem)] == ["message", "next"]
    assert set(account) == {field.name for field in msgspec.structs.fields(status.AccountStatus)}


def test_json_has_the_figures_of_the_marts(shared_logbook: DemoLogbook, operator: DemoServer) -> None:
    status_json = json.loads(shared_logbook.do("status", "--json").out)
    (account,) = status_json["accounts"]
    assert datetime.fromisoformat(status_json["generated_at"]) - DEMO_NOW < timedelta(minutes=1)
    assert status_json["database_bytes"] == shared_logbook.paths.database.stat().st_size
    segments = sum(path.stat().st_size for path in finished_segments(shared_logbook.paths.raw / "demo"))
    assert (status_json["raw_bytes"], account["raw_bytes"], status_json["problems"]) == (segments, segments, [])
    (state,) = shared_logbook.ask("select * from account_states")
    for name in ("last_run_at", "last_success_at", "first_session_at", "newest_session_at"):
        assert account[name] == state[name].astimezone(shared_logbook.account.zone).isoformat()
        assert account[name][-6:] in ("+01:00", "+02:00")
    equal_columns = ("sessions", "quarantined", "details_missing", "errors", "warnings")
    assert [account[name] for name in equal_columns] == [state[name] for name in equal_columns]
    assert account["active_sessions"] == [operator.tenant.scene("active").id]
    assert account["last_closed_month"] == "2025-10"
    assert account["login"] == {
        "state": "valid",
        "valid_until": "2026-11-12T06:15:00+01:00",
        "days_left": 365,
        "renewable": True,
    }
    assert (account["next_run_at"], account["stale"], account["stale_reason"]) == (None, None, None)


def test_the_status_contains_no_secret(shared_logbook: DemoLogbook, operator: DemoServer) -> None:
    out = shared_logbook.do("status").out + shared_logbook.do("status", "--json").out
    secrets = (operator.tenant.token, operator.tenant.refresh_token, operator.tenant.client_secret)
    assert [secret for secret in secrets if secret in out] == []


def test_the_status_of_a_new_logbook_names_the_next_commands(empty_logbook: DemoLogbook, operator: DemoServer) -> None:
    assert empty_logbook.do("status").out.splitlines() == [
        f"Logbook {empty_logbook.home}",
        "  database        none",
        "",
        f"demo  {operator.url}",
        "  login           none stored: ladebog login demo",
        "  last run        never: ladebog run --account demo",
        "  next run        not scheduled",
        "  raw             0 bytes",
    ]
    account = account_of(empty_logbook.do("status", "--json"))
    assert (account["login"]["state"], account["last_run_outcome"], account["sessions"]) == ("none", "never", None)


@pytest.mark.parametrize(
    ("days", "refresh_token", "text"),
    [
        (10, None, "valid until 2025-11-22, ends in 10 days"),
        (1, "r", "valid until 2025-11-13, ends in 1 day; a run renews it"),
        (0.1, None, "valid until 2025-11-12, ends today"),
        (-1, None, "ended 2025-11-11: ladebog login demo"),
        (-1, "r", "ended 2025-11-11; a run renews it"),
    ],
)
def test_the_status_states_how_long_a_login_is_valid(
    empty_logbook: DemoLogbook, days: float, refresh_token: str | None, text: str
) -> None:
    store_login(empty_logbook, jwt.encode({"exp": (DEMO_NOW + timedelta(days=days)).timestamp()}, _KEY), refresh_token)
    assert values_of(empty_logbook.do("status"))["login"] == text


def test_a_login_without_an_expiry_is_shown_as_stored(empty_logbook: DemoLogbook) -> None:
    store_login(empty_logbook, "12|opaque")
    assert values_of(empty_logbook.do("status"))["login"] == "stored; it does not state how long it is valid"
    assert account_of(empty_logbook.do("status", "--json"))["login"] == {
        "state": "valid",
        "valid_until": None,
        "days_left": None,
        "renewable": False,
    }


def test_a_failed_run_is_shown_with_its_reason(operator: DemoServer, logbook: DemoLogbook) -> None:
    operator.faults = Faults(server_error=1.0, most_in_a_row=100)
    assert logbook.run("run", after=timedelta(hours=30)).code == 75
    values = values_of(logbook.do("status", after=timedelta(hours=31, minutes=30)))
    failed, _, reason = values["last run"].partition(" | ")
    assert failed == "2025-11-13 12:15, failed"
    assert reason.startswith("127.0.0.1:")
    assert values["last success"] == "2025-11-12 06:15, 1 day 7 hours ago"
    assert account_of(logbook.do("status", "--json"))["last_run_error"] == reason


@pytest.mark.system
def test_gaps_are_shown_with_the_command_that_fetches_them(empty_logbook: DemoLogbook, operator: DemoServer) -> None:
    empty_logbook.store_login(operator.tenant)
    now, earlier = datetime(2025, 11, 12, 5, 15, tzinfo=UTC), datetime(2025, 4, 20, tzinfo=UTC)
    operator.tenant.now = earlier
    empty_logbook.archive("--since", "2025-04-01", "--until", "2025-04-30", now=earlier)
    operator.tenant.now = now
    empty_logbook.archive("--since", "2025-08-01", "--until", "2025-08-31", now=now)
    gaps = values_of(empty_logbook.do("status"))["gaps"]
    assert gaps == (
        "never listed: 2025-05 to 2025-07, 2025-09 to 2025-10 | listed too early: 2025-04 | "
        "Fetch them: ladebog extract --since 2025-04-01 --until 2025-10-31"
    )
    empty_logbook.archive(*gaps.rpartition("ladebog extract ")[2].split(), now=now)
    assert values_of(empty_logbook.do("status"))["gaps"] == "none"


@pytest.mark.system
def test_missing_details_are_counted(empty_logbook: DemoLogbook, operator: DemoServer) -> None:
    empty_logbook.store_login(operator.tenant)
    empty_logbook.archive("--since", "2025-09-01")
    newest, other = operator.tenant.scene("newest").id, operator.tenant.scene("clocks_back_2025").id
    for session_id in (newest, other):
        operator.tenant.correct(session_id, energy_wh=1)
    listing = empty_logbook.folder / "history.json"

    entries = [history_entry(operator.tenant.sessions[session_id]) for session_id in (newest, other)]
    listing.write_bytes(msgspec.json.encode({"session_history": entries}))
    later = (DEMO_NOW + timedelta(hours=1)).isoformat()
    empty_logbook.do("import", "--fetched-at", later, str(listing), after=timedelta(hours=1))
    values = values_of(empty_logbook.do("status"))
    assert values["gaps"] == (
        "without details: 2 sessions, in 2025-10 | Fetch them: ladebog extract --since 2025-10-01 --until 2025-10-31"
    )
    assert account_of(empty_logbook.do("status", "--json"))["details_missing"] == 2
    assert values["findings"].endswith(": ladebog check --account demo")


def test_quarantined_answers_are_listed(logbook: DemoLogbook) -> None:
    capture = logbook.folder / "history.json"
    capture.write_text('{"session_history": [{"session": {"id": "9", "status": "finished", "energy": "much"}}]}')
    logbook.do("import", "--fetched-at", (DEMO_NOW + timedelta(hours=1)).isoformat(), str(capture))
    quarantined = values_of(logbook.do("status"))["quarantined"]
    assert quarantined.startswith("1 | session_history 9: ")


class LockedKeyring(keyring.backend.KeyringBackend):
    """Has only the passwords that were stored in this process, like a keyring that was locked after a login."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.passwords: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str:
        if username not in self.passwords:
            raise keyring.errors.KeyringLocked(username)
        return self.passwords[username]

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.passwords[username]


def test_a_locked_keyring_is_reported_and_the_rest_is_shown(
    shared_logbook: DemoLogbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring_before = keyring.get_keyring()
    keyring.set_keyring(LockedKeyring())
    monkeypatch.setattr(shared_logbook, "credentials", "")  # so that no file is named
    try:
        outcome = shared_logbook.run("status")
    finally:
        keyring.set_keyring(keyring_before)
    assert outcome.code == 1
    values = values_of(outcome)
    assert values["login"] == "unknown: see the errors below"
    assert values["sessions"] == "24 finished, since 2025-09-01"
    assert outcome.err == (
        "ladebog: The keyring cannot be used (KeyringLocked).\n"
        f"  Unlock it, or name a file for logins instead: export {FILE_VARIABLE}=FILE\n"
    )


def test_a_credentials_file_that_others_can_open_is_reported(logbook: DemoLogbook) -> None:
    logbook.credentials.chmod(0o644)
    outcome = logbook.run("status", "--json")
    assert (outcome.code, account_of(outcome)["login"]["state"]) == (1, "unknown")
    assert json.loads(outcome.out)["problems"] == [
        {
            "message": f"{logbook.credentials} holds logins and other users can open it (mode 0644).",
            "next": f"Close it: chmod 600 {logbook.credentials}",
        }
    ]
    assert account_of(outcome)["sessions"] == 24


@pytest.mark.system
@pytest.mark.parametrize("fault", ["gone", "empty", "garbage", "another's", "newer", "an older mart"])
def test_an_unusable_database_is_reported_and_the_rest_is_shown(logbook: DemoLogbook, fault: str) -> None:
    path = logbook.paths.database
    match fault:
        case "gone":
            path.unlink()
        case "newer":
            with duckdb.connect(str(path)) as connection:
                connection.execute("update facts.settings set schema_version = 99, ladebog_version = '9.9'")
        case "an older mart":
            with duckdb.connect(str(path)) as connection:
                connection.execute("alter table account_states drop column months_never_listed")
        case "another's":
            path.unlink()
            with duckdb.connect(str(path)) as connection:
                connection.execute("create table guests as select 1 as guest")
        case _:
            path.write_bytes(b"garbage" * 2000 if fault == "garbage" else b"")
    outcome = logbook.run("status", "--max-age", "4h", after=timedelta(hours=3, minutes=30))
    assert outcome.code == 1
    values = values_of(outcome)
    # What is known from raw/ is still shown.
    assert values["last run"] == "2025-11-12 06:15, complete"
    assert values["last success"] == "2025-11-12 06:15, 3 hours ago"
    assert values["login"].startswith("valid until 2026-11-12")
    assert values["the rest"] == "unknown: see the errors below"
    message, advice = outcome.err.splitlines()
    assert message.startswith("ladebog: ")
    command = re.search(r"ladebog (transform|rebuild|run)", advice)
    assert command is not None
    logbook.do("rebuild" if command[1] == "rebuild" else "transform")
    assert values_of(logbook.do("status"))["sessions"] == "24 finished, since 2025-09-01"
    account = account_of(outcome := logbook.run("status", "--json"))
    assert (outcome.code, account["sessions"]) == (0, 24)


def test_without_a_database_and_raw_the_status_shows_what_is_known(logbook: DemoLogbook) -> None:
    logbook.paths.database.write_bytes(b"garbage")
    (segment,) = finished_segments(logbook.paths.raw / "demo")
    segment.write_bytes(b"no gzip")
    outcome = logbook.run("status", "--max-age", "36h")
    assert outcome.code == 3
    assert values_of(outcome)["last run"] == "unknown: see the errors below"
    assert outcome.err.splitlines()[-2:] == [
        "ladebog: demo is stale: it is unknown when a run last succeeded.",
        "  ladebog run --account demo",
    ]
    account = account_of(logbook.run("status", "--json"))
    known = {name: value for name, value in account.items() if value is not None}
    assert sorted(known) == ["account", "login", "raw_bytes", "url"]


@pytest.mark.parametrize(
    ("max_age", "hours_on", "reason"),
    [
        (
            "36h",
            36.5,
            "the last successful run began 2025-11-12 06:15, 1 day 12 hours ago, and 1 day 12 hours are allowed",
        ),
        ("1d12h", 35.5, None),
        ("90m", 2.5, "the last successful run began 2025-11-12 06:15, 2 hours ago, and 90 minutes are allowed"),
        ("100d", 24 * 183.5, "the last successful run began 2025-11-12 06:15, 183 days ago, and 100 days are allowed"),
        ("1h", -2, "the last successful run began 2025-11-12 06:15, which is in the future by this machine's clock"),
    ],
)
def test_a_stale_account_is_reported(
    shared_logbook: DemoLogbook, max_age: str, hours_on: float, reason: str | None
) -> None:
    outcome = shared_logbook.run("-q", "status", "--max-age", max_age, after=timedelta(hours=hours_on))
    expected_error = f"ladebog: demo is stale: {reason}.\n  ladebog run --account demo\n" if reason else ""
    assert outcome == Outcome(3 if reason else 0, "", expected_error)
    account = account_of(shared_logbook.run("status", "--json", "--max-age", max_age, after=timedelta(hours=hours_on)))
    assert (account["stale"], account["stale_reason"]) == (reason is not None, reason)


def test_an_account_without_a_successful_run_is_stale(empty_logbook: DemoLogbook) -> None:
    empty_logbook.do("account", "add", "work", "--url", "https://work.example")
    outcome = empty_logbook.run("-q", "status", "--max-age", "1d")
    assert outcome.err.splitlines() == [
        "ladebog: demo is stale: no run has succeeded yet.",
        "  ladebog run --account demo",
        "ladebog: work is stale: no run has succeeded yet.",
        "  ladebog run --account work",
    ]
    assert empty_logbook.run("-q", "status", "--max-age", "1d", "--account", "work").err.count("stale") == 1


@pytest.mark.parametrize(
    "invalid_text", ["", "36", "h", "soon", "-1h", "1.5h", "0h", "12h1d", "1w", "9999999h", "36 hours"]
)
def test_invalid_lengths_of_time_are_refused(empty_logbook: DemoLogbook, invalid_text: str) -> None:
    message, _ = refusal(empty_logbook.run("status", "--max-age", invalid_text), 2)
    assert message == (
        f"Invalid value for '--max-age': {invalid_text!r} is not a length of time. Write it like 36h, 2d, 90m or 1d12h."
    )


def test_the_status_has_the_time_of_the_next_run(shared_logbook: DemoLogbook) -> None:
    lock = LoopLock(shared_logbook.paths)
    with lock.held():
        lock.write_next_run(DEMO_NOW + timedelta(days=1))
        read = status.read_status(shared_logbook.paths, [shared_logbook.account], DEMO_NOW)
    assert str(read.accounts[0].next_run_at) == "2025-11-13 06:15:00+01:00"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (10_450_000, "10.4 MB"), (2 * 10**9, "2.0 GB")],
)
def test_sizes_are_shown_in_decimal_units(number: int, text: str) -> None:
    assert size(number) == text


def test_a_database_that_another_version_made_is_named(logbook: DemoLogbook) -> None:
    with duckdb.connect(str(logbook.paths.database)) as connection:
        connection.execute("drop schema intermediate cascade")
    outcome = logbook.run("status")
    assert f"{logbook.paths.database} was made by another version of Ladebog" in outcome.err
    assert "ladebog transform" in outcome.err
