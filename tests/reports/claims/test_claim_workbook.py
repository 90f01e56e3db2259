"""A claim's workbook, read back with openpyxl: every cell against golden files, and some details on their own."""

import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from lxml import etree

from pipeline.claims.document import Claim
from pipeline.settings.schema import Car, Language
from reports.claims.workbook.workbook import write_workbook
from tests.reports.claims.claim_examples import CLAIMS, LANGUAGES
from tests.reports.claims.golden_files import assert_equals_golden_file
from tests.reports.claims.hard_claim import LONG_NOTE, corrections_claim, hard_claim, reversal_claim, zero_claim
from tests.reports.claims.workbook_text import pages_as_text, workbook_as_text

SHA256 = "0123456789abcdef" * 4
FIRST_LINE_ROW = 5


def write(claim: Claim, folder: Path) -> Path:
    path = folder / f"{claim.name}.xlsx"
    write_workbook(claim, SHA256, path)
    return path


def write_and_open(claim: Claim, folder: Path, *, results: bool = False) -> Any:
    return openpyxl.load_workbook(write(claim, folder), data_only=results)


def texts(sheet: Any) -> list[str]:
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def columns(sheet: Any) -> dict[str, int]:
    return {str(cell.value).replace("\n", " "): cell.column for cell in sheet[FIRST_LINE_ROW - 1]}


def claim_with_note(note: str) -> Claim:
    claim = hard_claim(sessions=1)
    return msgspec.structs.replace(claim, lines=(msgspec.structs.replace(claim.lines[0], note=note), *claim.lines[1:]))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("da", "Energi i kWh som søjler og beløbet i DKK som en linje, for hver dag i måneden."),
        ("en", "Energy in kWh as columns and the amount in DKK as a line, for each day of the month."),
    ],
)
def test_the_workbook_has_its_language_and_its_charts_have_texts(language: Language, text: str, tmp_path: Path) -> None:
    path = write(hard_claim(language), tmp_path)
    assert openpyxl.load_workbook(path).properties.language == language
    with zipfile.ZipFile(path) as members:
        drawing = etree.fromstring(members.read("xl/drawings/drawing1.xml"))
    first, second = (properties.get("descr", "") for properties in drawing.iter("{*}cNvPr"))
    assert first.startswith(text)
    assert second == first.replace("DKK", "SEK")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CLAIMS)
def test_the_workbook_equals_its_golden_file(name: str, language: Language, tmp_path: Path) -> None:
    actual = workbook_as_text(write(CLAIMS[name](language), tmp_path))
    assert_equals_golden_file(f"{name}.{language}.xlsx.txt", actual.encode())


@pytest.mark.system
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_200_sessions_equal_their_golden_file(language: Language, tmp_path: Path) -> None:
    actual = pages_as_text(write(hard_claim(language, sessions=200), tmp_path))
    assert_equals_golden_file(f"200.{language}.pages.xlsx.txt", actual.encode())


@pytest.mark.parametrize("name", CLAIMS)
def test_the_same_claim_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    contents = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        contents.append(write(CLAIMS[name]("da"), tmp_path / folder).read_bytes())
    assert contents[0] == contents[1]
    with zipfile.ZipFile(tmp_path / "a" / f"{CLAIMS[name]('da').name}.xlsx") as archive:
        assert {member.date_time for member in archive.infolist()} == {(2025, 4, 2, 6, 15, 0)}


@pytest.mark.parametrize("name", CLAIMS)
def test_only_own_sessions_have_a_price(name: str, tmp_path: Path) -> None:
    claim = CLAIMS[name]("en")
    priced_lines = tuple(msgspec.structs.replace(line, price_incl_tax=Decimal("2.5")) for line in claim.lines)
    sheet = write_and_open(msgspec.structs.replace(claim, lines=priced_lines), tmp_path)["Sessions"]
    prices = []
    if claim.lines:
        price = columns(sheet)["Price per kWh"]
        prices = [sheet.cell(FIRST_LINE_ROW + place, price).value for place in range(len(claim.lines))]
    assert prices == [2.5 if line.correction is None else None for line in claim.lines]


@pytest.mark.parametrize(
    ("claim", "names"),
    [
        (hard_claim("da"), ["Udlæg", "Opladninger", "Dage", "Kontrol", "Kilder"]),
        (hard_claim("en"), ["Claim", "Sessions", "Days", "Checks", "Sources"]),
        (zero_claim("da"), ["Udlæg", "Opladninger", "Kontrol", "Kilder"]),
        (corrections_claim("en"), ["Claim", "Sessions", "Checks", "Sources"]),
        (reversal_claim("da"), ["Udlæg", "Opladninger", "Kontrol", "Kilder"]),
    ],
)
def test_sheets_are_named_in_the_claims_language(claim: Claim, names: list[str], tmp_path: Path) -> None:
    assert write_and_open(claim, tmp_path).sheetnames == names


@pytest.mark.parametrize("name", CLAIMS)
def test_stored_results_of_formulas_are_the_claims_totals(name: str, tmp_path: Path) -> None:
    claim = CLAIMS[name]("da")
    workbook = write_and_open(claim, tmp_path, results=True)
    sheet, column = workbook["Opladninger"], columns(workbook["Opladninger"])
    last = FIRST_LINE_ROW + len(claim.lines)
    for row, total in enumerate(claim.totals if claim.lines else (), start=last):
        tax = "ukendt" if total.total.tax_amount is None else float(total.total.tax_amount)
        figures = [
            sheet.cell(row, column[heading]).value for heading in ("Energi (kWh)", "Beløb inkl. moms", "Heraf moms")
        ]
        assert figures == [float(total.total.energy_kwh), float(total.total.amount_incl_tax), tax]
    results = [cell.value for cell in workbook["Kontrol"]["I"] if cell.value in ("stemmer", "stemmer ikke")]
    assert results == ["stemmer"] * (len(claim.lines) and len(claim.totals) + len({day.currency for day in claim.days}))


