"""A claim's PDF as poppler reads and draws it: its text, and that no text overlaps or leaves its margins."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.settings.schema import Language
from tests.reports.claims.golden_files import agree_with_golden
from tests.reports.claims.poppler import overlaps, pictures_of, text_of, words_of
from tests.reports.claims.written_pdf import CLAIMS, written

pytestmark = pytest.mark.documents

_POINTS_A_MILLIMETRE = 72 / 25.4
_SIDE = 18 * _POINTS_A_MILLIMETRE
_WIDTH = 210 * _POINTS_A_MILLIMETRE
_FOOT = (297 - 8) * _POINTS_A_MILLIMETRE


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", ["hard", "zero", "corrections", "reversal"])
def test_text(name: str, language: Language, tmp_path: Path) -> None:
    agree_with_golden(f"{name}-{language}.txt", text_of(written(CLAIMS[name](language), tmp_path)).encode())


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", CLAIMS)
def test_no_word_overlaps_another_or_leaves_the_margins(name: str, language: Language, tmp_path: Path) -> None:
    words = words_of(written(CLAIMS[name](language), tmp_path))
    assert len(words) > 100
    assert [word for word in words if word.left < _SIDE - 0.5 or word.right > _WIDTH - _SIDE + 0.5] == []
    assert [word for word in words if word.bottom > _FOOT] == []
    assert overlaps(words) == []


def test_every_session_is_printed_in_order(tmp_path: Path) -> None:
    words = [word.text for word in words_of(written(CLAIMS["many"]("da"), tmp_path))]
    printed = [word for word in words[: words.index("Kontrol")] if re.fullmatch(r"700\d{3}", word)]
    assert printed == [str(700_000 + place) for place in range(200)]


@pytest.mark.parametrize("name", CLAIMS)
def test_drawings_stay_within_the_margins(name: str, tmp_path: Path) -> None:
    dots = 50
    side, top = round(16 / 25.4 * dots), round(9 / 25.4 * dots)
    for picture in pictures_of(written(CLAIMS[name]("da"), tmp_path), tmp_path, dots):
        assert (picture.width, picture.height) == (414, 585)
        rows = [picture.row(place) for place in range(picture.height)]
        assert min(picture.pixels) < 128
        assert all(set(row[:side] + row[-side:]) == {255} for row in rows)
        assert all(set(row) == {255} for row in [*rows[:top], *rows[-top:]])
