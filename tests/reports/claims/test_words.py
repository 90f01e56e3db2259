"""The texts of claims: the same keys in both languages, and a text for every rule of the checks."""

from decimal import Decimal
from typing import get_args

import msgspec
import pytest

from pipeline.claims import document
from pipeline.database import models
from pipeline.settings.schema import Attribution, Basis, Language
from reports.claims import danish, english, phrases
from reports.claims.words import Words
from tests.reports.claims.hard_claim import hard_claim

_DANISH, _ENGLISH = (Words(language, "Europe/Copenhagen") for language in get_args(Language))


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    assert danish.TEXTS.keys() == english.TEXTS.keys()
    for key, text in danish.TEXTS.items():
        assert placeholders(text) == placeholders(english.TEXTS[key]), key
        assert text.strip() == text, key


def placeholders(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


def test_every_value_that_a_claim_prints_has_a_text() -> None:
    printed = {
        "rule": [check.rule for check in models.checks()],
        "ground": [*get_args(document.ExclusionGround), *get_args(document.CorrectionGround)],
        "correction": get_args(document.CorrectionReason),
        "title": get_args(document.ClaimKind),
        "basis": get_args(Basis),
        "attribution": get_args(Attribution),
        "severity": models.SEVERITIES,
        "kind": ("private", "public"),
    }
    missing = [
        f"{kind}.{value}" for kind, values in printed.items() for value in values if not _DANISH.has(f"{kind}.{value}")
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("words", "money", "kwh"),
    [
        (_DANISH, "\N{MINUS SIGN}1.234,50", "12.345,678"),
        (_ENGLISH, "\N{MINUS SIGN}1,234.50", "12,345.678"),
    ],
)
def test_numbers_follow_the_language(words: Words, money: str, kwh: str) -> None:
    assert words.money(Decimal("-1234.5"), 2) == money
    assert words.kwh(Decimal("12345.678")) == kwh


def test_the_remarks_of_a_line() -> None:
    line = hard_claim().lines[0]
    minimum = msgspec.structs.replace(line, minimum_price=Decimal("2.50"))
    imported = msgspec.structs.replace(minimum, is_imported=True)
    found = [phrases.remarks(one, Words("en", "Europe/Copenhagen")) for one in (line, minimum, imported)]
    applies = "the tariff's minimum price of 2.50 DKK applies"
    assert found == [(), (applies,), (applies, "from imported files, not fetched from the operator")]
    assert b"minimum_price" not in document.encode(line), "an older claim's bytes stay its content's"
