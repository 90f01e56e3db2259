"""`ladebog import`: text captures, HAR files and plain answers of the user's app."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo import DemoServer, Tenant
from pipeline.demo.answers import history_entry, session_detail
from pipeline.demo.model import DemoSession
from pipeline.raw.lines import read_lines
from pipeline.raw.segments import finished_segments
from pipeline.settings.names import host_and_port
from tests.demo import expected_marts
from tests.scenarios.demo_logbook import DemoLogbook

_DATE = "Wed, 12 Nov 2025 05:15:00 GMT"


def detail(session: DemoSession) -> dict[str, Any]:
    return {"session": session_detail(session, power_history=True, smart_charging_schedule=True, tax_name=True)}


def exchange(server: DemoServer, path: str, answer: dict[str, Any]) -> str:
    return (
        f"URL\n{server.url}/api/v1/app/{path}\n"
        "Request Headers\nAuthorization: Bearer made-up\nAccept: application/json\n"
        f"Response Headers\nContent-Type: application/json\nDate: {_DATE}\nx-req-trace-id: Root=1-0\n"
        f"Response Content\n{json.dumps(answer, ensure_ascii=False)}\n\n"
    )


@pytest.fixture
def capture(operator: DemoServer, empty_logbook: DemoLogbook) -> Path:
    """A capture of the app's traffic with an active session and one that ended."""
    path = empty_logbook.folder / "two sessions.capture.txt"
    sessions = [operator.tenant.scene("active"), operator.tenant.scene("newest")]
    exchanges = [exchange(operator, f"session/{s.id}?withPowerHistory=1&withTaxName=1", detail(s)) for s in sessions]
    path.write_text("".join(exchanges), "utf-8")
    return path


@pytest.mark.system
def test_an_active_session_is_in_the_status_and_in_no_report(
    empty_logbook: DemoLogbook, tenant: Tenant, capture: Path
) -> None:
    active, newest = tenant.scene("active"), tenant.scene("newest")
    outcome = empty_logbook.do("import", str(capture))
    assert outcome.out == "demo: 2 answers read, 2 archived, 0 already there.\nNext: ladebog status\n"
    assert outcome.err == ""
    status = empty_logbook.do("status").out.splitlines()
    assert f"  active          {active.id}" in status
    assert [line for line in status if "finished" in line] == ["  sessions        1 finished, since 2025-11-09"]
    assert "  last run        never: ladebog run --account demo" in status
    assert empty_logbook.ask("select session_id, energy_kwh from sessions") == [
        {"session_id": newest.id, "energy_kwh": row["energy_kwh"]}
        for row in expected_marts.sessions(tenant)
        if row["session_id"] == newest.id
    ]
    explained = empty_logbook.do("explain", newest.id).out
    assert "imported, received 2025-11-12 06:15:00" in explained
    assert "fetched" not in explained, "only what was fetched is called that"
    printed = empty_logbook.do("report", "2025-11", "--format", "csv").out
    assert f"so not in this report: 1 session, {active.id} (started 2025-11-11).\n" in printed
    report = (empty_logbook.paths.reports / "demo-2025-11-sessions.csv").read_text("utf-8-sig")
    assert newest.id in report
    assert active.id not in report


@pytest.mark.system
def test_a_second_import_archives_nothing(empty_logbook: DemoLogbook, capture: Path) -> None:
    empty_logbook.do("import", str(capture))
    marts, documents = empty_logbook.marts(), empty_logbook.ask("select * from documents")
    again = empty_logbook.do("import", str(capture)).out
    assert again == "demo: 2 answers read, 0 archived, 2 already there.\nNext: ladebog status\n"
    assert marts == empty_logbook.marts()
    assert documents == empty_logbook.ask("select * from documents")
    _, second = finished_segments(empty_logbook.paths.raw / "demo")
    assert [line.endpoint for line, _ in read_lines(second)] == ["run"]


@pytest.mark.system
def test_an_imported_answer_is_stored_byte_for_byte_with_its_own_time(
    empty_logbook: DemoLogbook, tenant: Tenant, capture: Path
) -> None:
    empty_logbook.do("import", str(capture))
    (segment,) = finished_segments(empty_logbook.paths.raw / "demo")
    line = next(read_lines(segment))[0]
    assert bytes(line.body) == json.dumps(detail(tenant.scene("active")), ensure_ascii=False).encode()
    assert str(line.fetched_at) == "2025-11-12 05:15:00+00:00"
    assert (line.key, line.trace_id) == (tenant.scene("active").id, "Root=1-0")


@pytest.mark.system
def test_a_plain_history_answer_gives_sessions_and_months(empty_logbook: DemoLogbook, tenant: Tenant) -> None:
    path = empty_logbook.folder / "history.json"
    entries = [history_entry(session) for session in tenant.sessions.values()]
    path.write_text(json.dumps({"session_history": entries}, indent=2), "utf-8")
    assert empty_logbook.do("import", str(path)).out.startswith("demo: 1 answer read, 1 archived, 0 already there.")
    figures = ("month", "currency", "sessions", "energy_kwh", "amount_incl_tax")
    assert [{name: row[name] for name in figures} for row in expected_marts.months(tenant)] == empty_logbook.ask(
        f"select {', '.join(figures)} from months order by month, currency"  # noqa: S608
    )
    assert empty_logbook.value("select count(*) from sessions") == len(expected_marts.sessions(tenant))
    assert empty_logbook.do("import", str(path)).out.startswith("demo: 1 answer read, 0 archived, 1 already there.")


