"""The help of each command, and of all together."""

import re
from collections.abc import Iterator

import click
import pytest

from pipeline import __version__
from pipeline.cli.context import Context
from pipeline.cli.lazy_group import LazyGroup
from pipeline.cli.main import cli
from pipeline.cli.main import run as run_command_line
from pipeline.clock import SystemClock
from pipeline.demo import Tenant

_COMMANDS = {
    "run": [],
    "check": [],
    "report": [],
    "claim": ["attach", "create", "export", "list", "mark", "reverse", "show"],
    "months": [],
    "sessions": [],
    "status": [],
    "page": [],
    "explain": [],
    "audit": [],
    "sql": [],
    "shell": [],
    "export": [],
    "session": ["assign", "exclude", "include", "list", "tag"],
    "odometer": [],
    "demo": [],
    "account": ["add", "forget"],
    "login": [],
    "import": [],
    "schedule": ["install", "print", "probe", "remove", "run", "show"],
    "notify": [],
    "extract": [],
    "transform": [],
    "rebuild": [],
    "verify": [],
    "backup": [],
    "restore": [],
}
_SECTIONS = ["Every month", "Look", "Decide", "Set up", "Look after"]
_COMMAND_ARGUMENTS = [[name, *sub] for name, subs in _COMMANDS.items() for sub in ([[sub] for sub in subs] or [[]])]


def run(arguments: list[str]) -> int:
    return run_command_line(arguments, Context(SystemClock()))


def lazy_groups(group: click.Group) -> Iterator[LazyGroup]:
    """A group and its subgroups, if they have a table of commands."""
    if isinstance(group, LazyGroup):
        yield group
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from lazy_groups(command)


@pytest.mark.parametrize("group", list(lazy_groups(cli)), ids=lambda group: group.name)
def test_the_table_of_a_group_has_each_commands_own_name_and_short_help(group: LazyGroup) -> None:
    commands = {name: group.get_command(click.Context(group), name) for name in group.table}
    assert {name: (command.name, command.get_short_help_str(limit=1_000)) for name, command in commands.items()} == {
        name: (name, short_help) for name, (_, short_help) in group.table.items()
    }


def test_the_commands_of_this_test_are_all_commands() -> None:
    context = click.Context(cli)
    groups = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    assert {
        name: command.list_commands(context) if isinstance(command, click.Group) else []
        for name, command in groups.items()
    } == _COMMANDS


@pytest.mark.parametrize("arguments", _COMMAND_ARGUMENTS, ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_each_command_has_help_with_an_example(
    arguments: list[str], option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, option]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(f"Usage: ladebog {' '.join(arguments)}")
    assert f"Example:  ladebog {' '.join(arguments)}" in out


@pytest.mark.parametrize("arguments", _COMMAND_ARGUMENTS, ids=" ".join)
def test_the_sessions_of_examples_exist_in_the_demo(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run([*arguments, "--help"])
    examples = re.findall(r"ladebog .*", capsys.readouterr().out)
    assert set(re.findall(r"\b[0-9]{6}\b", " ".join(examples))) <= set(Tenant().sessions)


@pytest.mark.parametrize("arguments", _COMMAND_ARGUMENTS, ids=" ".join)
def test_every_option_has_a_help_text(arguments: list[str]) -> None:
    command: click.Command | None = cli
    for name in arguments:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), name)
    assert command is not None
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("arguments", [[], *_COMMAND_ARGUMENTS], ids=" ".join)
def test_help_fits_on_a_terminal_of_80_columns(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*arguments, "--help"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []


def test_the_first_help_lists_every_command_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    text = " ".join(out.split())
    sections = dict(re.findall(r"^(\S.*):\n((?:  \w.*\n)+)", out, re.MULTILINE))
    assert list(sections) == _SECTIONS
    command_lines = [line for lines in sections.values() for line in lines.splitlines()]
    assert [line.split()[0] for line in command_lines] == list(_COMMANDS)
    assert all(len(line.split()) > 3 for line in command_lines)
    assert len({re.search(r"\S  +\S", line).end() for line in command_lines}) == 1  # type: ignore[union-attr]
    assert text.endswith(
        "Exit codes: 0 done, 1 failed, 2 usage, 3 findings of severity error, 4 log in again, 75 try later."
    )
    assert (
        "Try it: ladebog demo Start: ladebog account add home --url https://OPERATOR ladebog login home "
        "ladebog run ladebog claim create 2025-03" in text
    )


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"ladebog {__version__}\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["account", "nonsense"], ["extract", "--nonsense"]])
def test_unknown_commands_and_options_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: ladebog ")
    assert "See its help with: ladebog " in err
