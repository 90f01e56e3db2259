"""What operators send, what people type and what files contain is refused, named or left out; nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo import Tenant
from pipeline.demo.answers import history_entry, session_detail
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Record
from tests.faults.content import count_lost, items
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

pytestmark = pytest.mark.faults

_OLDER, _ANSWERED = "2024-09-30T23:00:00Z", "2024-10-02T12:00:00Z"
_NEW_ID = "999001"
_TOKEN = ("login", "demo", "--token-stdin")


@pytest.fixture
def tenant() -> Tenant:
    """The operator's data, to send changed."""
    return Tenant(now=NOW)


def newest_detail(tenant: Tenant, **fields: Any) -> dict[str, Any]:
    """The details of the newest finished session, with some fields changed."""
    newest = max((session for session in tenant.sessions.values() if session.stopped_at), key=lambda s: s.started_at)
    detail = session_detail(newest, power_history=True, smart_charging_schedule=True, tax_name=True)
    return {"session": {**detail, **fields}}


def imported(logbook: DemoLogbook, answer: object, *options: str) -> Outcome:
    path = logbook.folder / "answer.json"
    path.write_text(answer if isinstance(answer, str) else json.dumps(answer), "utf-8")
    return logbook.run("import", *options, str(path), now=NOW)


def rules(logbook: DemoLogbook, session_id: str) -> set[str]:
    return {row["rule"] for row in logbook.ask("select rule from check_results where session_id = ?", session_id)}


def figures(logbook: DemoLogbook) -> list[dict[str, Any]]:
    return logbook.ask("select session_id, energy_kwh, amount_incl_tax, stopped_at from sessions order by session_id")


@pytest.mark.parametrize("options", [("--fetched-at", _OLDER), ()], ids=["older", "without a time"])
def test_an_import_does_not_outrank_what_was_fetched_later(
    archived_logbook: DemoLogbook, tenant: Tenant, record: Record, options: tuple[str, ...]
) -> None:
    before, figures_before = items(archived_logbook), figures(archived_logbook)
    answer = newest_detail(tenant, energy=1, amount=0.01, totalAmount=0.01)
    assert imported(archived_logbook, answer, *options).code == 0
    assert figures(archived_logbook) == figures_before
    kind = "older than what was fetched" if options else "without a time"
    record(f"import: {kind}", 1, count_lost(before, archived_logbook))


def test_an_untimed_listing_keeps_no_month_open(archived_logbook: DemoLogbook, tenant: Tenant, record: Record) -> None:
    query = "select month, is_closed from month_states order by month"
    before, months = items(archived_logbook), archived_logbook.ask(query)
    entries = [history_entry(session) for session in tenant.sessions.values()]
    assert imported(archived_logbook, {"session_history": entries}).code == 0
    assert archived_logbook.ask(query) == months
    assert archived_logbook.ask("from check_results where rule in ('missing_detail', 'vanished')") == []
    record("import: a listing without a time", 1, count_lost(before, archived_logbook))


def test_an_import_from_another_host(archived_logbook: DemoLogbook, tenant: Tenant, record: Record) -> None:
    before, path, answer = items(archived_logbook), archived_logbook.folder / "other.txt", newest_detail(tenant)
    path.write_text(
        f"URL\nhttps://other.example/api/v1/app/session/{answer['session']['id']}\n"
        "Request Headers\nAccept: application/json\n"
        "Response Headers\nContent-Type: application/json\nDate: Wed, 02 Oct 2024 05:15:00 GMT\n"
        f"Response Content\n{json.dumps(answer)}\n\n",
        "utf-8",
    )
    message, advice = refusal(archived_logbook.run("import", str(path), now=NOW), 1)
    assert "1 answer of other.example" in message
    record("import: from another host", 1, count_lost(before, archived_logbook), message, advice)


def test_two_accounts_with_one_session(archived_logbook: DemoLogbook, tenant: Tenant, record: Record) -> None:
    before = items(archived_logbook)
    archived_logbook.do("account", "add", "twin", "--url", archived_logbook.account.url, now=NOW)
    answer = newest_detail(tenant)
    assert imported(archived_logbook, answer, "--account", "twin", "--fetched-at", _ANSWERED).code == 0
    assert "session_in_two_accounts" in rules(archived_logbook, answer["session"]["id"])
    found = archived_logbook.run("check", "--account", "twin", now=NOW)
    assert (found.code, "session_in_two_accounts" in found.out) == (3, True)
    record("one session in two accounts", 1, count_lost(before, archived_logbook))


ODD_SESSIONS: dict[str, tuple[dict[str, Any], str]] = {
    "a stop less than a day after the answer": ({"stoppedAt": "2024-10-02T20:00:00+00:00"}, "stop_after_answer"),
    "a stop more than a day after the answer": ({"stoppedAt": "2038-01-19T03:14:07+00:00"}, "unreadable_session"),
    "a time of year 1": ({"startedAt": "0001-01-01T00:00:00+00:00"}, "unreadable_session"),
    "a duration unlike start and stop": ({"duration": 10_000_000}, "duration_unlike_times"),
    "a bill beyond its periods": ({"amount": 90_000, "totalAmount": 90_000}, "bill_beyond_periods"),
    "money without energy": ({"energy": 0}, "money_without_energy"),
    "failed, without energy and amount": (
        {"status": "failed", "energy": 0, "amount": 0, "totalAmount": 0, "stoppedAt": None},
        "never_charged",
    ),
}


