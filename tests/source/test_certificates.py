"""TLS: a certificate that is not trusted is an error at once; other failures of TLS are tried again."""

import ssl
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.errors import UpstreamDownError, UpstreamError
from pipeline.settings.schema import Source
from pipeline.source.http import Http
from tests.source.certificate import certificate
from tests.source.loopback import RecordingClock, Script, Server, answer, raw, serving


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.usefixtures("no_proxy")
def test_a_certificate_must_be_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted)
    clock = RecordingClock()

    def use_tls(server: Server) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    with serving(answer(body=b"[]"), prepare=use_tls) as script:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
        with _https_client(script, clock) as http:
            assert http.get("/x", {}, "token").body == b"[]"
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with (
            _https_client(script, clock) as http,
            pytest.raises(UpstreamError, match=r"certificate .* not trusted") as raised,
        ):
            http.get("/x", {}, "token")
    assert "self" in str(raised.value)
    assert (http.requests_sent, clock.sleeps) == (1, [])


@pytest.mark.usefixtures("no_proxy")
def test_a_broken_handshake_is_tried_again() -> None:
    clock = RecordingClock()
    with serving(raw(b"")) as script, _https_client(script, clock) as http, pytest.raises(UpstreamDownError):
        http.get("/x", {}, "token")
    assert http.requests_sent == 6


@pytest.mark.usefixtures("no_proxy")
def test_a_missing_bundle_of_certificates_is_reported_as_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    with (
        serving(raw(b"")) as script,
        _https_client(script, RecordingClock()) as http,
        pytest.raises(UpstreamError, match="with these settings") as raised,
    ):
        http.get("/x", {}, "token")
    assert "certificate settings" in raised.value.advice


def _https_client(script: Script, clock: RecordingClock) -> closing[Http]:
    source = Source(requests_per_second=1000, connect_timeout=2, read_timeout=2)
    return closing(Http(script.url.replace("http:", "https:"), source, clock, account="home", headers={}))
