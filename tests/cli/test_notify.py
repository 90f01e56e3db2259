"""Messages at the end of a run: what they contain, when they are sent, and that they never change the run."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo import DEMO_NOW, DemoServer, Faults
from tests.cli.refusal import refusal
from tests.operations.notify.mail_server import MailServer, running_mail_server
from tests.scenarios.demo_logbook import DemoLogbook, Outcome
from tests.source.loopback import Script, answer, serving

pytestmark = pytest.mark.system

_SERVER_ERRORS = Faults(server_error=1.0, most_in_a_row=100)


@pytest.fixture
def webhook() -> Iterator[Script]:
    """A webhook that accepts every message."""
    with serving(answer(200)) as script:
        yield script


_IS_NOT_CLAIMED = " is closed and not claimed"


def all_sent_messages(webhook: Script) -> list[list[str]]:
    """The texts of the causes of each message since the last call."""
    messages = [[cause["text"] for cause in json.loads(request.body)["causes"]] for request in webhook.requests]
    webhook.requests.clear()
    return messages


def sent_messages(webhook: Script) -> list[list[str]]:
    """Like `all_sent_messages`, without the many months that are not claimed."""
    messages = [
        [text for text in message if not text.endswith(_IS_NOT_CLAIMED)] for message in all_sent_messages(webhook)
    ]
    return [message for message in messages if message]


def set_webhook(logbook: DemoLogbook, webhook: Script) -> None:
    with logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write(f'\n[notify]\nwebhook = "{webhook.url}/canary-path"\n')


def run_at(logbook: DemoLogbook, hours: float) -> Outcome:
    return logbook.run("run", after=timedelta(hours=hours))


def quarantine(logbook: DemoLogbook, session_id: str, hours: float, energy: Any = "much") -> None:
    """Import a listing with an unreadable session, which is an error of the checks."""
    capture = logbook.folder / "history.json"
    session = {"id": session_id, "status": "finished", "energy": energy}
    capture.write_text(json.dumps({"session_history": [{"session": session}]}), "utf-8")
    at = (DEMO_NOW + timedelta(hours=hours)).isoformat()
    logbook.do("import", "--fetched-at", at, str(capture), after=timedelta(hours=hours))


def test_a_failing_run_sends_one_message_per_day(operator: DemoServer, logbook: DemoLogbook, webhook: Script) -> None:
    set_webhook(logbook, webhook)
    assert run_at(logbook, 1).code == 0
    assert sent_messages(webhook) == []
    operator.faults = _SERVER_ERRORS
    unreachable = [["demo: the operator could not be reached, or its answers are unusable"]]
    outcomes = []
    for hours, expected in ((2, unreachable), (3, []), (25, []), (27, unreachable)):
        outcomes.append(run_at(logbook, hours))
        assert sent_messages(webhook) == expected, hours
    assert [outcome.code for outcome in outcomes] == [75] * 4
    assert [outcome.err.count("\n") for outcome in outcomes] == [2] * 4
    operator.faults = Faults()
    assert run_at(logbook, 60).code == 0
    assert sent_messages(webhook) == []
    operator.faults = _SERVER_ERRORS
    run_at(logbook, 61)
    assert sent_messages(webhook) == unreachable


def test_a_new_error_sends_one_message_while_it_lasts(
    operator: DemoServer, logbook: DemoLogbook, webhook: Script
) -> None:
    set_webhook(logbook, webhook)
    quarantine(logbook, "9", 1)
    first_message = ["demo: error, session 9: unreadable session"]
    run_at(logbook, 2)
    assert sent_messages(webhook) == [first_message]
    quarantine(logbook, "8", 30)
    run_at(logbook, 31)
    assert sent_messages(webhook) == [["demo: error, session 8: unreadable session"]]
    # While the database cannot be read, the findings in it count as unchanged.
    writer, content = logbook.paths.writer_database, logbook.paths.database.read_bytes()
    writer_content = writer.read_bytes()
    logbook.paths.database.write_bytes(b"garbage")
    writer.write_bytes(b"garbage" * 2000)
    assert run_at(logbook, 90).code == 1
    assert sent_messages(webhook) == [["The run failed: the logbook or the login cannot be used"]]
    logbook.paths.database.write_bytes(content)
    writer.write_bytes(writer_content)
    run_at(logbook, 120)
    assert sent_messages(webhook) == []


def test_no_message_contains_a_secret_or_an_address(
    operator: DemoServer, logbook: DemoLogbook, webhook: Script
) -> None:
    set_webhook(logbook, webhook)
    quarantine(logbook, "9", 1)
    operator.faults = _SERVER_ERRORS
    outcome = run_at(logbook, 2)
    ((request,), tenant) = webhook.requests, operator.tenant
    sent = request.body.decode()
    addresses = {session.site.address for session in tenant.sessions.values()}
    secret_texts = {
        tenant.token,
        tenant.refresh_token,
        tenant.client_secret,
        "127.0.0.1",
        "http",
        str(logbook.home),
        *addresses,
    }
    assert [word for word in secret_texts if word in sent] == []
    next_commands = [cause["next"] for cause in json.loads(sent)["causes"]]
    assert next_commands[:2] == ["ladebog run", "ladebog check --account demo"]
    assert {command.rpartition(" 2025-")[0] for command in next_commands[2:]} == {"ladebog claim create"}
    assert "canary-path" not in outcome.out + outcome.err


def test_a_message_that_cannot_be_sent_changes_nothing(operator: DemoServer, logbook: DemoLogbook) -> None:
    with serving(answer(503)) as webhook:
        set_webhook(logbook, webhook)
        quarantine(logbook, "9", 1)
        unnotified = logbook.copied(logbook.folder.with_name("unnotified"))
        unnotified.paths.settings.write_text(
            unnotified.paths.settings.read_text("utf-8").replace("[notify]", "").replace("webhook", "#"), "utf-8"
        )
        first_outcome, unnotified_outcome = run_at(logbook, 2), run_at(unnotified, 2)
        assert (first_outcome.code, len(webhook.requests)) == (unnotified_outcome.code, 1)
        host = webhook.url.removeprefix("http://")
        assert first_outcome.err.removeprefix(unnotified_outcome.err) == (
            f"ladebog: Message not sent: The webhook at {host} answered 503 Service Unavailable.\n"
            "  Check webhook under [notify] in ladebog.toml, then try it: ladebog notify --test\n"
        )
        assert logbook.marts()["sessions"] == unnotified.marts()["sessions"]
        # A cause that was not delivered is sent by the next run.
        webhook.responders[:] = [answer(200)]
        run_at(logbook, 3)
        assert len(sent_messages(webhook)) == 2
    assert not (unnotified.paths.state / "told.json").exists()


def test_a_failed_run_stays_failed_if_the_message_fails_too(operator: DemoServer, logbook: DemoLogbook) -> None:
    with serving(answer(200)) as webhook:
        set_webhook(logbook, webhook)
    operator.faults = _SERVER_ERRORS
    outcome = run_at(logbook, 1)
    assert outcome.code == 75
    not_sent, _, failure, _ = outcome.err.splitlines()
    assert not_sent.startswith("ladebog: Message not sent: The webhook's host 127.0.0.1:")
    assert failure.startswith("ladebog: 127.0.0.1:")
    (logbook.paths.state / "told.json").unlink()
    (logbook.paths.state / "told.json").mkdir()
    outcome = run_at(logbook, 2)
    assert (outcome.code, outcome.err.splitlines()[0]) == (75, "ladebog: Message not sent: IsADirectoryError.")


def test_a_run_that_finds_the_logbook_locked_sends_no_message(logbook: DemoLogbook, webhook: Script) -> None:
    set_webhook(logbook, webhook)
    with logbook.paths.lock():
        assert run_at(logbook, 1).code == 75
    assert sent_messages(webhook) == [["The run failed: another run was writing to the logbook"]]


def test_one_account_that_fails_does_not_stop_the_other(
    operator: DemoServer, logbook: DemoLogbook, webhook: Script
) -> None:
    set_webhook(logbook, webhook)
    text = logbook.paths.settings.read_text("utf-8")
    first_account = f'[account.an-earlier]\nurl = "{operator.url}"\n\n'
    logbook.paths.settings.write_text(first_account + text, "utf-8")
    outcome = run_at(logbook, 1)
    assert (outcome.code, outcome.out.splitlines()[0][:5]) == (4, "demo:")
    assert "demo-2025-10.xlsx" in outcome.out
    assert outcome.err.endswith("  Log in: ladebog login an-earlier\n")
    assert sent_messages(webhook) == [["an-earlier: a new login is needed"]]
    logbook.paths.settings.write_text(first_account.replace("an-earlier", "b") + first_account + text, "utf-8")
    outcome = run_at(logbook, 2)
    assert outcome.err.count("Log in: ladebog login") == 2
    assert sent_messages(webhook) == [["b: a new login is needed"]]
    assert run_at(logbook, 3).code == logbook.run("extract", after=timedelta(hours=4)).code == 4
    assert logbook.value("select count(*) from runs where account = 'demo' and outcome = 'complete'") == 4


def test_commands_that_only_read_send_no_messages(logbook: DemoLogbook, webhook: Script) -> None:
    set_webhook(logbook, webhook)
    quarantine(logbook, "9", 1)
    for command in (["status"], ["check"], ["report", "2025-10"], ["sql", "select 1"], ["transform"], ["notify"]):
        logbook.run(*command, after=timedelta(hours=2))
    logbook.do("status", "--max-age", "1000d")
    assert sent_messages(webhook) == []


def test_a_test_message_goes_to_every_channel(logbook: DemoLogbook, webhook: Script, tmp_path: Path) -> None:
    set_webhook(logbook, webhook)
    host = webhook.url.removeprefix("http://")
    with running_mail_server(MailServer()) as mail_server:
        with logbook.paths.settings.open("a", encoding="utf-8") as file:
            file.write(
                f'[notify.mail]\nhost = "127.0.0.1"\nport = {mail_server.port}\nstarttls = false\n'
                'from = "l@example.org"\nto = ["you@example.org"]\n'
            )
        channels = [f"the webhook at {host}", f"you@example.org through 127.0.0.1:{mail_server.port}"]
        assert logbook.do("notify").out.splitlines() == [
            *(f"Messages go to {channel}." for channel in channels),
            "Try it: ladebog notify --test",
        ]
        assert (webhook.requests, mail_server.messages) == ([], [])
        outcome = logbook.do("notify", "--test")
        assert outcome == Outcome(0, f"A test message went to {' and '.join(channels)}.\n", "")
        assert sent_messages(webhook) == [["This is a test message: messages arrive."]]
        assert mail_server.messages[0]["Subject"] == "Ladebog: This is a test message: messages arrive."
    message, advice = refusal(logbook.run("notify", "--test"), 1)
    assert message == f"The mail server 127.0.0.1:{mail_server.port} refused the connection."
    assert advice == "Check [notify.mail] in ladebog.toml, then try it: ladebog notify --test"
    assert len(sent_messages(webhook)) == 1


def test_a_test_message_needs_a_notify_setting(logbook: DemoLogbook) -> None:
    message, advice = refusal(logbook.run("notify", "--test"), 1)
    assert message == f"{logbook.paths.settings} does not set where messages go."
    assert advice == "Add [notify] to it with a webhook or [notify.mail]"


def test_a_closed_month_without_a_claim_sends_one_message(
    operator: DemoServer, logbook: DemoLogbook, webhook: Script
) -> None:
    logbook.do("claim", "create", "2025-09", "--without-receipts")
    set_webhook(logbook, webhook)
    run_at(logbook, 1)
    (message,) = all_sent_messages(webhook)
    assert f"demo: 2025-10{_IS_NOT_CLAIMED}" in message
    assert f"demo: 2025-09{_IS_NOT_CLAIMED}" not in message
    run_at(logbook, 30)
    assert all_sent_messages(webhook) == []