@pytest.mark.parametrize(
    "note", ['=HYPERLINK("https://example.org","x")', "+45 12 34", "-1", "@SUM(1)", "=", "#N/A", "1", "TRUE"]
)
def test_text_is_never_a_formula_an_error_or_a_number(note: str, tmp_path: Path) -> None:
    claim = claim_with_note(note)
    sheet = write_and_open(claim, tmp_path)["Opladninger"]
    cell = sheet.cell(FIRST_LINE_ROW, columns(sheet)["Note"])
    assert (cell.value, cell.data_type) == (note, "s")
    assert bool(cell.quotePrefix) == (note[0] in "=+-@")


def test_text_of_employer_and_cars_is_never_a_formula(tmp_path: Path) -> None:
    claim = hard_claim()
    employer = msgspec.structs.replace(claim.employer, name="=1+1", cost_centre="0" * 300)
    cars = (Car(name="=A1", plate="-1"),)
    sheet = write_and_open(msgspec.structs.replace(claim, employer=employer, cars=cars), tmp_path)["Udlæg"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    assert {cells[text].data_type for text in ("=1+1", "0" * 300, "=A1", "-1")} == {"s"}
    assert sheet.row_dimensions[cells["0" * 300].row].height > 80


def test_missing_settings_are_lines_to_fill_in_by_hand(tmp_path: Path) -> None:
    sheet = write_and_open(zero_claim("da"), tmp_path)["Udlæg"]
    hints = [cell for row in sheet.iter_rows() for cell in row if cell.value == "udfyldes i hånden"]
    labels = {sheet.cell(cell.row, cell.column - 1).value for cell in hints}
    assert labels == {
        "Medarbejder",
        "Medarbejdernr.",
        "Arbejdsgiver",
        "CVR-nr.",
        "Omkostningssted",
        "Bil",
        "Registreringsnr.",
        "Udbetales til konto",
    }
    assert all(cell.border.bottom.style == "thin" for cell in hints)
    assert "Ingen opladninger i marts 2025." in texts(sheet)


def test_only_corrections_are_marked_by_colour_and_text(tmp_path: Path) -> None:
    claim = hard_claim("en")
    sheet = write_and_open(claim, tmp_path)["Sessions"]
    column = columns(sheet)
    for row, line in enumerate(claim.lines, start=FIRST_LINE_ROW):
        reason = sheet.cell(row, column["Correction"]).value
        is_coloured = sheet.cell(row, 1).fill.patternType == "solid"
        assert is_coloured == bool(reason) == (line.correction is not None)
        if line.correction is not None:
            old, new = (sheet.cell(row, column[f"{when}: Amount incl. tax"]).value for when in ("Before", "Now"))
            assert round(new - old, 2) == sheet.cell(row, column["Amount incl. tax"]).value
            assert reason.startswith("Corrects claim no. 2: ")


def test_currencies_are_never_added(tmp_path: Path) -> None:
    sheet = write_and_open(hard_claim("en"), tmp_path)["Claim"]
    labels = [text for text in texts(sheet) if text.startswith("Total")]
    assert labels == ["Total DKK", "Total SEK"]


def test_an_unknown_tax_is_shown_as_unknown(tmp_path: Path) -> None:
    sheet = write_and_open(hard_claim("en"), tmp_path)["Claim"]
    (row,) = (row for row in sheet.iter_rows() if row[1].value == "Total SEK")
    assert [cell.value for cell in row[2:]] == [1, 35.271, 1234.5, "unknown", 35.000425, "SEK"]


def test_times_are_local_to_the_account(tmp_path: Path) -> None:
    claim = hard_claim()
    sheet = write_and_open(claim, tmp_path)["Opladninger"]
    cell = sheet.cell(FIRST_LINE_ROW, columns(sheet)["Startet"])
    assert cell.value == datetime(2025, 3, 1, 17, 0)  # noqa: DTZ001 (a spreadsheet's times are naive)
    utc = msgspec.structs.replace(claim.policy, account=msgspec.structs.replace(claim.policy.account, timezone="UTC"))
    sheet = write_and_open(msgspec.structs.replace(claim, policy=utc), tmp_path)["Opladninger"]
    assert sheet.cell(FIRST_LINE_ROW, columns(sheet)["Startet"]).value == datetime(2025, 3, 1, 16, 0)  # noqa: DTZ001


def test_a_long_note_is_complete_and_its_row_stays_low(tmp_path: Path) -> None:
    sheet = write_and_open(claim_with_note(LONG_NOTE), tmp_path)["Opladninger"]
    assert sheet.cell(FIRST_LINE_ROW, columns(sheet)["Note"]).value == LONG_NOTE
    assert sheet.row_dimensions[FIRST_LINE_ROW].height < 60


def test_the_claims_sha256_is_on_the_voucher_and_among_the_sources(tmp_path: Path) -> None:
    workbook = write_and_open(hard_claim(), tmp_path)
    assert f"SHA-256 af claim.json: {SHA256}" in texts(workbook["Udlæg"])
    assert SHA256 in texts(workbook["Kilder"])


def test_a_reversal_names_its_claim_and_reason(tmp_path: Path) -> None:
    all_texts = texts(write_and_open(reversal_claim("da"), tmp_path)["Udlæg"])
    assert "Tilbageførsel af udlæg nr. 2" in all_texts
    assert all_texts[all_texts.index("Begrundelse") + 1] == "sendt til den forkerte arbejdsgiver"
