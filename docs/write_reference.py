"""Writes the pages of docs/reference/ from the code: commands, settings, marts, queries, checks and exit codes.

`make reference` runs it. A test fails when a page is not what this would write.
"""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import click

from pipeline import errors
from pipeline.cli.failures import EXIT_STOPPED
from pipeline.cli.main import cli
from pipeline.cli.sql.catalogue import example_query
from pipeline.database import models
from pipeline.database.connection import open_writer
from pipeline.database.models import Model
from pipeline.database.named_queries import named_queries
from pipeline.logbook.folder import Logbook
from pipeline.settings.tables import TABLES, Key, Table
from pipeline.settings.template import toml_value
from pipeline.transform.layout import create_layout

FOLDER = Path(__file__).parent / "reference"
_HELP_WIDTH = 80
_EXIT_CODES = {
    0: "done",
    errors.EXIT_FAILED: "failed, entirely or in part",
    errors.EXIT_USAGE: "wrong usage, or an unknown name",
    errors.EXIT_FINDINGS: "findings of severity error; something was changed after it was written (`verify`); an "
    "account is stale (`status --max-age`)",
    errors.EXIT_LOGIN: "log in again",
    errors.EXIT_TRY_LATER: "try later: the operator is down, or another run is writing",
    EXIT_STOPPED: "stopped with Ctrl-C, within five seconds; a second Ctrl-C stops at once",
}


def pages() -> dict[str, str]:
    """The content of each page by its file's name."""
    return {
        "commands.md": _page(
            "Commands",
            "Commands that take `--account NAME` work on all accounts without it, except where one account must be "
            "chosen. Every command may be killed at any moment and repeated: what was fetched is kept.",
            _commands(),
        ),
        "settings.md": _page(
            "Settings",
            "The tables and keys of `ladebog.toml` in the logbook's folder. A new file contains them all, commented "
            "out. Account tables bear the account's name, here `home`. Secrets never stand in it.",
            (line for table in TABLES for line in _table_of_settings(table)),
        ),
        "marts.md": _page(
            "Marts",
            "The tables of the published database, `ladebog.duckdb`. Each has the account's name; money is in "
            "`currency`. [How the numbers are made](../explanation/numbers.md) has the rules.",
            _marts(),
        ),
        "queries.md": _page(
            "Named queries",
            "`ladebog sql @NAME` runs one of these, for example `ladebog sql @cost-by-hour --param year=2025`. They "
            "are the files in `sql/queries/named/`: copy one to write your own. None adds amounts of several accounts "
            "or currencies. Hours and days are on the driver's clock, and what is unknown is empty.\n\n"
            "`@cost-by-hour` and `@cost-by-weekday` give each hour its part of a session, so they add up to "
            "`months_split`. All others count a session whole where it stopped, as `months` does. `@cheapest-hours`, "
            "`@price-against-day-mean` and `@cheapest-same-night` know the prices that the operator states, which are "
            "those of the time in which a car was connected.",
            _queries(),
        ),
        "checks.md": _page(
            "Checks",
            "What `ladebog check` finds. An error keeps a month from being claimed until its cause is corrected or the "
            "finding is accepted with a reason; a warning is printed on the claim.",
            _checks(),
        ),
        "exit-codes.md": _page(
            "Exit codes",
            "Of every command. `status`, `report`, `audit`, `check` and `sql` read the published database alone: their "
            "exit code is the same where `raw/` is damaged. `verify` reads `raw/` and exits with 3 then.",
            _rows(("code", "meaning"), [(str(code), meaning) for code, meaning in _EXIT_CODES.items()]),
        ),
    }


def _page(title: str, introduction: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", introduction, "", *lines]).rstrip() + "\n"


def _rows(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    for cells in (names, ("---",) * len(names), *rows):
        escaped = (cell.replace("|", "\\|") for cell in cells)
        yield f"| {' | '.join(escaped)} |"
    yield ""


def _commands() -> Iterator[str]:
    options = {**cli.context_settings, "terminal_width": _HELP_WIDTH, "max_content_width": _HELP_WIDTH}
    context = click.Context(cli, info_name="ladebog", **options)
    yield from _help(context)
    yield from _commands_of(context, cli)


def _commands_of(context: click.Context, group: click.Group) -> Iterator[str]:
    for name in group.list_commands(context):
        command = cast("click.Command", group.get_command(context, name))
        inner = click.Context(command, parent=context, info_name=name, terminal_width=_HELP_WIDTH)
        yield from _help(inner)
        if isinstance(command, click.Group):
            yield from _commands_of(inner, command)


def _help(context: click.Context) -> Iterator[str]:
    yield from (f"## {context.command_path}", "", "```text", *context.get_help().splitlines(), "```", "")


def _table_of_settings(table: Table) -> Iterator[str]:
    yield from (f"## {table.header}", "", table.meaning, "")
    yield from _rows(("key", "type", "default", "meaning"), (_key(key) for key in table.keys))


def _key(key: Key) -> tuple[str, ...]:
    default = "required" if key.is_required else "" if key.default in (None, "", ()) else f"`{toml_value(key.default)}`"
    return f"`{key.name}`", key.kind, default, key.meaning


def _marts() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, open_writer(Logbook(Path(folder))) as connection:
        create_layout(connection)
        for mart in models.published():
            rows = connection.execute(f"describe {mart.name}").fetchall()
            yield from _mart(mart, {name: kind for name, kind, *_ in rows})


def _mart(mart: Model, types: dict[str, Any]) -> Iterator[str]:
    yield from (f"## {mart.name}", "", f"{_sentence(mart.purpose)} A row is {mart.grain}.", "")
    if mart.key:
        yield from (f"Key: {', '.join(f'`{column}`' for column in mart.key)}.", "")
    yield from _rows(
        ("column", "type", "meaning"),
        ((f"`{name}`", types[name], meaning) for name, meaning in mart.columns.items()),
    )
    yield from ("```sql", example_query(mart, types), "```", "")


def _queries() -> Iterator[str]:
    for query in named_queries().values():
        yield from (f"## {query.name}", "", f"{_sentence(query.model.purpose)} A row is {query.model.grain}.", "")
        if query.parameters:
            rows = [
                (f"`{one.name}`", one.kind, "required" if one.is_required else one.default or "", one.meaning)
                for one in query.parameters
            ]
            yield from _rows(("parameter", "type", "default", "meaning"), rows)
        yield from _rows(
            ("column", "meaning"), ((f"`{name}`", meaning) for name, meaning in query.model.columns.items())
        )


def _checks() -> Iterator[str]:
    rows = ((f"`{check.rule}`", check.severity, check.purpose) for check in models.checks())
    yield from _rows(("rule", "severity", "what must hold"), rows)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, content in pages().items():
        (FOLDER / name).write_text(content, "utf-8")


if __name__ == "__main__":
    main()
