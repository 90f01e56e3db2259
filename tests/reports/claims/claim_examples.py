"""The claims that every format is tested with."""

from collections.abc import Callable

from pipeline.claims.document import Claim
from pipeline.settings.schema import Language
from tests.reports.claims.hard_claim import corrections_claim, hard_claim, reversal_claim, zero_claim

LANGUAGES: tuple[Language, ...] = ("da", "en")
CLAIMS: dict[str, Callable[[Language], Claim]] = {
    "hard": hard_claim,
    "zero": zero_claim,
    "corrections": corrections_claim,
    "reversal": reversal_claim,
}
