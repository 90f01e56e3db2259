"""The texts of the page: the same keys in both languages, and numbers as each language writes them."""

from decimal import Decimal

import pytest

from reports.page import danish, english
from reports.page.words import PageWords

_DANISH, _ENGLISH = PageWords("da", "Europe/Copenhagen"), PageWords("en", "Europe/Copenhagen")


def placeholders(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    assert list(danish.TEXTS) == list(english.TEXTS)
    for key, text in danish.TEXTS.items():
        assert placeholders(text) == placeholders(english.TEXTS[key]), key
        assert text.strip() == text, key


@pytest.mark.parametrize(
    ("words", "percent", "bound"),
    [(_DANISH, "\N{MINUS SIGN}9,2\N{NO-BREAK SPACE}%", "12,5"), (_ENGLISH, "\N{MINUS SIGN}9.2%", "12.5")],
)
def test_numbers_follow_the_language(words: PageWords, percent: str, bound: str) -> None:
    assert words.percent(Decimal("-9.2")) == percent
    assert words.percent(Decimal("9.2"))[0] == "+"
    assert words.bound(Decimal("12.50")) == bound
    assert words.known_money(None, 2) == words.text("unknown")
    assert [words.hour(hour) for hour in (0, 23)] == ["00–01", "23–24"]


def test_names_of_days_and_months_are_short() -> None:
    assert [_DANISH.weekday(day) for day in (0, 6)] == ["man", "søn"]
    assert [_ENGLISH.weekday(day) for day in (0, 6)] == ["Mon", "Sun"]
