"""A certificate that is not to be trusted: refused at once, and nothing turns that off."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.faults.conftest import NOW, Tried
from tests.faults.kept import assert_whole, held, lost
from tests.scenarios.demo_logbook import DemoLogbook
from tests.source.certificate import certificate
from tests.source.loopback import NOW as MADE
from tests.source.loopback import Server, answer, serving

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("fault", ["self-signed", "expired", "another host's", "expired and verification unwanted"])
def test_a_certificate_that_is(
    fault: str,
    young: DemoServer,
    archived: DemoLogbook,
    tried: Tried,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = held(archived)
    until = MADE + timedelta(days=1) if "expired" in fault else MADE + timedelta(days=36_500)
    file = certificate(tmp_path, "127.0.0.2" if fault == "another host's" else "127.0.0.1", until)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")
    if fault != "self-signed":
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    if "unwanted" in fault:
        monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
        monkeypatch.setenv("CURL_CA_BUNDLE", "")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def secured(server: Server) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    with serving(answer(body=b"[]"), prepare=secured) as script:
        archived.do("account", "add", "demo", "--url", script.url.replace("http:", "https:"))
        message, advice = refusal(archived.run("run", now=NOW), 1)
    assert script.requests == []
    assert " shows a certificate that is not trusted (" in message
    assert advice.startswith("Check the address, this machine's clock and its certificates")
    archived.do("account", "add", "demo", "--url", young.url)
    archived.do("run", now=NOW)
    tried(f"certificate: {fault}", 1, lost(before, archived), message, advice)
    assert_whole(archived, young.tenant)


def test_no_setting_turns_it_off(archived: DemoLogbook, tried: Tried) -> None:
    before = held(archived)
    for setting in ("verify = false", "insecure = true", "tls = false"):
        text = archived.paths.settings.read_text("utf-8")
        archived.paths.settings.write_text(f"{text}\n{setting}\n", "utf-8")
        outcome = archived.run("run", now=NOW)
        assert (outcome.code, "unknown key" in outcome.err) == (1, True)
        tried("certificate: a setting against it", 1, lost(before, archived))
        archived.paths.settings.write_text(text, "utf-8")
