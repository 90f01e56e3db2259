"""The commands in the documentation: all can be parsed, and those shown with a prompt run on the demo's logbook."""

import re
import shlex
import subprocess
import sys
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


@pytest.mark.system
def test_the_example_in_python_needs_only_the_packages_that_it_names(logbook: DemoLogbook, tmp_path: Path) -> None:
    text = (CHECKOUT / "docs" / "how-to" / "other-tools.md").read_text("utf-8")
    [script] = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "Ladebog").symlink_to(logbook.home)
    code = f"{script}\nimport sys\nprint(months['amount_incl_tax'].dtype, *{{'numpy', 'pyarrow'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "Decimal(precision=18, scale=3)\n"
