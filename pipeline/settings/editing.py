"""Taking an account out of ladebog.toml, so that all else in it stays byte for byte.

Out go its tables with the comments in them, right above them and right below their last key, and the same of the rules
of its sessions alone. A comment behind an empty line is somebody else's: a library that edits TOML would take it for
the end of the table and remove it. In the place of a rule stands one that meets no session, as the others are told by
their numbers.
"""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import SettingsError
from pipeline.settings.reading import _NESTED
from pipeline.settings.schema import Account
from pipeline.settings.template import sample

_NOBODY = "(forgotten)"  # no account can be called that
_PLACEHOLDER = f'''[[rule]]
account = "{_NOBODY}"
claim = false
'''


class _Section(NamedTuple):
    """Lines from `first` up to `end`: a header with the comments right above it, its keys, and what follows them."""

    header: tuple[str, ...]
    first: int
    end: int


def without_account(content: bytes, name: str, path: Path) -> bytes:
    """The settings file's content without the account.

    Raises SettingsError where the account is written in a way that cannot be taken out without touching more.
    """
    text = content.decode("utf-8")
    lines = text.splitlines(keepends=True)
    document: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    rules: Iterator[dict[str, Any]] = iter(document.get("rule", []))
    for section in list(_sections(lines)):
        if section.header[:2] == ("account", name):
            _replace(lines, section, "")
        elif section.header == ("rule",) and next(rules, {}).get("account") == name:
            _replace(lines, section, _PLACEHOLDER)
    left = "".join(lines)
    if not _means(left, _document_without(document, name)):
        raise SettingsError(
            f"{path} names account {name} in a way that cannot be taken out of it without touching more.",
            f"Write it as a table [account.{name}] of its own, then run the same command again",
        )
    return left.encode()


def _sections(lines: list[str]) -> Iterator[_Section]:
    headers = [(number, header) for number, line in enumerate(lines) if (header := _header(line))]
    firsts = [_first_comment_above(lines, number) for number, _ in headers]
    for (_, header), (first, end) in zip(headers, pairwise([*firsts, len(lines)]), strict=True):
        yield _Section(header, first, end)


def _header(line: str) -> tuple[str, ...]:
    """The name of the table that a line begins, `[account.home]` as account and home; nothing for another line."""
    if not line.lstrip().startswith("["):
        return ()
    try:
        within: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    names = []
    while within:
        if isinstance(within, list):
            within = within[0]
        else:
            ((name, within),) = within.items()
            names.append(name)
    return tuple(names)


def _first_comment_above(lines: list[str], number: int) -> int:
    while number and lines[number - 1].lstrip().startswith("#"):
        number -= 1
    return number


def _replace(lines: list[str], section: _Section, text: str) -> None:
    """Put a text in the place of the lines up to the last key and the comments right below it.

    Without a text, the empty lines behind them go too.
    """
    end = 1 + max(number for number in range(section.first, section.end) if not _is_blank_or_comment(lines[number]))
    while end < section.end and lines[end].lstrip().startswith("#"):
        end += 1
    while not text and end < section.end and not lines[end].strip():
        end += 1
    lines[section.first : end] = [text, *[""] * (end - section.first - 1)]


def _is_blank_or_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _means(text: str, document: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text, parse_float=Decimal) == document
    except tomllib.TOMLDecodeError:
        return False


def _document_without(document: dict[str, Any], name: str) -> dict[str, Any]:
    """What the settings are to say."""
    without = {**document, "account": {other: table for other, table in document["account"].items() if other != name}}
    nobody = {"account": _NOBODY, "claim": False}
    without["rule"] = [nobody if rule.get("account") == name else rule for rule in document.get("rule", [])]
    return {key: value for key, value in without.items() if value or key in document.keys() - {"account"}}


_PLAIN = tuple(name for name in Account.__struct_fields__ if name != "name" and name not in _NESTED)


def write_account(path: Path, account: Account) -> None:
    """Put an account into the settings file, keeping all else in it as it stands, comments included."""
    import tomlkit

    from pipeline.logbook.files import write_text

    document = tomlkit.parse(path.read_text("utf-8") if path.is_file() else sample())
    accounts = document.setdefault("account", tomlkit.table(is_super_table=True))
    table = accounts.setdefault(account.name, tomlkit.table())
    for name in _PLAIN:
        table[name] = getattr(account, name)
    write_text(path, tomlkit.dumps(document))
