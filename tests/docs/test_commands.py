"""The commands in the documentation: all can be parsed, and those shown with a prompt run on the demo's logbook."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.advised_commands import advised_commands, parsed
from tests.docs.test_links import PAGES
from tests.scenarios.demo_logbook import CHECKOUT, DemoLogbook

_BLOCK = re.compile(r"^( *)```(?:sh|console)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_PROMPT = re.compile(r"^ *\$ ladebog (.+)$", re.MULTILINE)
_FILE = re.compile(r"\w+\.(?:har|pdf)")
_WITH_PROMPTS = [page for page in PAGES if _PROMPT.search(page.read_text("utf-8"))]


def name(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_can_be_parsed(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _, block in _BLOCK.findall(page.read_text("utf-8")):
        without_comments = re.sub(r" +#.*", "", block)
        for arguments in advised_commands(without_comments):
            for file in filter(_FILE.fullmatch, arguments):
                Path(file).touch()
            parsed(arguments)


@pytest.mark.system
@pytest.mark.parametrize("page", _WITH_PROMPTS, ids=name)
def test_commands_with_a_prompt_run(
    page: Path, logbook: DemoLogbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = [shlex.split(arguments) for arguments in _PROMPT.findall(page.read_text("utf-8"))]
    found = [(arguments, logbook.run(*arguments)) for arguments in commands]
    assert [(arguments, outcome) for arguments, outcome in found if outcome.code not in (0, 3)] == []
