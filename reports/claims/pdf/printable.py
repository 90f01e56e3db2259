"""Text on its way onto paper: whatever it holds, each character is one that the shipped typeface can show.

PDF/A forbids glyphs that stand for nothing, so a character that the typeface lacks is printed as a box, U+25A1. So are
those that are invisible or turn the direction of writing: they could make a reader see another text than the claim's.
"""

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parents[2] / "fonts"
BOX = "\N{WHITE SQUARE}"
CUT = "…"

_FACES = ("SourceSans3-Regular.otf", "SourceSans3-Semibold.otf", "SourceSans3-It.otf")
_BLANKS = re.compile("[\t-\r \x85\u2028\u2029]+")
_NEVER = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})  # control, format, private use, surrogate, not assigned
_ALL_OF_UNICODE = 12  # the format of a character map beyond the first 65,536 characters


def printable(text: str) -> str:
    """The text on one line, in composed characters, with a box for each one that cannot be shown."""
    line = _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return "".join(character if _can_be_shown(character) else BOX for character in line)


def cut(text: str, limit: int) -> str:
    """The text, at most `limit` characters of it, and a visible mark where it was cut."""
    return text if len(text) <= limit else text[: limit - len(CUT)].rstrip() + CUT


def _can_be_shown(character: str) -> bool:
    return ord(character) in shown_by_every_face() and unicodedata.category(character) not in _NEVER


@cache
def shown_by_every_face() -> frozenset[int]:
    return frozenset.intersection(*(_characters_of((FONTS / face).read_bytes()) for face in _FACES))


def _characters_of(font: bytes) -> frozenset[int]:
    """The code points that an OpenType font maps to glyphs: tables `cmap`, subtable format 12."""
    tables: dict[bytes, int] = {}
    for place in range(struct.unpack_from(">H", font, 4)[0]):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * place)
        tables[tag] = offset
    cmap = tables[b"cmap"]
    for place in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        start = cmap + struct.unpack_from(">HHL", font, cmap + 4 + 8 * place)[2]
        if struct.unpack_from(">H", font, start)[0] == _ALL_OF_UNICODE:
            groups = struct.iter_unpack(">LLL", font[start + 16 : start + struct.unpack_from(">L", font, start + 4)[0]])
            return frozenset(code for first, last, _ in groups for code in range(first, last + 1))
    raise ValueError("The font maps no characters beyond the first 65,536.")
