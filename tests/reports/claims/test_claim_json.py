"""The bytes of `claim.json`."""

import pytest

from pipeline.claims.document import Claim, decode, encode
from pipeline.settings.schema import Language
from tests.reports.claims.every_claim import CLAIMS, LANGUAGES
from tests.reports.claims.golden_files import agree_with_golden
from tests.reports.claims.hard_claim import hard_claim


def test_golden() -> None:
    agree_with_golden("hard.json", encode(hard_claim()))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_read_back_from_its_bytes(name: str, language: Language) -> None:
    claim = CLAIMS[name](language)
    read: Claim = decode(encode(claim))
    assert read == claim
    assert encode(read) == encode(claim)
