"""A real webhook and mail server on loopback: what they receive, and how their errors are reported."""

import json
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import NotifyError
from pipeline.operations.notify import mail, webhook
from pipeline.operations.notify.causes import Cause
from pipeline.operations.notify.message import compose
from pipeline.operations.notify.send import deliver
from pipeline.settings.schema import Mail, Notify
from tests.operations.notify.mail_server import MailServer, running_mail_server
from tests.source.certificate import certificate
from tests.source.loopback import Server, answer, raw, serving, trickle

NOW = datetime(2025, 11, 12, 6, tzinfo=UTC)
MESSAGE = compose([Cause(key="k", text="hjemme-på-Ærø: et løb", command="ladebog run")], NOW)
MAIL = Mail(host="127.0.0.1", starttls=False, sender="ladebog@example.org", to=("you@example.org", "me@example.org"))


def mail_settings(mail_server: MailServer, **fields: object) -> Mail:
    return Mail(
        **{**{name: getattr(MAIL, name) for name in MAIL.__struct_fields__}, "port": mail_server.port, **fields}
    )  # type: ignore[arg-type]


def test_a_webhook_receives_the_message_as_json() -> None:
    with serving(answer(204, b"")) as script:
        webhook.post(f"{script.url}/services/x?y=1", MESSAGE)
    (request,) = script.requests
    assert (request.method, request.path) == ("POST", "/services/x?y=1")
    assert request.headers["content-type"] == "application/json"
    assert "authorization" not in request.headers
    assert "cookie" not in request.headers
    assert json.loads(request.body) == {
        "source": "ladebog",
        "sent_at": "2025-11-12T06:00:00.000000Z",
        "subject": "Ladebog: hjemme-på-Ærø: et løb",
        "text": "hjemme-på-Ærø: et løb\n  Next: ladebog run",
        "causes": [{"key": "k", "text": "hjemme-på-Ærø: et løb", "next": "ladebog run"}],
        "more": 0,
    }


@pytest.mark.parametrize(
    ("status", "what"), [(500, "500 Internal Server Error"), (404, "404 Not Found"), (302, "302 Found"), (399, "399")]
)
def test_unexpected_answers_of_a_webhook_are_errors(status: int, what: str) -> None:
    with serving(answer(200)) as other, serving(answer(status, b"canary" * 9, location=other.url)) as script:
        with pytest.raises(NotifyError) as raised:
            webhook.post(f"{script.url}/canary", MESSAGE)
        host = script.url.removeprefix("http://")
    assert str(raised.value) == f"The webhook at {host} answered {what}."
    assert raised.value.advice.endswith("ladebog notify --test")
    assert other.requests == []


def test_an_endless_answer_is_not_read() -> None:
    started_at = time.monotonic()
    with serving(trickle([b"x" * 1000] * 100, 0.05)) as script:
        webhook.post(script.url, MESSAGE)
        assert time.monotonic() - started_at < 4


def test_a_webhook_that_cannot_be_reached_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(raw(b"")) as script, pytest.raises(NotifyError, match="broke off the connection"):
        webhook.post(script.url, MESSAGE)
    with pytest.raises(NotifyError, match="refused the connection"):
        webhook.post(script.url, MESSAGE)
    monkeypatch.setattr(webhook, "_READ", 0.05)
    with serving(raw(b"", seconds_open=0.5)) as script, pytest.raises(NotifyError, match="did not answer in time"):
        webhook.post(script.url, MESSAGE)


def test_a_request_to_loopback_uses_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer(200)) as proxy, serving(answer(200)) as script:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        webhook.post(script.url, MESSAGE)
    assert (len(proxy.requests), len(script.requests)) == (0, 1)


def test_a_webhooks_certificate_must_be_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    certificate_file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file)

    def encrypt(server: Server) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    with serving(answer(200), prepare=encrypt) as script:
        url = script.url.replace("http:", "https:")
        with pytest.raises(NotifyError, match="certificate that is not trusted"):
            webhook.post(url, MESSAGE)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate_file))
        webhook.post(url, MESSAGE)
    assert len(script.requests) == 1


