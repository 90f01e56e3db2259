"""The documentation lists every command, mart and named query, and its links lead to files that exist."""

import re
from pathlib import Path

import click
import pytest

from pipeline.cli.main import cli
from pipeline.database.models import marts, schema
from pipeline.database.named_queries import named_queries
from tests.scenarios.demo_logbook import CHECKOUT

_PAGES = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md")]
_LINK = re.compile(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"")


def first_cells(page: str) -> list[str]:
    """The texts in backticks in the first cell of each table row of a page in docs/."""
    rows = re.findall(r"^\| (`.+?)(?<!\\) \|", (CHECKOUT / "docs" / page).read_text("utf-8"), re.MULTILINE)
    return [name for cell in rows for name in re.findall(r"`([^`]+)`", cell)]


def test_the_commands_page_lists_every_command() -> None:
    cells = [cell.split()[1:] for cell in first_cells("commands.md") if cell.startswith("ladebog ")]
    context = click.Context(cli)
    commands = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        subcommands = command.list_commands(context) if isinstance(command, click.Group) else []
        commands += [[name, subcommand] for subcommand in subcommands] or [[name]]
    listed_commands = [
        next((command for command in commands if words[: len(command)] == command), words) for words in cells
    ]
    assert sorted(listed_commands) == sorted(commands)


def test_the_marts_page_lists_every_mart() -> None:
    tables = [model.name for model in (*schema(), *marts()) if "." not in model.name]
    assert sorted(first_cells("marts.md")) == sorted(tables)


def test_the_queries_page_lists_every_named_query_and_what_it_answers() -> None:
    rows = re.findall(r"^\| `(@.+)` \| (.+) \|$", (CHECKOUT / "docs" / "queries.md").read_text("utf-8"), re.MULTILINE)
    assert rows == [(query.name, query.model.purpose) for query in named_queries().values()]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_links_lead_to_files(page: Path) -> None:
    links = ["".join(groups) for groups in _LINK.findall(page.read_text("utf-8"))]
    assert [link for link in links if not (page.parent / link).is_file()] == []
