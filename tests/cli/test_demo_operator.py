"""A demo's logbook after its operator has stopped, with another account besides the demo's own."""

from pathlib import Path

import pytest

from pipeline.demo import DEMO_NOW, DemoServer
from pipeline.settings.editing import write_demo
from pipeline.settings.reading import read_settings
from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.secret import Secret
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook

_STOPPED = "The demo's operator has stopped: it runs only while the demo is made."


@pytest.fixture
def logbook(operator: DemoServer, tmp_path: Path) -> DemoLogbook:
    demo = DemoLogbook.begin(tmp_path / "demo", "http://127.0.0.1:9", client_id="1")
    demo.do("account", "add", "home", "--url", operator.url, "--client-id", "1")
    write_demo(demo.paths.settings, DEMO_NOW)
    home = read_settings(demo.paths.settings).account("home")
    FileCredentials(demo.credentials).write(home, Secret(token=operator.tenant.token))
    return demo


def test_only_the_demos_own_account_is_refused(logbook: DemoLogbook) -> None:
    outcome = logbook.run("extract", "--since", "2025-11-01")
    assert outcome.code == 1
    assert _STOPPED in outcome.err
    assert "home: 4 listed" in outcome.out
    assert _STOPPED in logbook.run("extract", "--account", "demo").err
    assert _STOPPED in logbook.run("login", "demo").err
    assert _STOPPED not in logbook.run("login", "home", "--token-stdin", stdin="x").err


def test_no_command_asks_for_the_login_that_a_demo_does_not_need(logbook: DemoLogbook) -> None:
    for command in (("schedule", "install"), ("schedule", "run")):
        message, advice = refusal(logbook.run(*command), 1)
        assert message == "A demo cannot be scheduled: its operator runs only while the demo is made."
        assert advice == "Schedule your own logbook: ladebog --home ~/Ladebog schedule install"
    logbook.credentials.unlink()
    logins = [line.split(maxsplit=1)[1] for line in logbook.do("status").out.splitlines() if "  login " in line]
    assert logins == ["none: a demo needs none", "none stored: ladebog login home"]
    assert "Log in: ladebog login home" in logbook.do().out
