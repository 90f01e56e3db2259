"""The bytes of `claim.json`."""

import pytest

from pipeline.claims.document import Claim, decode, encode
from pipeline.settings.schema import Language
from tests.reports.claims.claim_examples import CLAIMS, LANGUAGES
from tests.reports.claims.golden_files import assert_equals_golden_file
from tests.reports.claims.hard_claim import hard_claim


def test_claim_json_equals_its_golden_file() -> None:
    assert_equals_golden_file("hard.json", encode(hard_claim()))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_read_back_from_its_bytes(name: str, language: Language) -> None:
    claim = CLAIMS[name](language)
    decoded: Claim = decode(encode(claim))
    assert decoded == claim
    assert encode(decoded) == encode(claim)