@pytest.mark.parametrize("name", ODD_SESSIONS)
def test_a_doubtful_session_is_found_and_the_rest_stays(
    archived_logbook: DemoLogbook, tenant: Tenant, record: Record, name: str
) -> None:
    fields, rule = ODD_SESSIONS[name]
    before, figures_before = items(archived_logbook), figures(archived_logbook)
    answer = newest_detail(tenant, **{"id": _NEW_ID, **fields})
    assert imported(archived_logbook, answer, "--fetched-at", _ANSWERED).code == 0
    assert rule in rules(archived_logbook, _NEW_ID)
    assert [row for row in figures(archived_logbook) if row["session_id"] != _NEW_ID] == figures_before
    record(f"operator: {name}", 1, count_lost(before, archived_logbook))


BAD_VALUES: dict[str, Callable[[str], str]] = {
    "1,100 levels of nesting": lambda text: text.replace(
        '"duration": ', f'"x": {"[" * 1100}{"]" * 1100}, "duration": '
    ),
    "half a surrogate pair": lambda text: text.replace('"duration": ', '"note": "\\ud83d", "duration": ', 1),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_an_odd_value_stops_nothing(archived_logbook: DemoLogbook, tenant: Tenant, record: Record, name: str) -> None:
    before, figures_before = items(archived_logbook), figures(archived_logbook)
    text = json.dumps({"session": {**newest_detail(tenant)["session"], "id": _NEW_ID}})
    outcome = imported(archived_logbook, BAD_VALUES[name](text), "--fetched-at", _ANSWERED)
    assert "unexpected" not in outcome.err
    assert [row for row in figures(archived_logbook) if row["session_id"] != _NEW_ID] == figures_before
    archived_logbook.do("extract", now=NOW)
    record(f"operator: {name}", 1, count_lost(before, archived_logbook))


def test_control_characters_in_the_name_of_an_evse(
    archived_logbook: DemoLogbook, tenant: Tenant, record: Record
) -> None:
    before = items(archived_logbook)
    answer = newest_detail(tenant, id=_NEW_ID, evseId="23\x1b[31m\x07\r\u202e17")
    assert imported(archived_logbook, answer, "--fetched-at", _ANSWERED).code == 0
    for command in (("explain", _NEW_ID), ("sql", "select evse from sessions"), ("session", "list"), ("check",)):
        outcome = archived_logbook.run(*command, now=NOW)
        assert not set("\x1b\x07\r\u202e") & set(outcome.out + outcome.err)
    record("operator: control characters in a name", 1, count_lost(before, archived_logbook))


def test_a_tariff_with_reference_ids(archived_logbook: DemoLogbook, record: Record) -> None:
    before = items(archived_logbook)
    pricing = {"minPrice": 2.5, "fallbackElectricityRateId": 6, "subsidyIntegrationId": 3, "taxID": 1}
    evse = {"id": "1", "identifier": "2399", "tariff": {"type": "energy tou", "currency": "DKK", "pricing": pricing}}
    answer = {"data": [{"id": "1", "name": "Carport", "evses": [evse]}]}
    assert imported(archived_logbook, answer, "--fetched-at", _ANSWERED).code == 0
    query = "select tariff_type, not_understood from staging.tariffs where evse_identifier = '2399'"
    assert archived_logbook.ask(query) == [{"tariff_type": "energy tou", "not_understood": None}]
    record("operator: a tariff with reference ids", 1, count_lost(before, archived_logbook))


@pytest.mark.parametrize("place", ["raw", "journal", "claims", "state"])
def test_a_query_written_through_a_link(
    archived_logbook: DemoLogbook, record: Record, tmp_path: Path, place: str
) -> None:
    before = items(archived_logbook)
    (tmp_path / "link").symlink_to(archived_logbook.home / place)
    target = tmp_path / "link" / "x.csv"
    message, advice = refusal(archived_logbook.run("sql", "select 1 as one", "-o", str(target), now=NOW), 2)
    assert not target.exists()
    record("sql -o: into the logbook through a link", 1, count_lost(before, archived_logbook), message, advice)


def test_settings_that_begin_with_a_byte_order_mark(archived_logbook: DemoLogbook, record: Record) -> None:
    before, settings = items(archived_logbook), archived_logbook.paths.settings
    settings.write_bytes(b"\xef\xbb\xbf" + settings.read_bytes())
    archived_logbook.do("run", now=NOW)
    record("ladebog.toml: a byte order mark", 1, count_lost(before, archived_logbook))


@pytest.mark.parametrize("before_token", ["Bearer ", "Authorization: Bearer "])
def test_a_pasted_bearer(archived_logbook: DemoLogbook, tenant: Tenant, record: Record, before_token: str) -> None:
    before = items(archived_logbook)
    archived_logbook.do(*_TOKEN, stdin=f"{before_token}{tenant.token}\n", now=NOW)
    assert archived_logbook.stored_login is not None
    assert archived_logbook.stored_login.token == tenant.token
    record("login: a pasted Bearer", 1, count_lost(before, archived_logbook))


def test_a_mistyped_host(archived_logbook: DemoLogbook, record: Record) -> None:
    before = items(archived_logbook)
    archived_logbook.do("account", "add", "demo", "--url", "http://127.0.0.1:9", "--moved", now=NOW)
    message, advice = refusal(archived_logbook.run(*_TOKEN, stdin="token", now=NOW), 75)
    assert message.endswith("is the address right?")
    record("login: a mistyped host", 1, count_lost(before, archived_logbook), message, advice)
