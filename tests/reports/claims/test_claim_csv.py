"""A claim's lines as CSV: their bytes, and how programs read them."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

import msgspec
import pytest

from pipeline.claims.document import Claim
from pipeline.settings.schema import Language
from reports.claims.csv import danish_csv, machine_csv
from tests.reports.claims.claim_examples import CLAIMS, LANGUAGES
from tests.reports.claims.golden_files import assert_equals_golden_file
from tests.reports.claims.hard_claim import LONG_NOTE, hard_claim

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_machine(claim: Claim) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(machine_csv(claim).decode(), newline=""), strict=True))


def read_danish(claim: Claim) -> list[dict[str, str]]:
    file = io.StringIO(danish_csv(claim).decode("utf-8-sig"), newline="")
    return list(csv.DictReader(file, delimiter=";", strict=True))


def claim_with_note(note: str) -> Claim:
    claim = hard_claim(sessions=1)
    return msgspec.structs.replace(claim, lines=(msgspec.structs.replace(claim.lines[0], note=note), *claim.lines[1:]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CLAIMS)
def test_the_danish_csv_equals_its_golden_file(name: str, language: Language) -> None:
    assert_equals_golden_file(f"{name}.{language}.danish.csv", danish_csv(CLAIMS[name](language)))


@pytest.mark.parametrize("name", CLAIMS)
def test_the_machine_csv_equals_its_golden_file(name: str) -> None:
    assert_equals_golden_file(f"{name}.machine.csv", machine_csv(CLAIMS[name]("da")))


@pytest.mark.parametrize("name", CLAIMS)
def test_the_machine_csv_is_the_same_in_every_language(name: str) -> None:
    assert machine_csv(CLAIMS[name]("da")) == machine_csv(CLAIMS[name]("en"))


def test_lines_of_the_machine_csv_add_up_to_the_totals() -> None:
    claim = hard_claim(sessions=200)
    rows = read_machine(claim)
    assert len(rows) == len(claim.lines)
    for total in claim.totals:
        currency_rows = [row for row in rows if row["currency"] == total.currency]
        assert sum(Decimal(row["energy_kwh"]) for row in currency_rows) == total.total.energy_kwh
        assert sum(Decimal(row["amount_incl_tax"]) for row in currency_rows) == total.total.amount_incl_tax


def test_a_correction_is_the_new_figure_less_the_old() -> None:
    corrections = [row for row in read_machine(hard_claim()) if row["corrected_claim"]]
    assert len(corrections) == 4
    for row in corrections:
        for figure in ("energy_kwh", "amount_incl_tax"):
            assert Decimal(row[f"new_{figure}"]) - Decimal(row[f"old_{figure}"]) == Decimal(row[figure])


@pytest.mark.parametrize("name", CLAIMS)
def test_only_own_sessions_have_a_price(name: str) -> None:
    claim = CLAIMS[name]("en")
    priced_lines = tuple(
        msgspec.structs.replace(line, price_incl_tax=Decimal("2.5"), minimum_price=Decimal("2.50"))
        for line in claim.lines
    )
    claim = msgspec.structs.replace(claim, lines=priced_lines)
    own = [line.correction is None for line in claim.lines]
    machine = [(row["price_incl_tax"], row["minimum_price"]) for row in read_machine(claim)]
    danish = [(row["Price per kWh"], row["Minimum price"]) for row in read_danish(claim)]
    assert machine == [("2.5", "2.50") if is_own else ("", "") for is_own in own]
    assert danish == [("2,5", "2,50") if is_own else ("", "") for is_own in own]


@pytest.mark.parametrize("note", ["a\nb", "a\rb", "a\r\nb", 'say "x"; y, z', LONG_NOTE, "   ", "æøå 🚗", "=1+1"])
def test_the_machine_csv_contains_text_unchanged(note: str) -> None:
    assert read_machine(claim_with_note(note))[0]["note"] == note


@pytest.mark.parametrize("note", ["=1+1", "+1", "-1+1", "@SUM(1;2)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula_in_a_spreadsheet(note: str) -> None:
    cell = read_danish(claim_with_note(note))[0]["Note"]
    assert cell == "'" + note.replace("\r", "\n")


def test_a_negative_figure_is_not_escaped() -> None:
    (row,) = (row for row in read_danish(hard_claim()) if row["Opladning"] == "600001")
    assert (row["Energi (kWh)"], row["Beløb inkl. moms"]) == ("-1,500", "-2,75")


@pytest.mark.parametrize("note", ["a\nb", "a\rb", "a\r\nb", "a\r\n\r\nb;c"])
def test_a_note_with_line_breaks_is_one_record(note: str) -> None:
    claim = claim_with_note(note)
    assert len(read_danish(claim)) == len(claim.lines)
    for record in records(danish_csv(claim)):
        assert b"\r" not in record


def test_a_note_is_cut_to_the_length_of_a_cell() -> None:
    assert len(read_danish(claim_with_note("=" + "x" * 40_000))[0]["Note"]) == 32_767


@pytest.mark.parametrize("name", CLAIMS)
def test_danish_excel_recognises_the_file_by_byte_order_mark_and_line_ends(name: str) -> None:
    content = danish_csv(CLAIMS[name]("da"))
    assert content.startswith(BYTE_ORDER_MARK + b"Profil i ladebogen;")
    assert content.endswith(b"\r\n")
    assert not machine_csv(CLAIMS[name]("da")).startswith(BYTE_ORDER_MARK)
    assert b"\r" not in machine_csv(CLAIMS["zero"]("da"))


def records(content: bytes) -> Iterator[bytes]:
    """The file's records without the CRLF at their ends."""
    yield from content.removesuffix(b"\r\n").split(b"\r\n")
