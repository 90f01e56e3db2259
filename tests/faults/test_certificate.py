"""A certificate that cannot be trusted is refused at once, and no setting disables the check."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Record
from tests.faults.content import assert_complete, count_lost, items
from tests.scenarios.demo_logbook import DemoLogbook
from tests.source.certificate import certificate
from tests.source.loopback import NOW as ISSUED_AT
from tests.source.loopback import Server, answer, serving

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("fault", ["self-signed", "expired", "of another host", "expired, verification disabled"])
def test_a_certificate_that_cannot_be_trusted_is_refused(
    fault: str,
    new_operator: DemoServer,
    archived_logbook: DemoLogbook,
    record: Record,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items_before = items(archived_logbook)
    expires_at = ISSUED_AT + timedelta(days=1) if "expired" in fault else ISSUED_AT + timedelta(days=36_500)
    certificate_file = certificate(tmp_path, "127.0.0.2" if fault == "of another host" else "127.0.0.1", expires_at)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")
    if fault != "self-signed":
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate_file))
    if "disabled" in fault:
        monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
        monkeypatch.setenv("CURL_CA_BUNDLE", "")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file)

    def encrypt(server: Server) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    with serving(answer(body=b"[]"), prepare=encrypt) as script:
        archived_logbook.do("account", "add", "demo", "--moved", "--url", script.url.replace("http:", "https:"))
        archived_logbook.store_login(new_operator.tenant)
        message, advice = refusal(archived_logbook.run("run", now=NOW), 1)
    assert script.requests == []
    assert " shows a certificate that is not trusted (" in message
    assert advice.startswith("Check the address, this machine's clock and its certificates")
    archived_logbook.do("account", "add", "demo", "--moved", "--url", new_operator.url)
    archived_logbook.do("run", now=NOW)
    record(f"certificate: {fault}", 1, count_lost(items_before, archived_logbook), message, advice)
    assert_complete(archived_logbook, new_operator.tenant)


def test_no_setting_disables_verification(archived_logbook: DemoLogbook, record: Record) -> None:
    items_before = items(archived_logbook)
    for setting in ("verify = false", "insecure = true", "tls = false"):
        text = archived_logbook.paths.settings.read_text("utf-8")
        archived_logbook.paths.settings.write_text(f"{text}\n{setting}\n", "utf-8")
        outcome = archived_logbook.run("run", now=NOW)
        assert (outcome.code, "unknown key" in outcome.err) == (1, True)
        record("certificate: a setting to disable verification", 1, count_lost(items_before, archived_logbook))
        archived_logbook.paths.settings.write_text(text, "utf-8")
