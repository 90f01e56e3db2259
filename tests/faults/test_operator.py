"""An operator that is busy, slow, faulty, redirecting or not found: it is reported, and the archive is unchanged."""

import gzip
import itertools
import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import pytest

from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items, marts
from tests.scenarios.demo_logbook import DemoLogbook
from tests.source.loopback import Handler, Request, Responder, answer, raw, serving, trickle

pytestmark = pytest.mark.faults

_LATER = "Run the same command again later"
_LATER_OR_ADDRESS = (
    "If it is, run the same command again later. If not: ladebog account add demo --url https://OPERATOR"
)
_ADDRESS = "Check the address, and fix it with: ladebog account add demo --url https://OPERATOR"
_LARGER = "If that is right, raise largest_body_mb under [source] in ladebog.toml"
_MEGABYTES = 8
_SLOW = 30  # seconds that a slow answer takes
_HTML = answer(body=b"<!DOCTYPE html><h1>Soon back</h1>", content_type="text/html")


def endless(handler: Handler, request: Request) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    piece = b" " * 65_536
    for _ in itertools.count():
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))


def slow_head(handler: Handler, request: Request) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(_SLOW * 20):
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.05)


def answer_429(retry_after: str) -> Responder:
    return answer(429, retry_after=retry_after)


# Per fault: what the server does, the exit code, the message after the host's name, and the advice.
_CASES: dict[str, tuple[Responder, int, str, str]] = {
    "429 without Retry-After": (
        answer(429),
        75,
        "gave no usable answer in 8 tries; the last time it answered 429",
        _LATER,
    ),
    "429 with seconds": (
        answer_429("7"),
        75,
        "in 8 tries; the last time it answered 429 Too Many Requests and asked to",
        _LATER,
    ),
    "429 with a date": (answer_429(format_datetime(NOW + timedelta(days=1), usegmt=True)), 75, "asked to wait", _LATER),
    "429 with garbage": (
        answer_429("soon; \x7f"),
        75,
        "in 8 tries; the last time it answered 429 Too Many Requests.",
        _LATER,
    ),
    "429 with a year": (answer_429("31536000"), 75, "in 1 try; the last time it answered 429", _LATER),
    "no answer": (raw(b"", seconds_open=1), 75, "the last time it did not answer in time", _LATER),
    "slow body": (trickle([b" "] * _SLOW * 20, 0.05), 75, "sent a body that took longer than 0.5 s", _LATER),
    "slow head": (slow_head, 75, "the last time it did not answer in time", _LATER),
    "endless body": (endless, 1, f"sends an answer of more than {_MEGABYTES} MB", _LARGER),
    "gzip bomb": (
        answer(body=gzip.compress(bytes(1_000_000), 9) * 200, content_encoding="gzip"),
        1,
        f"sends an answer of more than {_MEGABYTES} MB",
        _LARGER,
    ),
    "Content-Length too large": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}"),
        75,
        "a body that broke off",
        _LATER,
    ),
    "Content-Length too small": (
        raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n{}"),
        75,
        "answers with something that is not JSON (",
        _LATER_OR_ADDRESS,
    ),
    "HTML with 200": (_HTML, 75, "answers with HTML (", _LATER_OR_ADDRESS),
    "redirect to another host": (
        answer(302, location="https://elsewhere.example/api?token=x"),
        1,
        "answers with a redirect to https://elsewhere.example, which an API never does",
        _ADDRESS,
    ),
    "redirect to http": (answer(301, location="http://127.0.0.1/"), 1, "a redirect to http://127.0.0.1, ", _ADDRESS),
    "redirect to file:": (answer(307, location="file:///etc/passwd"), 1, "a redirect to file:/etc/passwd, ", _ADDRESS),
}


def set_retry_policy(logbook: DemoLogbook, fault: str) -> None:
    """Set timeouts that are just long enough for the fault."""
    read_timeout, longest_wait = {"no answer": (0.5, 600)}.get(fault, (10, 0.5 if "slow" in fault else 600))
    with logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write(f"read_timeout = {read_timeout}\nlongest_wait = {longest_wait}\nlargest_body_mb = {_MEGABYTES}\n")


