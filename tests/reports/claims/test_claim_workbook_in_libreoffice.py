"""A claim's workbook in LibreOffice: it opens, recalculates to the claim's totals, and prints completely."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.claims.document import Claim
from reports.claims.words import Words
from reports.claims.workbook.workbook import write_workbook
from tests.reports.claims.claim_examples import CLAIMS, LANGUAGES
from tests.reports.claims.hard_claim import hard_claim
from tests.reports.claims.libreoffice import convert, pages_of

pytestmark = pytest.mark.documents

CLAIMS_BY_NAME: dict[str, Claim] = {
    **{f"{name}-{language}": make(language) for name, make in CLAIMS.items() for language in LANGUAGES},
    **{f"200-{language}": hard_claim(language, sessions=200) for language in LANGUAGES},
}
HEADING_ROW = 4  # on the sheet of lines


@pytest.fixture(scope="module")
def workbook_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("written")
    for name, claim in CLAIMS_BY_NAME.items():
        write_workbook(claim, "0123456789abcdef" * 4, folder / f"{name}.xlsx")
    return [folder / f"{name}.xlsx" for name in CLAIMS_BY_NAME]


@pytest.fixture(scope="module")
def recalculated_workbooks(workbook_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Each workbook as LibreOffice saved it after recalculating."""
    recalculated_files = convert(workbook_files, "xlsx", tmp_path_factory.mktemp("recalculated"))
    return {file.stem: openpyxl.load_workbook(file, data_only=True) for file in recalculated_files}


@pytest.fixture(scope="module")
def printed_pages(workbook_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """Each workbook's pages as text."""
    return {file.stem: pages_of(file) for file in convert(workbook_files, "pdf", tmp_path_factory.mktemp("printed"))}


def sheet_of_lines(workbook: Any, claim: Claim) -> tuple[Any, dict[str, int]]:
    sheet = workbook[Words.of(claim).text("sheet.sessions")]
    return sheet, {str(cell.value).replace("\n", " "): cell.column for cell in sheet[HEADING_ROW] if cell.value}


@pytest.mark.parametrize("name", CLAIMS_BY_NAME)
def test_recalculated_totals_are_the_claims_totals(name: str, recalculated_workbooks: Mapping[str, Any]) -> None:
    claim = CLAIMS_BY_NAME[name]
    words = Words.of(claim)
    sheet, column = sheet_of_lines(recalculated_workbooks[name], claim)
    for row, total in enumerate(claim.totals if claim.lines else (), start=HEADING_ROW + len(claim.lines) + 1):
        amount, tax = (sheet.cell(row, column[words.text(key)]).value for key in ("gross", "of_which_tax"))
        assert sheet.cell(row, column[words.text("session")]).value == total.total.lines
        assert Decimal(str(sheet.cell(row, column[words.text("energy_kwh")]).value)) == total.total.energy_kwh
        assert Decimal(str(amount)) == total.total.amount_incl_tax
        expected_tax = words.text("unknown") if total.total.tax_amount is None else float(total.total.tax_amount)
        assert tax == expected_tax
        price = sheet.cell(row, column[words.text("price")]).value
        assert (Decimal(str(price)) if price else None) == total.average_price_incl_tax


@pytest.mark.parametrize("name", CLAIMS_BY_NAME)
def test_the_control_agrees_and_no_cell_is_an_error(name: str, recalculated_workbooks: Mapping[str, Any]) -> None:
    claim, workbook = CLAIMS_BY_NAME[name], recalculated_workbooks[name]
    words = Words.of(claim)
    agree, differ = words.text("agreement.agrees"), words.text("agreement.differs")
    results = [cell.value for cell in workbook[words.text("checks")]["I"] if cell.value in (agree, differ)]
    currencies_with_days = {day.currency for day in claim.days}
    assert results == [agree] * (len(claim.lines) and len(claim.totals) + len(currencies_with_days))
    cells = [cell for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "e"]


@pytest.mark.parametrize("name", [name for name in CLAIMS_BY_NAME if not name.startswith("zero")])
def test_notes_are_text_and_never_formulas(name: str, recalculated_workbooks: Mapping[str, Any]) -> None:
    claim = CLAIMS_BY_NAME[name]
    sheet, column = sheet_of_lines(recalculated_workbooks[name], claim)
    for row, line in enumerate(claim.lines, start=HEADING_ROW + 1):
        cell = sheet.cell(row, column[Words.of(claim).text("note")])
        if line.note is not None and line.note.startswith(("=", "+", "-", "@")):
            assert (cell.data_type, cell.value, cell.hyperlink) == ("s", line.note, None)


def test_a_changed_line_no_longer_agrees_with_its_total(workbook_files: list[Path], tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(workbook_files[0])
    sheet, column = sheet_of_lines(workbook, CLAIMS_BY_NAME["hard-da"])
    sheet.cell(HEADING_ROW + 1, column["Beløb inkl. moms"]).value += 0.01
    workbook["Dage"].cell(HEADING_ROW + 1, 3).value += 0.001
    changed_file = tmp_path / "changed.xlsx"
    workbook.save(changed_file)
    (recalculated_file,) = convert([changed_file], "xlsx", tmp_path / "out")
    control = openpyxl.load_workbook(recalculated_file, data_only=True)["Kontrol"]
    results = [cell.value for cell in control["I"] if cell.value in ("stemmer", "stemmer ikke")]
    assert results == ["stemmer ikke", "stemmer ikke", "stemmer", "stemmer"]


@pytest.mark.parametrize("name", CLAIMS_BY_NAME)
def test_every_page_has_its_number_and_no_figure_is_cut(name: str, printed_pages: Mapping[str, list[str]]) -> None:
    pages, words = printed_pages[name], Words.of(CLAIMS_BY_NAME[name])
    for number, page in enumerate(pages, start=1):
        assert words.text("page", page=number, pages=len(pages)) in page
        assert f"home, {words.text('claim_number')} 3" in page
        assert "##" not in page


@pytest.mark.parametrize("name", CLAIMS_BY_NAME)
def test_the_voucher_is_one_page(name: str, printed_pages: Mapping[str, list[str]]) -> None:
    words = Words.of(CLAIMS_BY_NAME[name])
    first, second = printed_pages[name][:2]
    assert words.text("signature.employer") in first
    assert words.text("sources.claim") in first
    assert words.text("sheet.sessions") in second


def test_200_sessions_have_column_headings_on_every_page(printed_pages: Mapping[str, list[str]]) -> None:
    pages = [
        page for page in printed_pages["200-da"] if re.search(r"^ *\d{1,3} +\d\d\.\d\d\.2025 \d\d:\d\d", page, re.M)
    ]
    assert len(pages) > 5
    for page in pages:
        assert re.search(r"Nr\. +Startet +Sluttet +Opladning +Type", page)
    numbers = [int(number) for page in pages for number in re.findall(r"^ *(\d{1,3}) +\d\d\.\d\d\.2025", page, re.M)]
    assert numbers == list(range(1, len(CLAIMS_BY_NAME["200-da"].lines) + 1))


def test_figures_have_the_separators_of_the_readers_locale(printed_pages: Mapping[str, list[str]]) -> None:
    assert "1.234,50" in printed_pages["hard-da"][0]
