"""The pages of the documentation name what there is: every command, every mart, files that exist."""

import re
from pathlib import Path

import click
import pytest

from pipeline.cli.main import cli
from pipeline.database.models import marts, schema
from tests.scenarios.demo_logbook import CHECKOUT

_PAGES = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md")]
_LINK = re.compile(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"")


def first_cells(page: str) -> list[str]:
    """What stands in backticks at the start of each table row of a page of docs/."""
    rows = re.findall(r"^\| (`.+?)(?<!\\) \|", (CHECKOUT / "docs" / page).read_text("utf-8"), re.MULTILINE)
    return [name for cell in rows for name in re.findall(r"`([^`]+)`", cell)]


def test_the_commands_page_lists_every_command() -> None:
    listed = [cell.split()[1:] for cell in first_cells("commands.md") if cell.startswith("ladebog ")]
    context = click.Context(cli)
    commands = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        sub = command.list_commands(context) if isinstance(command, click.Group) else []
        commands += [[name, one] for one in sub] or [[name]]
    named = [next((typed for typed in commands if words[: len(typed)] == typed), words) for words in listed]
    assert sorted(named) == sorted(commands)


def test_the_marts_page_lists_every_mart() -> None:
    tables = [model.name for model in (*schema(), *marts()) if "." not in model.name]
    assert sorted(first_cells("marts.md")) == sorted(tables)


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_links_lead_to_files(page: Path) -> None:
    links = ["".join(groups) for groups in _LINK.findall(page.read_text("utf-8"))]
    assert [link for link in links if not (page.parent / link).is_file()] == []
