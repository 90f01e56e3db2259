"""Why a text is not TOML, as the person who wrote it needs to know it."""

import re
import tomllib

_WITH_COMMA = re.compile(r"^\s*[\w-]+\s*=\s*([0-9]+),([0-9]+)\s*(?:#.*)?$", re.MULTILINE)
_BAD_VALUE = re.compile(r"(?:Invalid value|Illegal character|Expected newline).*\(at line ([0-9]+)", re.DOTALL)
_CURLY = re.compile("[\u201c\u201d\u201e\u201f\u2018\u2019\u00ab\u00bb]")
_WITHOUT_QUOTES = re.compile(r"^\s*([\w-]+)\s*=\s*\"?([^\"\[{#]*[^\"\[{#\s])\"?\s*(?:#.*)?$")


def hint(text: str, error: ValueError | ArithmeticError | RecursionError) -> str:
    """What may be wrong: quotes on the line of the error, or a number with a comma anywhere; or nothing."""
    place = _BAD_VALUE.match(str(error))
    line = (text.splitlines() or [""])[min(int(place[1]), text.count("\n") + 1) - 1] if place else ""
    if _CURLY.search(line):
        return ' (a text stands between straight quotes: "…", not “…”)'
    number = _WITH_COMMA.search(text)
    if number is None and (bare := _WITHOUT_QUOTES.match(line)):
        value = "https://…" if "://" in bare[2] else bare[2]
        return f' (a text needs straight quotes on both sides: {bare[1]} = "{value}")'
    return f" (a number needs a point: {number[1]}.{number[2]} instead of {number[1]},{number[2]})" if number else ""


def why_unreadable(text: str, error: ValueError | ArithmeticError | RecursionError) -> str:
    """Why a file cannot be read: Python's own text, or the line that it does not name."""
    if isinstance(error, tomllib.TOMLDecodeError):
        return str(error)
    lines = text.splitlines()
    if isinstance(error, RecursionError):
        line = max(lines, key=lambda line: line.count("[") + line.count("{"))
        why = "values may be nested at most a few hundred levels deep"
    else:
        line = max(lines, key=lambda line: max(map(len, re.findall(r"[0-9_]+", line)), default=0))
        why = "a number may have at most 4,300 digits, and its exponent 18"
    return f"{why} (at line {lines.index(line) + 1}: {line.partition('=')[0].strip()[:40]})"
