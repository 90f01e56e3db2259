"""Characters that the typeface cannot show, and long texts."""

import unicodedata

import pytest

from reports.claims.pdf.printable import BOX, cut, printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Blåbærgrød på Åløkke – 1.234,50 € ½ “citat”", "Blåbærgrød på Åløkke – 1.234,50 € ½ “citat”"),
        ("и кириллица Ωμέγα", "и кириллица Ωμέγα"),
        ("日本語 ⚡🚗", f"{BOX * 3} {BOX * 2}"),
        ("linje 1\nlinje 2\r\n\tlinje 3 ", "linje 1 linje 2 linje 3"),
        ("A\N{COMBINING RING ABOVE}rhus", "Århus"),
        ("bi\N{RIGHT-TO-LEFT OVERRIDE}l\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}\x07", f"bi{BOX}l{BOX * 3}"),
        ("\ue0a0\U0010ffff\ud800", BOX * 3),
        ("25\N{NO-BREAK SPACE}%", "25\N{NO-BREAK SPACE}%"),
        ("   ", ""),
    ],
)
def test_characters_that_the_typeface_lacks_are_shown_as_boxes(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_the_typeface_shows_latin_greek_and_cyrillic() -> None:
    letters = [chr(code) for code in (*range(0xC0, 0x180), *range(0x391, 0x3AA), *range(0x410, 0x450))]
    assert [letter for letter in letters if unicodedata.category(letter) != "Cn" and printable(letter) == BOX] == []


def test_a_cut_text_ends_with_an_ellipsis() -> None:
    assert cut("1234567890", 10) == "1234567890"
    assert cut("12345678 0x", 10) == "12345678…"
