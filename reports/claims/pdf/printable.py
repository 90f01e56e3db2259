"""Text for the PDF: only characters that the included typeface can show.

PDF/A forbids missing glyphs, so a character that the typeface lacks is printed as a box, U+25A1. Invisible characters
and those that change the writing direction become boxes too: with them the printed text could differ from the claim's.
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
_ALL_OF_UNICODE = 12  # the format of a character map that covers all code points


def printable(text: str) -> str:
    """The text on one line, in composed characters (NFC), with a box for each character that cannot be shown."""
    line = _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return "".join(character if _can_be_shown(character) else BOX for character in line)


def cut(text: str, limit: int) -> str:
    """The text, cut to at most `limit` characters with a visible mark at the end."""
    return text if len(text) <= limit else text[: limit - len(CUT)].rstrip() + CUT


def _can_be_shown(character: str) -> bool:
    return ord(character) in shown_by_every_face() and unicodedata.category(character) not in _NEVER


@cache
def shown_by_every_face() -> frozenset[int]:
    """The code points that all faces of the typeface can show."""
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
    raise ValueError("The font has no character map of format 12.")
