"""Values that only the operator knows: a claim prints them as they are, and cleaned."""

from pathlib import Path

import msgspec
import pytest

from pipeline.claims.document import Charger, Claim
from reports.claims import phrases
from reports.claims.csv import danish_csv, machine_csv
from reports.claims.words import Words
from reports.claims.workbook.workbook import write_workbook
from tests.reports.claims.claim_pdf import write_claim_pdf
from tests.reports.claims.hard_claim import hard_claim
from tests.reports.claims.workbook_text import workbook_as_text


def claim_of_kind(kind: str) -> Claim:
    """A claim whose sessions are all of that kind."""
    claim = hard_claim(sessions=2)
    lines = tuple(msgspec.structs.replace(line, kind=kind) for line in claim.lines)
    chargers = (Charger(charge_point="Carport", evse=None, kind=kind),)
    return msgspec.structs.replace(claim, lines=lines, chargers=chargers)


@pytest.mark.parametrize(
    ("kind", "printed"),
    [
        ("roaming", "roaming"),
        ("Private", "Private"),
        ("{0}", "{0}"),
        ("=1+1", "=1+1"),
        ("a\x1b[31mb\x07", "a␛[31mb␇"),
        ("a\r\nb\x00", "a\nb␀"),
    ],
)
def test_a_kind_that_only_the_operator_knows_is_printed_as_it_is(kind: str, printed: str, tmp_path: Path) -> None:
    claim = claim_of_kind(kind)
    write_workbook(claim, "0" * 64, tmp_path / "claim.xlsx")
    assert repr(printed) in workbook_as_text(tmp_path / "claim.xlsx")
    assert printed in danish_csv(claim).decode()
    assert kind.replace("\0", "") in machine_csv(claim).decode().replace("\0", "")
    assert write_claim_pdf(claim, tmp_path).stat().st_size > 1_000
    assert phrases.charger(claim.chargers[0], Words.of(claim)) == f"Carport, {kind}"


def test_a_charger_without_a_kind_is_named_without_one() -> None:
    assert phrases.charger(Charger(charge_point="Carport", evse="1", kind=""), Words("da", "UTC")) == "Carport (1)"
