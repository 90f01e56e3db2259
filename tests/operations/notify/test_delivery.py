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
from tests.operations.notify.post_office import PostOffice, open_office
from tests.source.certificate import certificate
from tests.source.loopback import Server, answer, raw, serving, trickle

NOW = datetime(2025, 11, 12, 6, tzinfo=UTC)
MESSAGE = compose([Cause(key="k", text="hjemme-på-Ærø: et løb", command="ladebog run")], NOW)
MAIL = Mail(host="127.0.0.1", starttls=False, sender="ladebog@example.org", to=("you@example.org", "me@example.org"))


def mail_settings(office: PostOffice, **fields: object) -> Mail:
    return Mail(**{**{name: getattr(MAIL, name) for name in MAIL.__struct_fields__}, "port": office.port, **fields})  # type: ignore[arg-type]


def test_the_request_to_a_webhook() -> None:
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
    began = time.monotonic()
    with serving(trickle([b"x" * 1000] * 100, 0.05)) as script:
        webhook.post(script.url, MESSAGE)
        assert time.monotonic() - began < 4


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
    trusted = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted)

    def secured(server: Server) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    with serving(answer(200), prepare=secured) as script:
        url = script.url.replace("http:", "https:")
        with pytest.raises(NotifyError, match="certificate that is not trusted"):
            webhook.post(url, MESSAGE)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
        webhook.post(url, MESSAGE)
    assert len(script.requests) == 1


def test_the_mail_that_a_server_receives() -> None:
    with open_office(PostOffice()) as office:
        assert mail.send(mail_settings(office), MESSAGE, NOW) == 0
    (received,) = office.letters
    assert office.recipients == [["you@example.org", "me@example.org"]]
    assert (received["From"], received["To"]) == ("ladebog@example.org", "you@example.org, me@example.org")
    assert received["Subject"] == "Ladebog: hjemme-på-Ærø: et løb"
    assert received["Date"] == "Wed, 12 Nov 2025 06:00:00 +0000"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Message-ID"].endswith("@example.org>")
    assert received.get_content().replace("\r\n", "\n") == "hjemme-på-Ærø: et løb\n  Next: ladebog run\n"
    assert "AUTH" not in office.commands


def test_a_login_is_sent_only_over_an_encrypted_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted = certificate(tmp_path)
    monkeypatch.setenv("MAIL_PASSWORD", "canary")
    with open_office(PostOffice(certificate=trusted, login=("you", "canary"))) as office:
        server = mail_settings(office, starttls=True, username="you", password_variable="MAIL_PASSWORD")
        with pytest.raises(NotifyError, match="certificate that is not trusted"):
            mail.send(server, MESSAGE, NOW)
        assert "AUTH" not in office.commands
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        mail.send(server, MESSAGE, NOW)
        assert (office.logged_in, office.encrypted) == ([True], [True])
        monkeypatch.setenv("MAIL_PASSWORD", "canary-2")
        with pytest.raises(NotifyError, match="does not accept the user name and password") as raised:
            mail.send(server, MESSAGE, NOW)
    assert "canary" not in str(raised.value)


def test_a_login_is_not_sent_to_a_server_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "canary")
    with open_office(PostOffice(login=("you", "canary"))) as office:
        server = mail_settings(office, starttls=True, username="you", password_variable="MAIL_PASSWORD")
        with pytest.raises(NotifyError, match="does not support STARTTLS"):
            mail.send(server, MESSAGE, NOW)
    assert office.letters == []
    assert "AUTH" not in office.commands


def test_a_password_that_is_not_set_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    unset = pytest.raises(NotifyError, match="MAIL_PASSWORD with the mail password is not set")
    with open_office(PostOffice()) as office, unset:
        mail.send(mail_settings(office, username="you", password_variable="MAIL_PASSWORD"), MESSAGE, NOW)
    assert office.commands == []


def test_refused_recipients_are_an_error() -> None:
    with open_office(PostOffice(refused=frozenset({"me@example.org"}))) as office:
        assert mail.send(mail_settings(office), MESSAGE, NOW) == 1
        delivered, faults = deliver(Notify(mail=mail_settings(office)), MESSAGE, NOW)
        assert (delivered, [str(fault) for fault in faults]) == (True, ["The mail server refused 1 of the recipients."])
        office.refused = frozenset(MAIL.to)
        with pytest.raises(NotifyError, match="refuses the sender or every recipient"):
            mail.send(mail_settings(office), MESSAGE, NOW)
    assert office.recipients == [["you@example.org"]] * 2


@pytest.mark.parametrize(("greeting", "what"), [("554 no", "answered 554"), ("nonsense", "answered -1")])
def test_a_failing_mail_server_is_an_error(greeting: str, what: str) -> None:
    with open_office(PostOffice(greeting=greeting)) as office, pytest.raises(NotifyError, match=what):
        mail.send(mail_settings(office), MESSAGE, NOW)
    with pytest.raises(NotifyError, match="refused the connection"):
        mail.send(mail_settings(office), MESSAGE, NOW)


def test_one_channel_that_fails_does_not_stop_the_other() -> None:
    with serving(answer(500)) as script, open_office(PostOffice()) as office:
        delivered, faults = deliver(Notify(webhook=script.url, mail=mail_settings(office)), MESSAGE, NOW)
    assert (delivered, len(faults), len(office.letters)) == (True, 1, 1)
    delivered, faults = deliver(Notify(webhook=script.url, mail=mail_settings(office)), MESSAGE, NOW)
    assert (delivered, len(faults)) == (False, 2)
