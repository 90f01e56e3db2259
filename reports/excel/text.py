"""Text from the API for a spreadsheet cell: any text gives a valid file, and control characters become visible."""

import re

from pipeline.text import CONTROL_SYMBOLS

CELL_LIMIT = 32_767  # UTF-16 code units: the most that Excel allows in one cell
CUT = "… [cut]"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may read text that starts so as a formula

_LINE_BREAK = re.compile(r"\r\n?")
_REPLACEMENTS = {**CONTROL_SYMBOLS, **dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd")}
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE_OF_EXCEL = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def for_cell(text: str) -> str:
    """The text for a cell of a workbook.

    Control characters become their pictures (U+2400 and on), other characters that XML does not allow U+FFFD, and line
    breaks line feeds. What Excel would read as an escape (`_x0041_`) is escaped, and text beyond Excel's limit is cut
    with a visible mark.
    """
    return _cut(_ESCAPE_OF_EXCEL.sub("_x005F_", _visible(text)))


def for_untyped_cell(text: str) -> str:
    """The text for a file whose cells have no type, such as CSV.

    Like `for_cell`, but without Excel's escapes, and with an apostrophe before text that would become a formula.
    """
    return _cut(f"'{_visible(text)}" if text.startswith(FORMULA_STARTS) else _visible(text))


def replace_surrogates(text: str) -> str:
    """The text with U+FFFD for lone surrogates, which UTF-8 cannot encode."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _visible(text: str) -> str:
    return replace_surrogates(_LINE_BREAK.sub("\n", text).translate(_REPLACEMENTS))


def _cut(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return text
    return units[: 2 * (CELL_LIMIT - len(CUT))].decode("utf-16-le", "ignore") + CUT