@pytest.mark.parametrize("fault", _CASES)
def test_each_fault_of_the_operator_has_its_message_and_loses_nothing(
    fault: str, new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    responder, code, message, advice = _CASES[fault]
    marts_before, items_before = marts(archived_logbook), items(archived_logbook)
    settings = archived_logbook.paths.settings.read_text("utf-8")
    set_retry_policy(archived_logbook, fault)
    started_at = time.monotonic()
    with serving(responder) as script:
        archived_logbook.do("account", "add", "demo", "--moved", "--url", script.url)
        archived_logbook.store_login(new_operator.tenant)
        found_message, found_advice = refusal(archived_logbook.run("run", now=NOW), code)
        assert "slow" not in fault or time.monotonic() - started_at < _SLOW
    assert found_message.startswith(f"{script.url.removeprefix('http://')} ")
    assert message in found_message
    assert found_advice.startswith(advice)
    assert marts_before == marts(archived_logbook)
    archived_logbook.paths.settings.write_text(settings, "utf-8")
    archived_logbook.do("run", now=NOW)
    record(f"operator: {fault}", 1, count_lost(items_before, archived_logbook), found_message, found_advice)
    assert marts_before == marts(archived_logbook)
    assert_complete(archived_logbook, new_operator.tenant)


def test_a_host_name_that_is_not_found_is_reported(
    new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")
    items_before = items(archived_logbook)
    archived_logbook.do("account", "add", "demo", "--moved", "--url", "https://tenant.invalid")
    archived_logbook.store_login(new_operator.tenant)
    message, advice = refusal(archived_logbook.run("run", now=NOW), 75)
    assert message == (
        "tenant.invalid gave no usable answer in 8 tries; the last time it could not be found by its name."
    )
    assert advice == _LATER
    archived_logbook.do("account", "add", "demo", "--moved", "--url", new_operator.url)
    archived_logbook.do("run", now=NOW)
    record("operator: host name not found", 1, count_lost(items_before, archived_logbook), message, advice)
    assert_complete(archived_logbook, new_operator.tenant)


def _empty_months(server: DemoServer) -> None:
    server.faults.empty_listing_months = frozenset({"2024-09"})


def _empty_all(server: DemoServer) -> None:
    server.faults.empty_listing_calls = 1_000


@pytest.mark.parametrize("make_empty", [_empty_months, _empty_all])
def test_an_empty_list_removes_no_session(
    make_empty: Callable[[DemoServer], None], new_operator: DemoServer, archived_logbook: DemoLogbook, record: Record
) -> None:
    marts_before, items_before = marts(archived_logbook), items(archived_logbook)
    make_empty(new_operator)
    for days in (1, 3):  # twice, more than a day apart, which makes it a finding
        archived_logbook.run("run", now=NOW + timedelta(days=days))
        record("operator: empty list", 1, count_lost(items_before, archived_logbook))
    after = marts(archived_logbook)
    assert {mart: rows for mart, rows in marts_before.items() if mart != "check_results"} == {
        mart: rows for mart, rows in after.items() if mart != "check_results"
    }
    new_operator.faults.empty_listing_months, new_operator.faults.empty_listing_calls = frozenset(), 0
    archived_logbook.do("run", now=NOW + timedelta(days=4))
    assert_complete(archived_logbook, new_operator.tenant)


def test_a_detail_that_answers_500_for_ever(new_operator: DemoServer, new_logbook: DemoLogbook, record: Record) -> None:
    finished = [session.id for session in new_operator.tenant.sessions.values() if session.stopped_at]
    failing = finished[len(finished) // 2]
    new_operator.faults.failing = frozenset({f"/session/{failing}?"})
    outcome = new_logbook.run("run", now=NOW)
    assert outcome.code in (0, 3)
    assert f"ladebog: note: Session {failing} could not be fetched and is left for the next run: " in outcome.err
    details = new_logbook.ask("select key from documents where endpoint = 'session' and status = 200")
    assert {row["key"] for row in details} >= set(finished) - {failing}
    before = items(new_logbook)
    new_operator.faults.failing = frozenset()
    new_logbook.do("run", now=NOW + timedelta(hours=1))
    record("operator: a detail answers 500 for ever", 1, count_lost(before, new_logbook))
    assert_complete(new_logbook, new_operator.tenant)


def _one_detail(server: DemoServer) -> str:
    finished = [session.id for session in server.tenant.sessions.values() if session.stopped_at]
    return f"session/{finished[len(finished) // 2]}?"


@pytest.mark.parametrize("refused", [_one_detail, lambda _: "price-periods", lambda _: "charge-points"])
def test_one_request_that_answers_401_for_ever(
    refused: Callable[[DemoServer], str], new_operator: DemoServer, new_logbook: DemoLogbook, record: Record
) -> None:
    new_operator.faults.refusing = frozenset({refused(new_operator)})
    outcome = new_logbook.run("run", now=NOW)
    assert outcome.code in (0, 3)
    (note,) = [line for line in outcome.err.splitlines() if "left for the next run" in line]
    assert note.endswith("although it accepts the login for others.") or "(trace id " in note
    before = items(new_logbook)
    new_logbook.do("login", "demo", "--token-stdin", stdin=new_operator.tenant.token)
    new_operator.faults.refusing = frozenset()
    new_logbook.do("run", now=NOW + timedelta(hours=1))
    record("operator: one request answers 401 for ever", 1, count_lost(before, new_logbook))
    assert_complete(new_logbook, new_operator.tenant)


@pytest.mark.parametrize("cap", [2, 4])
def test_a_listing_that_is_cut_off(
    cap: int, new_operator: DemoServer, new_logbook: DemoLogbook, record: Record
) -> None:
    new_operator.faults.cap = cap
    new_logbook.run("run", now=NOW)
    record("operator: a listing is cut off", 1, 0)
    assert_complete(new_logbook, new_operator.tenant)
