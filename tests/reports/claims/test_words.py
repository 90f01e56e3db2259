"""The texts of claims: the same keys in both languages, and a text for every rule of the checks."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import get_args

import msgspec
import pytest

from pipeline.claims import document
from pipeline.claims.document import Completeness
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


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            _DANISH,
            "afregnes efter operatørens regning, minus 0,716 DKK pr. kWh i godtgjort elafgift ifølge indstillingerne",
        ),
        (
            _ENGLISH,
            "as billed by the operator, less 0.716 DKK per kWh of refunded electricity tax, by the settings",
        ),
    ],
)
def test_a_claim_states_the_refund_that_it_subtracts(words: Words, text: str) -> None:
    claim = hard_claim()
    line = msgspec.structs.replace(claim.lines[0], tax_refund=None)
    refunded = msgspec.structs.replace(line, tax_refund=Decimal("0.716000"))
    at_a_rate = msgspec.structs.replace(refunded, basis="rate")
    plain, _, refund = text.partition(", ")
    found = [
        phrases.bases(msgspec.structs.replace(claim, lines=lines), words)
        for lines in ((line,), (refunded,), (line, refunded, refunded), (at_a_rate,))
    ]
    assert found == [plain, text, f"{plain}; {text}", f"{words.text('basis.rate')}, {refund}"]
    assert b"tax_refund" not in document.encode(line), "an older claim's bytes stay its content's"


def test_a_claim_counts_the_sessions_that_the_list_lacks_apart() -> None:
    listed_at = datetime(2025, 4, 2, tzinfo=UTC)
    found = [
        phrases.counted_sessions(
            Completeness(listed_at=listed_at, sessions=3, claimed=2, excluded=1, unlisted=unlisted),
            Words(language, "Europe/Copenhagen"),
        )
        for language in ("en", "da")
        for unlisted in (0, 1)
    ]
    assert found == [
        "The list and the archive contain 3 sessions; 2 are claimed, 1 are not.",
        "The list contains 2 sessions and the archive 3, of which the list lacks 1; 2 are claimed, 1 are not.",
        "Listen og arkivet rummer 3 opladninger; 2 er medtaget, 1 er udeladt.",
        "Listen rummer 2 opladninger og arkivet 3, hvoraf 1 ikke står på listen; 2 er medtaget, 1 er udeladt.",
    ]
