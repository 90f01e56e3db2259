"""An operator that is down, sends unusable responses or refuses the login."""

import socket

import pytest

from pipeline.demo import DemoServer, Faults, Tenant
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook


@pytest.mark.parametrize("command", ["extract", "run"])
def test_a_command_without_a_login_is_refused(empty_logbook: DemoLogbook, command: str) -> None:
    message, advice = refusal(empty_logbook.run(command), 4)
    assert message == f"No login is stored for account demo in {empty_logbook.credentials}."
    assert advice == "Log in: ladebog login demo"


@pytest.mark.system
def test_a_run_without_a_login_in_a_process_is_refused(empty_logbook: DemoLogbook) -> None:
    assert refusal(empty_logbook.run_process("run"), 4)[1] == "Log in: ladebog login demo"


def test_a_refused_token_ends_the_command(operator: DemoServer, logbook: DemoLogbook) -> None:
    operator.tenant.expire_token()
    operator.tenant.refresh(operator.tenant.refresh_token)
    message, advice = refusal(logbook.run("extract"), 4)
    assert message == "The operator no longer accepts the login of account demo."
    assert advice == "Log in again: ladebog login demo"
    logbook.do("transform")
    assert logbook.ask("select outcome, error from runs order by segment desc limit 1") == [
        {"outcome": "failed", "error": message}
    ]


def test_a_web_page_as_answer_ends_the_command(operator: DemoServer, logbook: DemoLogbook) -> None:
    operator.faults = Faults(not_json=1.0, most_in_a_row=100)
    message, advice = refusal(logbook.run("extract"), 75)
    host = operator.url.removeprefix("http://")
    assert message.startswith(f"{host} answers with HTML ")
    assert " in 8 tries (trace id Root=1-" in message
    assert message.endswith("): is the address right?")
    assert advice.startswith("If it is, run the same command again later. If not: ladebog account add demo --url ")


@pytest.mark.parametrize("fault", ["too_many", "server_error", "truncated_body"])
def test_an_operator_with_server_errors_ends_the_command(
    operator: DemoServer, logbook: DemoLogbook, fault: str
) -> None:
    operator.faults = Faults(**{fault: 1.0}, most_in_a_row=100)  # type: ignore[arg-type]
    message, advice = refusal(logbook.run("extract"), 75)
    assert " gave no usable answer in 8 tries; the last time it " in message
    assert advice == "Run the same command again later"


@pytest.mark.system
def test_an_operator_that_cannot_be_reached_ends_the_command(tenant: Tenant, logbook: DemoLogbook) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    logbook.do("account", "add", "demo", "--moved", "--url", f"http://127.0.0.1:{port}")
    logbook.store_login(tenant)
    message, advice = refusal(logbook.run("extract"), 75)
    assert message.startswith(f"127.0.0.1:{port} gave no usable answer in 8 tries; the last time it ")
    assert advice == "Run the same command again later"


@pytest.mark.system
def test_a_failed_run_keeps_the_marts_and_the_next_one_continues(operator: DemoServer, logbook: DemoLogbook) -> None:
    before = logbook.marts()["sessions"]
    operator.faults = Faults(server_error=1.0, most_in_a_row=100)
    assert logbook.run("run").code == 75
    assert before == logbook.marts()["sessions"]
    operator.faults = Faults()
    logbook.archive("--since", "2025-09-01")
    assert before == logbook.marts()["sessions"]
    outcomes = logbook.ask("select outcome from runs order by segment")
    assert [row["outcome"] for row in outcomes] == ["complete", "failed", "complete"]