@pytest.mark.system
@pytest.mark.parametrize("encoding", ["", "base64"])
def test_sessions_are_imported_from_a_har_file(empty_logbook: DemoLogbook, operator: DemoServer, encoding: str) -> None:
    newest = operator.tenant.scene("newest")
    text = json.dumps(detail(newest))
    content = {"text": base64.b64encode(text.encode()).decode(), "encoding": "base64"} if encoding else {"text": text}
    entry = {
        "startedDateTime": "2025-11-12T06:15:00.000+01:00",
        "request": {"method": "GET", "url": f"{operator.url}/api/v1/app/session/{newest.id}", "headers": []},
        "response": {"status": 200, "headers": [], "content": {"mimeType": "application/json", **content}},
    }
    foreign_entry = {
        "request": {"method": "GET", "url": "https://elsewhere.example/logo.png"},
        "response": {"status": 200, "content": {"text": "PNG"}},
    }
    path = empty_logbook.folder / "traffic.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [foreign_entry, entry]}}), "utf-8")
    assert empty_logbook.do("import", str(path)).out.startswith("demo: 1 answer read, 1 archived, 0 already there.")
    names = ("session_id", "energy_kwh", "amount_incl_tax", "power_samples", "tax_amount")
    expected = [row for row in expected_marts.sessions(operator.tenant) if row["session_id"] == newest.id]
    assert [{name: row[name] for name in names} for row in expected] == empty_logbook.ask(
        f"select {', '.join(names)} from sessions"  # noqa: S608
    )


@pytest.mark.system
def test_what_is_left_out_is_counted_and_named(empty_logbook: DemoLogbook, capture: Path, operator: DemoServer) -> None:
    cut = exchange(operator, "session/9", {"session": {"id": "9"}}).replace('"9"}}', "")
    capture.write_text(capture.read_text("utf-8") + 12 * cut, "utf-8")
    outcome = empty_logbook.do("import", str(capture))
    assert outcome.out.startswith("demo: 2 answers read, 2 archived, 0 already there.\n")
    first, *named, more = outcome.err.splitlines()
    assert first == f"ladebog: note: 12 answers in {capture} cannot be used; the others are imported:"
    assert len(named) == 10
    assert "the answer at line " in named[0]
    assert "is cut off or not JSON" in named[0]
    assert more == "ladebog: note: and 2 more"


@pytest.mark.system
def test_answers_of_another_host_are_refused_unless_asked_for(
    empty_logbook: DemoLogbook, capture: Path, operator: DemoServer
) -> None:
    capture.write_text(capture.read_text("utf-8").replace(operator.url, "https://other.example"), "utf-8")
    refused = empty_logbook.run("import", str(capture))
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        "ladebog: Nothing was imported: 2 answers of other.example, but the operator of account demo is "
        f"{host_and_port(operator.url)}.\n"
        "  If they are of the same operator, import them with: ladebog import --any-host FILE\n"
    )
    assert finished_segments(empty_logbook.paths.raw / "demo") == []
    assert empty_logbook.do("import", "--any-host", str(capture)).out.startswith("demo: 2 answers read, 2 archived")


def test_answers_of_another_port_are_of_another_host(
    empty_logbook: DemoLogbook, capture: Path, operator: DemoServer
) -> None:
    capture.write_text(capture.read_text("utf-8").replace(operator.url, "http://127.0.0.1:1"), "utf-8")
    refused = empty_logbook.run("import", str(capture))
    assert refused.code == 1
    assert "2 answers of 127.0.0.1:1, but" in refused.err
    capture.write_text(capture.read_text("utf-8").replace("127.0.0.1:1/", "127.0.0.1:1x/"), "utf-8")
    assert empty_logbook.run("import", str(capture)).code == 1


@pytest.mark.system
def test_answers_of_another_host_are_left_out_alone(
    empty_logbook: DemoLogbook, capture: Path, operator: DemoServer, tenant: Tenant
) -> None:
    """The name of a host may be in capitals and end in a dot."""
    same, other = operator.url.replace("127.0.0.1", "127.0.0.1."), "https://other.example"
    first, second = [f"URL\n{part}" for part in capture.read_text("utf-8").split("URL\n")[1:]]
    capture.write_text(first.replace(operator.url, other) + second.replace(operator.url, same), "utf-8")
    outcome = empty_logbook.do("import", str(capture))
    assert outcome.out.startswith("demo: 1 answer read, 1 archived, 0 already there.")
    own = host_and_port(operator.url)
    assert f"left out 1 answer of other.example, but the operator of account demo is {own}." in outcome.err
    assert empty_logbook.ask("select session_id from sessions") == [{"session_id": tenant.scene("newest").id}]


@pytest.mark.system
def test_an_answer_without_an_address_is_of_the_account(empty_logbook: DemoLogbook, tenant: Tenant) -> None:
    path = empty_logbook.folder / "detail.json"
    path.write_text(json.dumps(detail(tenant.scene("newest"))), "utf-8")
    assert empty_logbook.do("import", str(path)).err == ""