def test_the_mail_server_receives_the_message_as_text() -> None:
    with running_mail_server(MailServer()) as mail_server:
        assert mail.send(mail_settings(mail_server), MESSAGE, NOW) == 0
    (message_received,) = mail_server.messages
    assert mail_server.recipients == [["you@example.org", "me@example.org"]]
    assert (message_received["From"], message_received["To"]) == (
        "ladebog@example.org",
        "you@example.org, me@example.org",
    )
    assert message_received["Subject"] == "Ladebog: hjemme-på-Ærø: et løb"
    assert message_received["Date"] == "Wed, 12 Nov 2025 06:00:00 +0000"
    assert message_received["Auto-Submitted"] == "auto-generated"
    assert message_received["Message-ID"].endswith("@example.org>")
    assert message_received.get_content().replace("\r\n", "\n") == "hjemme-på-Ærø: et løb\n  Next: ladebog run\n"
    assert "AUTH" not in mail_server.commands


def test_a_login_is_sent_only_over_an_encrypted_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate_file = certificate(tmp_path)
    monkeypatch.setenv("MAIL_PASSWORD", "canary")
    with running_mail_server(MailServer(certificate=certificate_file, login=("you", "canary"))) as mail_server:
        settings = mail_settings(mail_server, starttls=True, username="you", password_variable="MAIL_PASSWORD")
        with pytest.raises(NotifyError, match="certificate that is not trusted"):
            mail.send(settings, MESSAGE, NOW)
        assert "AUTH" not in mail_server.commands
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate_file))
        mail.send(settings, MESSAGE, NOW)
        assert (mail_server.logged_in, mail_server.encrypted) == ([True], [True])
        monkeypatch.setenv("MAIL_PASSWORD", "canary-2")
        with pytest.raises(NotifyError, match="does not accept the user name and password") as raised:
            mail.send(settings, MESSAGE, NOW)
    assert "canary" not in str(raised.value)


def test_a_login_is_not_sent_to_a_server_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "canary")
    with running_mail_server(MailServer(login=("you", "canary"))) as mail_server:
        settings = mail_settings(mail_server, starttls=True, username="you", password_variable="MAIL_PASSWORD")
        with pytest.raises(NotifyError, match="does not support STARTTLS"):
            mail.send(settings, MESSAGE, NOW)
    assert mail_server.messages == []
    assert "AUTH" not in mail_server.commands


def test_a_password_that_is_not_set_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    not_set_error = pytest.raises(NotifyError, match="MAIL_PASSWORD with the mail password is not set")
    with running_mail_server(MailServer()) as mail_server, not_set_error:
        mail.send(mail_settings(mail_server, username="you", password_variable="MAIL_PASSWORD"), MESSAGE, NOW)
    assert mail_server.commands == []


def test_refused_recipients_are_an_error() -> None:
    with running_mail_server(MailServer(refused=frozenset({"me@example.org"}))) as mail_server:
        assert mail.send(mail_settings(mail_server), MESSAGE, NOW) == 1
        delivered, faults = deliver(Notify(mail=mail_settings(mail_server)), MESSAGE, NOW)
        assert (delivered, [str(fault) for fault in faults]) == (True, ["The mail server refused 1 of the recipients."])
        mail_server.refused = frozenset(MAIL.to)
        with pytest.raises(NotifyError, match="refuses the sender or every recipient"):
            mail.send(mail_settings(mail_server), MESSAGE, NOW)
    assert mail_server.recipients == [["you@example.org"]] * 2


@pytest.mark.parametrize(("greeting", "what"), [("554 no", "answered 554"), ("nonsense", "answered -1")])
def test_a_failing_mail_server_is_an_error(greeting: str, what: str) -> None:
    with running_mail_server(MailServer(greeting=greeting)) as mail_server, pytest.raises(NotifyError, match=what):
        mail.send(mail_settings(mail_server), MESSAGE, NOW)
    with pytest.raises(NotifyError, match="refused the connection"):
        mail.send(mail_settings(mail_server), MESSAGE, NOW)


def test_one_channel_that_fails_does_not_stop_the_other() -> None:
    with serving(answer(500)) as script, running_mail_server(MailServer()) as mail_server:
        delivered, faults = deliver(Notify(webhook=script.url, mail=mail_settings(mail_server)), MESSAGE, NOW)
    assert (delivered, len(faults), len(mail_server.messages)) == (True, 1, 1)
    delivered, faults = deliver(Notify(webhook=script.url, mail=mail_settings(mail_server)), MESSAGE, NOW)
    assert (delivered, len(faults)) == (False, 2)
