"""Amounts of a claim have the decimals of their currency in every format: none in yen, three in Kuwaiti dinars."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest

from pipeline.claims.document import Claim
from reports.claims.csv import danish_csv, machine_csv
from reports.claims.pdf.lines import lines_of
from reports.claims.pdf.voucher import voucher_of
from reports.claims.words import Words
from reports.claims.workbook.workbook import write_workbook
from tests.reports.claims.hard_claim import corrections_claim, expected_totals, hard_claim

_MONEY = ("amount_incl_tax", "tax_amount", "billed_incl_tax")
_CURRENCIES = {"JPY": 0, "DKK": 2, "KWD": 3}


def claim_in(currency: str) -> Claim:
    """A claim of sessions and corrections, all in one currency, whose amounts have that currency's decimals."""
    lines = (*hard_claim(sessions=3).lines[:3], *corrections_claim().lines)
    claim = msgspec.structs.replace(hard_claim(), lines=lines, totals=expected_totals(lines))
    document = with_currency(msgspec.to_builtins(claim), currency)
    document["totals"][0]["minor_digits"] = _CURRENCIES[currency]
    return msgspec.convert(document, Claim)


def with_currency(part: Any, currency: str) -> Any:
    """A part of a claim with another currency, and with the decimals of that currency."""
    if isinstance(part, list | tuple):
        return [with_currency(item, currency) for item in part]
    if not isinstance(part, dict):
        return part
    step = Decimal(1).scaleb(-_CURRENCIES[currency])
    changed = {key: with_currency(value, currency) for key, value in part.items()}
    changed |= {key: str(Decimal(part[key]).quantize(step)) for key in _MONEY if part.get(key)}
    return changed | ({"currency": currency} if "currency" in part else {})


def decimals(text: str, separator: str = ",") -> int:
    """The number of decimals in a text with a figure."""
    return len(text.partition(separator)[2])


@pytest.mark.parametrize(("currency", "digits"), _CURRENCIES.items())
def test_the_pdf_shows_amounts_with_the_decimals_of_their_currency(currency: str, digits: int) -> None:
    claim = claim_in(currency)
    words, lines = Words.of(claim), lines_of(claim, Words.of(claim))
    gross_and_tax = [row.cells[-2:] for row in lines.totals.rows]
    gross_and_tax += [row.figures[-2:] for table in lines.sessions for row in table.rows]
    gross_and_tax += [step[-2:] for table in lines.corrections for row in table.rows for step in row.steps]
    gross_and_tax += [table.sums[-2:] for table in (*lines.sessions, *lines.corrections)]
    assert len(gross_and_tax) == 3 + 3 + 2 * 3 + 2
    assert {decimals(text) for pair in gross_and_tax for text in pair} == {digits}
    (claimed,) = voucher_of(claim, words).claimed
    assert decimals(claimed.amount) == digits
    price_of_sessions, *other_prices = [row.cells[4] for row in lines.totals.rows]
    assert (decimals(price_of_sessions), other_prices) == (4, ["", ""])


@pytest.mark.parametrize(("currency", "number_format"), [("JPY", "#,##0"), ("DKK", "#,##0.00"), ("KWD", "#,##0.000")])
def test_the_workbook_formats_amounts_with_the_decimals_of_their_currency(
    currency: str, number_format: str, tmp_path: Path
) -> None:
    write_workbook(claim_in(currency), "0" * 64, tmp_path / "claim.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "claim.xlsx")["Opladninger"]
    columns = {str(cell.value).replace("\n", " "): cell.column for cell in sheet[4]}
    gross, price = columns["Beløb inkl. moms"], columns["Pris pr. kWh"]
    assert {sheet.cell(row, gross).number_format for row in range(5, 11)} == {number_format}
    assert {sheet.cell(row, price).number_format for row in range(5, 11)} == {"#,##0.0000"}


@pytest.mark.parametrize(("currency", "digits"), _CURRENCIES.items())
def test_the_csv_files_have_amounts_with_the_decimals_of_their_currency(currency: str, digits: int) -> None:
    claim = claim_in(currency)
    machine = list(csv.DictReader(io.StringIO(machine_csv(claim).decode(), newline="")))
    assert {decimals(row[name], ".") for row in machine for name in _MONEY[:2]} == {digits}
    danish = list(csv.DictReader(io.StringIO(danish_csv(claim).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert {decimals(row["Beløb inkl. moms"]) for row in danish} == {digits}
