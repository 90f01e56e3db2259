"""Changes to ladebog.toml by program: an account is added or removed, and everything else stays as its owner wrote it.

tomlkit keeps the layout and the comments of what does not change. Removing an account also removes the comments in its
tables, right above their headers and right below their last keys. A comment after an empty line is not the account's:
tomlkit counts it as part of the table before it, so it is moved to the next header.
"""

import re
import tomllib
from collections.abc import Iterator, MutableMapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import SettingsError
from pipeline.logbook.files import write_text
from pipeline.settings.reading import TABLES_OF_ACCOUNT
from pipeline.settings.schema import Account
from pipeline.settings.template import sample

if TYPE_CHECKING:
    from tomlkit.container import Container
    from tomlkit.items import Item, Key, Table

_PLAIN = [name for name in Account.__struct_fields__ if name != "name" and name not in TABLES_OF_ACCOUNT]
_FORGOTTEN = "(forgotten)"  # not a valid account name, so a rule for it applies to no session
_COMMENTS_ABOVE = re.compile(r"(^[ \t]*#.*\n)+\Z", re.MULTILINE)
_COMMENTS_BELOW = re.compile(r"\A([ \t]*#.*\n)*(?P<empty_lines>\s*\n)")
_COMMENTS_AT_END = re.compile(r"\A([ \t]*#.*(\n|\Z))*(?P<empty_lines>(\s*\n)?)")


def write_account(path: Path, account: Account) -> None:
    """Add an account to the settings file, or change its plain keys, and leave everything else as it is."""
    import tomlkit

    document = tomlkit.parse(path.read_text("utf-8-sig") if path.is_file() else sample())
    accounts = document.setdefault("account", tomlkit.table(is_super_table=True))
    table = accounts.setdefault(account.name, tomlkit.table())
    for name in _PLAIN:
        value = getattr(account, name)
        if value not in ((), None):
            table[name] = list(value) if isinstance(value, tuple) else value
    write_text(path, tomlkit.dumps(document))


def write_demo(path: Path, now: datetime) -> None:
    """Set the present time of a demo's logbook."""
    import tomlkit

    document = tomlkit.parse(path.read_text("utf-8-sig"))
    table = tomlkit.table()
    table.add("now", now)
    table["now"].comment("the demo operator's present time; in this logbook, all commands take it for theirs")
    document["demo"] = table
    write_text(path, tomlkit.dumps(document))


def without_account(content: bytes, name: str, path: Path) -> bytes:
    """The content of the settings file at `path` without an account.

    Each rule of the account is replaced by one that applies to no session, since rules are identified by number.
    Raises SettingsError if the result would differ in more than the account.
    """
    import tomlkit

    text = content.decode("utf-8-sig")
    document = tomlkit.parse(text)
    moved_comments, end_of_file = _detach_comments(document, name)
    _remove(document, name)
    for header, comments in moved_comments:  # only now, as tomlkit indents new keys like their header
        header.trivia.indent = comments + header.trivia.indent
    result = tomlkit.dumps(document) + end_of_file
    if {"account": {}, **_parsed(result)} != _remove(_parsed(text), name):
        raise SettingsError(
            f"{path} names account {name} in a way that cannot be removed without changing more.",
            f"Write it as a separate table [account.{name}], then run the same command again",
        )
    return result.encode()


def _parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)


def _remove(document: MutableMapping[str, Any], name: str) -> MutableMapping[str, Any]:
    """Remove the account from parsed settings, whichever library parsed them, and return them."""
    del document["account"][name]
    for rule in document.get("rule", []):
        if rule.get("account") == name:
            rule.clear()
            rule.update({"account": _FORGOTTEN, "claim": False})
    return document


class _Section(NamedTuple):
    """A header with the keys and comments after it; before the first header, those of the document."""

    path: tuple[str, ...]
    header: "Table | None"
    body: "list[tuple[Key | None, Item]]"


def _detach_comments(document: "Container", name: str) -> "tuple[list[tuple[Table, str]], str]":
    """Cut out the comments after each section's last key, and erase the account's.

    Returns the others with the header that they go in front of, and those that no header follows.
    """
    moved_comments, waiting_comments = [], ""
    sections = list(_sections(document))
    for section in sections:
        header = section.header
        is_account = section.path[:2] == ("account", name)
        is_rule = section.path == ("rule",) and header is not None and header.get("account") == name
        if is_account or is_rule:
            waiting_comments = _COMMENTS_ABOVE.sub("", waiting_comments)
        if header is not None and not is_account:
            moved_comments.append((header, waiting_comments))
            waiting_comments = ""
        if header is not None and is_rule:
            header.trivia.comment = header.trivia.comment_ws = ""
        tail = _cut_comments(section, everywhere=is_rule)
        if is_account or is_rule:
            comments_below = _COMMENTS_AT_END if section is sections[-1] else _COMMENTS_BELOW
            tail = comments_below.sub("" if is_account else r"\g<empty_lines>", tail)
        waiting_comments += tail
    return moved_comments, waiting_comments


def _sections(container: "Container", path: tuple[str, ...] = (), header: "Table | None" = None) -> Iterator[_Section]:
    """The sections of a document in the order of the file."""
    if header is None or not header.is_super_table():
        yield _Section(path, header, container.body)
    for key, item in container.body:
        for name, table in _tables(key, item):
            yield from _sections(table.value, (*path, name), table)


def _tables(key: "Key | None", item: "Item") -> "list[tuple[str, Table]]":
    """The tables with their own headers that an item consists of, each with its name."""
    from tomlkit.items import AoT, Table

    if key is None or key.is_dotted():
        return []
    tables = item.body if isinstance(item, AoT) else [item] if isinstance(item, Table) else []
    return [(key.key, table) for table in tables]


def _cut_comments(section: _Section, *, everywhere: bool) -> str:
    """Cut the comments and empty lines after a section's last key out of it, or all; returns those after the last."""
    from tomlkit.items import Null

    body = section.body
    end = next((place for place, entry in enumerate(body) if _tables(*entry)), len(body))
    start = end
    while start and body[start - 1][0] is None:
        start -= 1
    tail = "".join(item.as_string() for _, item in body[start:end])
    for place in range(0 if everywhere else start, end):
        if body[place][0] is None:
            body[place] = (None, Null())
    return tail
