"""Explains a key that is not in its table, most often because the table's header is still a comment."""

import re

from pipeline.settings.tables import TABLES

_HEADER = re.compile(r"\s*(#[\s#]*)?(\[{1,2}[^\[\]#]+\]{1,2})\s*(?:#.*)?")
_UNKNOWN = re.compile(r"(?P<where>.*?)(?P<key>[^.]+): unknown (?:key|table) ", re.DOTALL)
_ACCOUNT = re.compile(r"account\.[^.\]]+")
_OVERWRITTEN = re.compile(r"Cannot overwrite a value \(at line ([0-9]+)")


def explained(fault: str, text: str) -> str:
    """A fault of the settings; if it is about a key of another table, with its line and the tables that have it."""
    match = _UNKNOWN.match(fault)
    if match is None:
        return fault
    key = match["key"]
    for number, line in enumerate(text.splitlines(), start=1):
        if _key_in(line) == key and (place := _place(key, number, text, is_outside=not match["where"])):
            return f"line {number}: {place}"
    return fault


def overwriting_hint(text: str, error: Exception) -> str:
    """What may be wrong with a key that is set twice: the second belongs under a header that is still a comment."""
    match = _OVERWRITTEN.match(str(error))
    lines = text.splitlines()
    if match is None or int(match[1]) > len(lines):
        return ""
    number = int(match[1])
    key = _key_in(lines[number - 1])
    place = _place(key, number, text, is_outside=False) if key else None
    return f" ({place})" if place else ""


def _place(key: str, number: int, text: str, *, is_outside: bool) -> str | None:
    """Where the key in that line belongs; None if no table has it, or nothing says that it is misplaced."""
    tables = [
        _ACCOUNT.sub("account.NAME", table.header) for table in TABLES if any(known.name == key for known in table.keys)
    ]
    hidden, is_below_header = None, False
    for above in reversed(text.splitlines()[: number - 1]):
        if header := _HEADER.fullmatch(above):
            hidden = header[2] if header[1] and _ACCOUNT.sub("account.NAME", header[2]) in tables else None
            is_below_header = not header[1]
            break
    if hidden:
        return f"{key} belongs under {hidden}; is there a # before {hidden}?"
    if is_outside and not is_below_header and tables:
        return f"{key} belongs under {' or '.join(tables)}; is its header missing, or is there a # before it?"
    return None


def _key_in(line: str) -> str | None:
    key, equals, _ = line.partition("=")
    return key.strip().strip('"') if equals and not key.lstrip().startswith("#") else None
