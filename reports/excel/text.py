"""Text from the API on its way into a cell: whatever it holds, the file stays sound and the reader sees all of it."""

import re

CELL_LIMIT = 32_767  # UTF-16 code units: what Excel takes in one cell
CUT = "… [cut]"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may take for the beginning of a formula

_LINE_BREAK = re.compile(r"\r\n?")
_REPLACEMENTS = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **dict.fromkeys((*range(0x80, 0xA0), 0xFFFE, 0xFFFF), "\ufffd"),
}
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE_OF_EXCEL = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def for_cell(text: str) -> str:
    """The text as a cell can hold it.

    Control characters stand as their pictures (U+2400 and on), other characters that XML cannot hold as U+FFFD, every
    line break as a line feed. What Excel would read as its own escape (`_x0041_`) is escaped, and text beyond Excel's
    limit is cut with a visible mark.
    """
    return _cut(_ESCAPE_OF_EXCEL.sub("_x005F_", _visible(text)))


def for_typed_cell(text: str) -> str:
    """The text as a spreadsheet can read it from a file in which cells have no type, as in CSV.

    It is that of `for_cell`, but for Excel's escapes, and has an apostrophe before what would become a formula.
    """
    return _cut(f"'{_visible(text)}" if text.startswith(FORMULA_STARTS) else _visible(text))


def replace_surrogates(text: str) -> str:
    """The text with U+FFFD for lone surrogates, which no encoding can hold."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _visible(text: str) -> str:
    return replace_surrogates(_LINE_BREAK.sub("\n", text).translate(_REPLACEMENTS))


def _cut(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return text
    return units[: 2 * (CELL_LIMIT - len(CUT))].decode("utf-16-le", "ignore") + CUT
