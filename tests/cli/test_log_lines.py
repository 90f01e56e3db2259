"""What the commands log: always in the logbook, on standard error with --log-format json."""

import json
from datetime import timedelta
from typing import Any

import pytest

from pipeline.demo import DemoServer, Faults
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

_EXTRACT = ("extract", "--since", "2025-11-01")


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def logged_lines(logbook: DemoLogbook) -> list[dict[str, Any]]:
    return lines_of((logbook.paths.logs / "ladebog.log").read_text("utf-8"))


def test_each_failed_request_is_logged_with_its_trace_id(operator: DemoServer, logbook: DemoLogbook) -> None:
    (logbook.paths.logs / "ladebog.log").unlink(missing_ok=True)
    operator.faults = Faults(server_error=1.0, most_in_a_row=2)
    logbook.do(*_EXTRACT)
    failed_requests = [line for line in logged_lines(logbook) if line["event"] == "request failed"]
    assert len(failed_requests) == sum(request.status != 200 for request in operator.requests) > 4
    assert {line["level"] for line in failed_requests} == {"warning"}
    assert all(line["trace_id"].startswith("Root=1-") for line in failed_requests)
    assert len({line["trace_id"] for line in failed_requests}) == len(failed_requests)
    assert {(line["account"], line["command"], line["method"]) for line in failed_requests} == {
        ("demo", "extract", "GET")
    }
    assert {line["status"] for line in failed_requests} <= {500, 502, 503}
    assert [line["event"] for line in logged_lines(logbook) if line not in failed_requests] == [
        "extract begun",
        "extract done",
    ]


def test_debug_logs_each_answered_request(operator: DemoServer, logbook: DemoLogbook) -> None:
    (logbook.paths.logs / "ladebog.log").unlink(missing_ok=True)
    logbook.do("--debug", *_EXTRACT)
    answered_requests = [line for line in logged_lines(logbook) if line["event"] == "request answered"]
    assert [line["path"] for line in answered_requests] == [request.path for request in operator.requests]


def test_a_refused_login_is_logged_and_then_the_error_that_ended_the_command(
    operator: DemoServer, logbook: DemoLogbook
) -> None:
    operator.tenant.expire_token()
    operator.tenant.refresh(operator.tenant.refresh_token)
    logbook.run("run")
    refused_requests = [line for line in logged_lines(logbook) if line["event"] == "request failed"]
    last_line = logged_lines(logbook)[-1]
    probed_and_renewed = [("GET", 401), ("GET", 401), ("POST", 401)]
    assert [(line["method"], line["status"]) for line in refused_requests] == probed_and_renewed
    assert (last_line["event"], last_line["level"], last_line["exit_code"]) == ("failed", "error", 4)
    assert last_line["error"] == "The operator no longer accepts the login of account demo."
    assert last_line["advice"] == "Log in again: ladebog login demo"


def test_standard_error_has_the_logged_lines_in_json(operator: DemoServer, logbook: DemoLogbook) -> None:
    operator.faults = Faults(not_json=1.0, most_in_a_row=100)
    outcome = logbook.run("--log-format", "json", *_EXTRACT)
    lines = lines_of(outcome.err)
    assert (outcome.code, lines[-1]["exit_code"], lines[-1]["event"]) == (75, 75, "failed")
    assert lines == logged_lines(logbook)[-len(lines) :]


@pytest.mark.parametrize(
    ("arguments", "code", "event"),
    [
        (("report", "2025-13"), 2, "usage"),
        (("sql", "selec"), 1, "failed"),
        (("login", "demo", "--nonsense"), 2, "usage"),
    ],
)
def test_errors_are_printed_in_json(
    shared_logbook: DemoLogbook, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, event: str
) -> None:
    monkeypatch.setenv("LADEBOG_LOG_FORMAT", "json")
    outcome = shared_logbook.run(*arguments)
    (line,) = lines_of(outcome.err)
    assert (outcome.code, outcome.out, line["event"], line["exit_code"]) == (code, "", event, code)
    assert line["error"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--log-format", "json", "--nonsense", "status"), "No such option '--nonsense'."),
        (("--nonsense", "--log-format=json", "status"), "No such option '--nonsense'."),
        (("--log-format", "json", "--home", __file__, "status"), "Invalid value for '--home' "),
        (("--home", __file__, "--log-format", "json", "status"), "Invalid value for '--home' "),
        (("--log-format", "json", "--log-format", "xml", "status"), "Invalid value for '--log-format' "),
        (("--log-format", "json", "--home"), "Option '--home' requires an argument."),
        (("--log-format", "json", "nonsense"), "No such command 'nonsense'."),
    ],
)
def test_errors_in_the_options_before_the_command_are_printed_in_json(
    shared_logbook: DemoLogbook, arguments: tuple[str, ...], error: str
) -> None:
    outcome = shared_logbook.run(*arguments)
    (line,) = lines_of(outcome.err)
    assert (outcome.code, outcome.out, line["event"], line["exit_code"]) == (2, "", "usage", 2)
    assert line["error"].startswith(error)


def test_a_wrong_log_format_is_refused_in_the_format_that_the_environment_sets(
    shared_logbook: DemoLogbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Error: Invalid value for '--log-format'" in shared_logbook.run("--log-format", "xml", "status").err
    monkeypatch.setenv("LADEBOG_LOG_FORMAT", "json")
    (line,) = lines_of(shared_logbook.run("--log-format", "xml", "status").err)
    assert line["error"].startswith("Invalid value for '--log-format' ")


def test_progress_is_not_in_json_logs(operator: DemoServer, empty_logbook: DemoLogbook) -> None:
    empty_logbook.store_login(operator.tenant)
    assert {line["event"] for line in lines_of(empty_logbook.do("--log-format", "json", *_EXTRACT).err)} == {
        "extract begun",
        "extract done",
    }


@pytest.mark.system
@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_runs_and_the_status_warn_of_a_login_that_ends_soon(
    operator: DemoServer, empty_logbook: DemoLogbook, quiet: tuple[str, ...]
) -> None:
    empty_logbook.do("login", "demo", "--token-stdin", stdin=operator.tenant.token)
    later = timedelta(days=356)
    warning = "The login of account demo ends on 2026-11-12, in 9 days. Log in again before: ladebog login demo"
    operator.tenant.now += later
    outcome = empty_logbook.do(*quiet, "extract", "--since", "2026-11-01", after=later)
    assert outcome.err == f"ladebog: note: {warning}\n"
    assert "ends in 9 days" in empty_logbook.run("status", after=later).out
    operator.tenant.now -= later
    assert empty_logbook.do("extract", "--since", "2025-11-01").err.count("note") == 0
    assert "in 9 days" not in empty_logbook.run("status").out


def test_a_renewable_login_is_renewed_without_a_warning(operator: DemoServer, empty_logbook: DemoLogbook) -> None:
    empty_logbook.store_login(operator.tenant)
    old = empty_logbook.stored_login
    operator.tenant.now += timedelta(days=356)
    assert empty_logbook.do("-q", "extract", "--since", "2026-11-01", after=timedelta(days=356)) == Outcome(0, "", "")
    assert empty_logbook.stored_login != old
    assert empty_logbook.stored_login is not None
    assert empty_logbook.stored_login.token == operator.tenant.token
