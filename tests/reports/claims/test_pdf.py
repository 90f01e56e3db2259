"""A claim's PDF as a file: conformance, embedded files, tags, and that the same claim gives the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.claims.document import Claim, decode, encode
from pipeline.settings.schema import Driver, Language
from reports.claims.pdf.pdf import write_pdf
from reports.claims.pdf.printable import printable, shown_by_every_face
from tests.reports.claims.claim_pdf import CLAIMS, CSV, write_claim_pdf
from tests.reports.claims.hard_claim import corrections_claim, hard_claim, zero_claim
from tests.scenarios.demo_logbook import CHECKOUT

_WRITE_PDF = """
import sys
from pathlib import Path
from tests.reports.claims.hard_claim import hard_claim
from tests.reports.claims.claim_pdf import write_claim_pdf
write_claim_pdf(hard_claim(), Path(sys.argv[1]))
"""


def elements(parent: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """The structure elements below `of`, in reading order."""
    for child in parent.get("/K", []) if isinstance(parent.get("/K"), pikepdf.Array) else [parent.get("/K")]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from elements(child)


def font_descriptors(pdf: pikepdf.Pdf) -> dict[str, pikepdf.Dictionary]:
    """The descriptors of all fonts in the file, by name."""
    descriptors = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/FontName" in item]
    assert all(
        "/DescendantFonts" in item or "/FontDescriptor" in item
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
    )
    return {str(descriptor.FontName).partition("+")[2]: descriptor for descriptor in descriptors}


def bookmarks(pdf: pikepdf.Pdf) -> dict[str, int]:
    """The headings of level 2 with their page numbers, from 0."""
    pages = [page.objgen for page in pdf.pages]
    with pdf.open_outline() as outline:
        (title,) = outline.root
        places = {}
        for item in title.children:
            destination = item.destination
            if not isinstance(destination, pikepdf.Array):
                assert item.action is not None
                destination = item.action.D
            places[item.title] = pages.index(destination[0].objgen)
    return places


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", CLAIMS)
def test_the_pdf_conforms_to_pdf_a_3a(name: str, language: Language, tmp_path: Path) -> None:
    claim = CLAIMS[name](language)
    with pikepdf.open(write_claim_pdf(claim, tmp_path)) as pdf:
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
            assert f"{claim.number}" in metadata["dc:title"]
            assert metadata["xmp:CreateDate"] == "2025-04-02T06:15:00+00:00"
        assert not pdf.is_encrypted
        assert pdf.Root.Lang == {"da": "da-DK", "en": "en-GB"}[language]
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        embedded = font_descriptors(pdf)
        assert set(embedded) >= {"SourceSans3-Regular", "SourceSans3-Semibold", "SourceCodePro-Regular"}
        assert all("/FontFile3" in descriptor for descriptor in embedded.values())


def test_claim_json_and_csv_are_embedded_with_their_types(tmp_path: Path) -> None:
    claim = hard_claim()
    with pikepdf.open(write_claim_pdf(claim, tmp_path)) as pdf:
        files = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
        assert files == {"claim.json": encode(claim), "home-0003-2025-03.csv": CSV}
        assert decode(files["claim.json"]) == claim
        specs = {str(spec.UF): spec for spec in pdf.Root.AF}
        assert {name: str(spec.AFRelationship) for name, spec in specs.items()} == {
            "claim.json": "/Source",
            "home-0003-2025-03.csv": "/Data",
        }
        types = {name: str(spec.EF.F.Subtype) for name, spec in specs.items()}
        assert types == {"claim.json": "/application/json", "home-0003-2025-03.csv": "/text/csv"}
        assert str(specs["claim.json"].Desc) == "Hele udlægget med alle tal og kontrolsummer"


def test_the_pdf_is_tagged_and_its_charts_have_texts(tmp_path: Path) -> None:
    with pikepdf.open(write_claim_pdf(hard_claim("en"), tmp_path)) as pdf:
        structure = list(elements(pdf.Root.StructTreeRoot))
        kinds = [str(element.S) for element in structure]
        assert kinds[0] == "/Document"
        assert {"/H1", "/H2", "/H3", "/P", "/Table", "/THead", "/TBody", "/TR", "/TH", "/TD"} <= set(kinds)
        assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
        lists = [element for element in structure if element.S == "/L"]
        assert [len([part for part in elements(one) if part.S == "/LI"]) for one in lists][-1] == 3  # the sources
        charts = [str(element.Alt) for element in structure if element.S == "/Figure"]
        assert [chart[:58] for chart in charts] == [
            "Energy and amount per day, March 2025. 01/03/2025: 11.919 ",
            "Energy and amount per day, March 2025. 09/03/2025: 35.271 ",
        ]
        assert charts[0].endswith("; 08/03/2025: 27.352 kWh, 50.43 DKK.")


def test_an_english_text_on_a_danish_claim_is_marked_as_english(tmp_path: Path) -> None:
    """The details of findings of an earlier version: one of the claim's two, and then both."""
    claim = hard_claim("da")
    english = [msgspec.structs.replace(finding, sentences=()) for finding in claim.findings]
    languages = []
    for number, findings in enumerate((claim.findings, tuple(english))):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pikepdf.open(write_claim_pdf(msgspec.structs.replace(claim, findings=findings), folder)) as pdf:
            languages.append([str(one.Lang) for one in elements(pdf.Root.StructTreeRoot) if "/Lang" in one])
    assert [sum(language.startswith("en") for language in found) for found in languages] == [1, 2]


