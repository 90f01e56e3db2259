"""A claim's PDF as poppler reads and draws it: its text, and that no text overlaps or leaves its margins."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.settings.schema import Language
from tests.reports.claims.claim_pdf import CLAIMS, write_claim_pdf
from tests.reports.claims.golden_files import assert_equals_golden_file
from tests.reports.claims.poppler import overlaps, pictures_of, text_of, words_of

pytestmark = pytest.mark.documents

_POINTS_PER_MILLIMETRE = 72 / 25.4
_SIDE_MARGIN = 18 * _POINTS_PER_MILLIMETRE
_PAGE_WIDTH = 210 * _POINTS_PER_MILLIMETRE
_LOWEST_TEXT = (297 - 8) * _POINTS_PER_MILLIMETRE


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", ["hard", "zero", "corrections", "reversal"])
def test_the_text_equals_the_golden_file(name: str, language: Language, tmp_path: Path) -> None:
    assert_equals_golden_file(
        f"{name}-{language}.txt", text_of(write_claim_pdf(CLAIMS[name](language), tmp_path)).encode()
    )


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", CLAIMS)
def test_no_word_overlaps_another_or_leaves_the_margins(name: str, language: Language, tmp_path: Path) -> None:
    words = words_of(write_claim_pdf(CLAIMS[name](language), tmp_path))
    assert len(words) > 100
    assert [
        word for word in words if word.left < _SIDE_MARGIN - 0.5 or word.right > _PAGE_WIDTH - _SIDE_MARGIN + 0.5
    ] == []
    assert [word for word in words if word.bottom > _LOWEST_TEXT] == []
    assert overlaps(words) == []


def test_every_session_is_printed_in_order(tmp_path: Path) -> None:
    words = [word.text for word in words_of(write_claim_pdf(CLAIMS["many"]("da"), tmp_path))]
    printed_ids = [word for word in words[: words.index("Kontrol")] if re.fullmatch(r"700\d{3}", word)]
    assert printed_ids == [str(700_000 + place) for place in range(200)]


@pytest.mark.parametrize("name", CLAIMS)
def test_drawings_are_within_the_margins(name: str, tmp_path: Path) -> None:
    dots_per_inch = 50
    side_margin, top_margin = round(16 / 25.4 * dots_per_inch), round(9 / 25.4 * dots_per_inch)
    for picture in pictures_of(write_claim_pdf(CLAIMS[name]("da"), tmp_path), tmp_path, dots_per_inch):
        assert (picture.width, picture.height) == (414, 585)
        rows = [picture.row(place) for place in range(picture.height)]
        assert min(picture.pixels) < 128
        assert all(set(row[:side_margin] + row[-side_margin:]) == {255} for row in rows)
        assert all(set(row) == {255} for row in [*rows[:top_margin], *rows[-top_margin:]])
