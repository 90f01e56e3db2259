"""Text for cells: no text breaks the file, and every replaced or cut character is visible."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.excel.text import CELL_LIMIT, CUT, for_cell, replace_surrogates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rødgrød på Ærø 🚗", "Rødgrød på Ærø 🚗"),
        ("bell \x07 and nul \x00", "bell ␇ and nul ␀"),
        ("delete \x7f, C1 \x85", "delete ␡, C1 \ufffd"),
        ("lone \ud83d here", "lone \ufffd here"),
        ("not XML \uffff", "not XML \ufffd"),
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("_x0041_ _x41_ a_b", "_x005F_x0041_ _x41_ a_b"),
        ("", ""),
    ],
)
def test_characters_that_a_cell_cannot_hold_are_replaced_visibly(text: str, expected: str) -> None:
    assert for_cell(text) == expected


def test_a_cut_never_divides_a_character() -> None:
    assert for_cell("x" + "🚗" * CELL_LIMIT) == "x" + "🚗" * ((CELL_LIMIT - len(CUT) - 1) // 2) + CUT


@pytest.mark.parametrize("letter", ["x", "🚗"])
def test_text_beyond_the_limit_of_excel_is_cut_with_a_mark(letter: str) -> None:
    fits = letter * (CELL_LIMIT // (len(letter.encode("utf-16-le")) // 2))
    assert for_cell(fits) == fits
    cut = for_cell(fits + letter * 9_000)
    assert cut.endswith(CUT)
    assert CELL_LIMIT - 2 <= len(cut.encode("utf-16-le")) // 2 <= CELL_LIMIT


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_becomes_xml_of_the_same_length_or_longer(text: str) -> None:
    expected = for_cell(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", expected)
    assert len(expected) >= len(text.replace("\r\n", "\n"))


def test_only_surrogates_are_replaced_for_machines() -> None:
    assert replace_surrogates("=a\x07\r\n\udfff") == "=a\x07\r\n\ufffd"
