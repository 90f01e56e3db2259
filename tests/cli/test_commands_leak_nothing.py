"""No command puts a token, a client secret or a password into the logbook or into its output."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline.cli.main import cli
from pipeline.demo import DemoServer, Tenant
from tests.scenarios.demo_logbook import DemoLogbook
from tests.scenarios.leaks import places_of, secrets_of
from tests.source.loopback import answer, serving

pytestmark = pytest.mark.system

_CANARY = "secret-path-of-the-webhook"
_CAR = '\n[[car]]\nname = "Golf"\nplate = "XX 00 000"\nowner = "company"\n'
# A command line for each command, run in this order on a logbook that has fetched everything.
# The test replaces `SESSION`, `CAPTURE`, `URL` and `FOLDER`. Tests of the loop search the output of `schedule run`.
# `shell` starts another program and prints nothing itself.
_COMMAND_LINES = {
    "login": ("login", "demo", "--token-stdin"),
    "extract": ("extract", "--since", "2025-11-01", "--refetch"),
    "transform": ("transform",),
    "rebuild": ("rebuild",),
    "run": ("run",),
    "check": ("check",),
    "report": ("report", "2025-10"),
    "audit": ("audit", "--month", "2025-10"),
    "explain": ("explain", "SESSION", "--samples"),
    "sql": ("sql", "from documents"),
    "months": ("months",),
    "sessions": ("sessions", "--month", "2025-10"),
    "page": ("page",),
    "export": ("export", "FOLDER/export"),
    "shell": ("shell", "--help"),
    "claim attach": ("claim", "attach", "FOLDER/home/ladebog.toml", "--account", "demo"),
    "claim create": ("claim", "create", "2025-10", "--account", "demo"),
    "claim list": ("claim", "list"),
    "claim show": ("claim", "show", "1", "--account", "demo"),
    "claim export": ("claim", "export", "1", "--output", "FOLDER", "--account", "demo"),
    "claim mark": ("claim", "mark", "1", "sent", "--account", "demo"),
    "claim reverse": ("claim", "reverse", "1", "--reason", "wrong employer", "--account", "demo"),
    "verify": ("verify", "--full"),
    "import": ("import", "--any-host", "CAPTURE"),
    "demo": ("demo", "FOLDER/demo"),
    "status": ("status",),
    "notify": ("notify", "--test"),
    "session assign": ("session", "assign", "SESSION", "Golf", "--reason", "it was this one"),
    "session exclude": ("session", "exclude", "SESSION", "--reason", "a guest charged"),
    "session include": ("session", "include", "SESSION", "--reason", "it was not a guest"),
    "session tag": ("session", "tag", "SESSION", "holiday", "--reason", "we were away"),
    "session list": ("session", "list"),
    "odometer": ("odometer", "Golf", "2025-10-31", "48211"),
    "schedule install": ("schedule", "install", "--using", "cron"),
    "schedule print": ("schedule", "print", "cron"),
    "schedule probe": ("schedule", "probe"),
    "schedule show": ("schedule", "show"),
    "schedule remove": ("schedule", "remove"),
    "schedule run": ("schedule", "run", "--help"),
    "backup": ("backup", "FOLDER/backup.zip"),
    "restore": ("--home", "FOLDER/restored", "restore", "FOLDER/backup.zip"),
    "account add": ("account", "add", "other", "--url", "URL"),
    "account forget": ("account", "forget", "other"),
}
_STDIN = {"login": "TOKEN", "account forget": "other\n"}
_REFUSED_WHEN_REPEATED = ("claim create", "claim reverse", "restore", "schedule remove", "account forget")
_CRONTAB = """#!/bin/sh
# Replaces crontab: stores the table in a file next to itself.
case "$1" in
    -l) cat "$0.table" 2>/dev/null || { echo "no crontab" >&2; exit 1; } ;;
    -r) rm "$0.table" ;;
    *) cat >"$0.table" ;;
esac
"""


def commands(group: click.Group, *before: str) -> Iterator[str]:
    """Every command, as it is typed."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield " ".join((*before, name))


def test_every_command_is_searched() -> None:
    assert set(_COMMAND_LINES) == set(commands(cli)), (
        "give each new command a line in _COMMAND_LINES, so that it is searched as well"
    )


def command_line(logbook: DemoLogbook, operator: DemoServer, name: str) -> list[str]:
    values = {
        "SESSION": operator.tenant.scene("month_end").id,
        "CAPTURE": str(write_capture(logbook, operator.tenant)),
        "URL": operator.url,
        "FOLDER": str(logbook.folder),
    }
    arguments = []
    for argument in _COMMAND_LINES[name]:
        for placeholder, value in values.items():
            argument = argument.replace(placeholder, value)
        arguments.append(argument)
    return arguments


def write_capture(logbook: DemoLogbook, tenant: Tenant) -> Path:
    """Write a capture, of which only the answer may be stored."""
    path = logbook.folder.parent / "some.capture.txt"
    path.write_text(
        f"URL\nhttps://drivee.example/api/v1/app/session/1?token={tenant.token}\n"
        f"Request Headers\nAuthorization: Bearer {tenant.token}\n"
        "Response Headers\nDate: Sun, 30 Mar 2025 14:36:38 GMT\n"
        'Response Content\n{"session": {"id": "1", "status": "active"}}\n',
        "utf-8",
    )
    return path


@pytest.fixture
def crontab(logbook: DemoLogbook, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crontab program that changes no user's table."""
    program = logbook.folder / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(_CRONTAB, "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")


@pytest.mark.usefixtures("crontab")
def test_no_command_leaks_a_secret(operator: DemoServer, logbook: DemoLogbook) -> None:
    outcomes = []
    with serving(answer()) as webhook:
        with logbook.paths.settings.open("a", encoding="utf-8") as file:
            file.write(f'{_CAR}\n[notify]\nwebhook = "{webhook.url}/{_CANARY}"\n')
        for name in _COMMAND_LINES:
            stdin = _STDIN.get(name, "").replace("TOKEN", operator.tenant.token)
            for options in (("--debug",), ("--debug", "--log-format", "json")):
                outcome = logbook.run(*options, *command_line(logbook, operator, name), stdin=stdin)
                is_refused = name in _REFUSED_WHEN_REPEATED and "json" in options and outcome.code in (1, 2)
                assert outcome.code in (0, 3) or is_refused, (name, outcome)
                outcomes.append(outcome)
    assert [request.path for request in webhook.requests if _CANARY in request.path]
    assert places_of(secrets_of(operator.tenant), logbook, outcomes) == []
    assert not any(_CANARY in outcome.out + outcome.err for outcome in outcomes)