@pytest.mark.parametrize("claim", [hard_claim(), corrections_claim()], ids=["month", "corrections"])
def test_every_heading_of_a_column_has_a_text(claim: Claim, tmp_path: Path) -> None:
    with pikepdf.open(write_claim_pdf(claim, tmp_path)) as pdf:
        headings = [element for element in elements(pdf.Root.StructTreeRoot) if element.S == "/TH"]
        assert len(headings) > 14
        assert [heading for heading in headings if not heading.get("/K")] == []


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", CLAIMS)
def test_the_voucher_is_one_page(name: str, language: Language, tmp_path: Path) -> None:
    with pikepdf.open(write_claim_pdf(CLAIMS[name](language), tmp_path)) as pdf:
        assert next(iter(bookmarks(pdf).values())) == 1
        assert all([float(side) for side in page.mediabox] == [0, 0, 595.2756, 841.8898] for page in pdf.pages)
        pages = {"hard": 3, "zero": 2, "corrections": 2, "reversal": 2, "many": 8}
        assert len(pdf.pages) == pages.get(name, len(pdf.pages))


@pytest.mark.parametrize(("name", "heading"), [("zero", "Opladninger"), ("corrections", "Opladninger og rettelser")])
def test_corrections_are_in_the_heading_of_lines_only_if_there_are_any(name: str, heading: str, tmp_path: Path) -> None:
    with pikepdf.open(write_claim_pdf(CLAIMS[name]("da"), tmp_path)) as pdf:
        assert heading in bookmarks(pdf)


@pytest.mark.system
def test_the_same_claim_gives_the_same_bytes(tmp_path: Path) -> None:
    first_bytes = write_claim_pdf(hard_claim(), tmp_path).read_bytes()
    assert first_bytes == write_claim_pdf(decode(encode(hard_claim())), tmp_path).read_bytes()
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": f"UTC+{seed}", "SOURCE_DATE_EPOCH": seed}
        subprocess.run([sys.executable, "-c", _WRITE_PDF, str(folder)], cwd=CHECKOUT, env=environment, check=True)
        (other_file,) = folder.iterdir()
        assert sha256(other_file.read_bytes()).hexdigest() == sha256(first_bytes).hexdigest()


def claim_with_note(note: str) -> Claim:
    """A claim of two lines with this text as note, reason and driver's name."""
    claim = corrections_claim()
    lines = tuple(msgspec.structs.replace(line, note=note) for line in claim.lines)
    return msgspec.structs.replace(claim, lines=lines, driver=Driver(name=note), reason=note)


def test_every_printable_character_can_be_printed(tmp_path: Path) -> None:
    characters = "".join(filter(printable, map(chr, sorted(shown_by_every_face()))))
    assert len(characters) > 1500
    claim = hard_claim()
    (line, *_) = claim.lines
    pieces = (characters[start : start + 100] for start in range(0, len(characters), 100))
    lines = tuple(msgspec.structs.replace(line, note=piece) for piece in pieces)
    assert write_claim_pdf(msgspec.structs.replace(claim, lines=lines), tmp_path).stat().st_size > 100_000


@pytest.mark.system
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(note=st.text(st.characters(exclude_categories=["Cs"]), max_size=150))
def test_any_text_can_be_printed(note: str, tmp_path: Path) -> None:
    assert write_claim_pdf(claim_with_note(note), tmp_path).is_file()


@pytest.mark.parametrize(
    "note", ['#panic("x")', "#(", "*_$`<@", "\\", "$ x", "= heading", "/* ", '"; )', '#read("/etc/passwd")']
)
def test_typst_code_is_printed_as_text(note: str, tmp_path: Path) -> None:
    assert write_claim_pdf(claim_with_note(note), tmp_path).is_file()


def test_a_month_of_negative_amounts_has_a_chart(tmp_path: Path) -> None:
    claim = hard_claim()
    days = tuple(msgspec.structs.replace(day, amount_incl_tax=-day.amount_incl_tax) for day in claim.days)
    with pikepdf.open(write_claim_pdf(msgspec.structs.replace(claim, days=days), tmp_path)) as pdf:
        charts = [element for element in elements(pdf.Root.StructTreeRoot) if element.S == "/Figure"]
        assert "−21,98 DKK" in str(charts[0].Alt)


def test_bytes_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnicodeDecodeError):
        write_pdf(zero_claim(), encode(zero_claim()), b"\xe6", tmp_path / "claim.pdf")
    assert not (tmp_path / "claim.pdf").exists()
