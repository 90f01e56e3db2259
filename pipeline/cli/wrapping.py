"""Text in columns of a terminal: how many it takes, and lines that are not wider than so many."""

import re
import unicodedata

_WORDS = re.compile(r"\S+\s*|\s+")
_NAME_PARTS = re.compile(r"[^_]+_?|_")


def display_width(text: str) -> int:
    """The columns that a terminal needs for a text: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, broken between words; a longer word is broken anywhere."""
    return [line.rstrip() for line in _filled(_WORDS.findall(text), width)] or [""]


def wrapped_before(text: str, last: str, width: int) -> list[str]:
    """As `wrapped`, of a text and its last part, which is not broken if it fits on a line of its own."""
    if display_width(last) > width:
        return wrapped(text + last, width)
    lines = wrapped(text, width)
    if lines[-1] and display_width(f"{lines[-1]} {last}") > width:
        return [*lines, last]
    return [*lines[:-1], f"{lines[-1]} {last}".strip()]


def wrapped_name(name: str, width: int) -> list[str]:
    """A column's name in lines of at most `width` columns, broken after underscores and between words."""
    parts = [part for word in _WORDS.findall(name) for part in _NAME_PARTS.findall(word)]
    return [line.rstrip() for line in _filled(parts, width)] or [""]


def longest_word(text: str) -> int:
    """The columns of the longest word of a text."""
    return max((display_width(word.rstrip()) for word in _WORDS.findall(text)), default=0)


def longest_name_part(name: str) -> int:
    """The columns of the longest part of a name, which `wrapped_name` does not break."""
    return max((display_width(part) for word in name.split() for part in _NAME_PARTS.findall(word)), default=0)


def _filled(parts: list[str], width: int) -> list[str]:
    """The parts one after the other, with a new line where the next does not fit."""
    lines: list[str] = []
    line = ""
    for part in parts:
        if line and display_width(line + part.rstrip()) > width:
            lines.append(line)
            line = ""
        line += part
        while display_width(line.rstrip()) > width:
            place = _longest_fitting(line, width)
            lines.append(line[:place])
            line = line[place:]
    return [*lines, line] if line else lines


def _longest_fitting(text: str, width: int) -> int:
    """How many characters of the text fit; at least one."""
    used = 0
    for place, character in enumerate(text):
        used += _character_width(character)
        if used > width:
            return max(place, 1)
    return len(text)


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("F", "W") else 1
