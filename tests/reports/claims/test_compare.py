"""A rendered file that does not state what claim.json states is found, also if the manifest was adapted to it."""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from openpyxl import Workbook, load_workbook

from pipeline.claims import document
from pipeline.claims.check import check_claim, checksums
from pipeline.claims.folder import CLAIM, MANIFEST
from pipeline.cli.context import Context
from pipeline.cli.main import run
from pipeline.clock import SystemClock
from pipeline.errors import TamperingError
from pipeline.settings.schema import Language
from reports.claims import danish, english
from reports.claims.compare import check_rendered, stated_otherwise
from reports.claims.figures import csv_fault
from reports.claims.files import write_claim_files
from reports.claims.renderer import renderer
from tests.reports.claims.claim_folders import adapt_manifest, by, changed_member, the, written
from tests.reports.claims.hard_claim import corrections_claim, hard_claim, reversal_claim, zero_claim

_KINDS = {"hard": hard_claim, "corrections": corrections_claim, "reversal": reversal_claim, "zero": zero_claim}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A claim that this renderer wrote and one that another wrote. Tests copy them."""
    root = tmp_path_factory.mktemp("claims")
    return {
        "this": written(by(hard_claim(), renderer()), root / "this"),
        "another": written(by(hard_claim(), None), root / "another"),
    }


@pytest.fixture(params=["this", "another"])
def folder(shared: dict[str, Path], request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shared[request.param], tmp_path / "claim"))


def dearer_csv(folder: Path) -> Path:
    path = the(folder, ".csv")
    amount = f"{document.decode((folder / CLAIM).read_bytes()).lines[0].amount_incl_tax}"
    path.write_text(path.read_text("utf-8").replace(f",{amount},", ",9999.00,", 1), "utf-8")
    return path


def dearer_danish_csv(folder: Path) -> Path:
    path = next(folder.glob("*-da.csv"))
    amount = f"{document.decode((folder / CLAIM).read_bytes()).lines[0].amount_incl_tax}".replace(".", ",")
    path.write_text(path.read_text("utf-8").replace(f";{amount};", ";9999,00;", 1), "utf-8", newline="")
    return path


def dearer_workbook(folder: Path) -> Path:
    path = the(folder, ".xlsx")
    amount = document.decode((folder / CLAIM).read_bytes()).lines[0].amount_incl_tax
    with zipfile.ZipFile(path) as members:
        contents = {name: members.read(name) for name in members.namelist()}
    with zipfile.ZipFile(path, "w") as members:
        for name, content in contents.items():
            members.writestr(name, content.replace(f"<v>{amount.normalize():f}</v>".encode(), b"<v>9999</v>"))
    return path


def another_pdf(folder: Path) -> Path:
    path = the(folder, ".pdf")
    other = by(zero_claim(), None)
    write_claim_files(msgspec.structs.replace(other, attachments=()), folder.parent, None)
    path.write_bytes(the(folder.parent, ".pdf").read_bytes())
    return path


def lost_pdf(folder: Path) -> Path:
    path = the(folder, ".pdf")
    path.unlink()
    return path


def added_pdf(folder: Path) -> Path:
    path = folder / "better.pdf"
    path.write_bytes(b"%PDF")
    return path


def no_workbook(folder: Path) -> Path:
    path = the(folder, ".xlsx")
    path.write_bytes(b"PK")
    return path


@pytest.mark.parametrize(
    "change", [dearer_csv, dearer_danish_csv, dearer_workbook, another_pdf, lost_pdf, added_pdf, no_workbook]
)
def test_a_replaced_file_with_an_adapted_manifest_is_found(folder: Path, change: Callable[[Path], Path]) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    path = change(folder)
    assert before != {path.name: path.read_bytes() for path in folder.iterdir()}
    adapt_manifest(folder)
    stored = check_claim(folder)
    with pytest.raises(TamperingError) as caught:
        check_rendered(stored)
    assert str(caught.value).startswith(f"{path} is not what was written: ")


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("is_this", [True, False])
def test_the_files_of_any_claim_state_what_it_states(tmp_path: Path, kind: str, is_this: bool) -> None:
    claim = by(_KINDS[kind](), renderer() if is_this else "another")
    assert check_rendered(check_claim(written(claim, tmp_path))) is None


def test_a_pdf_with_one_other_byte_is_found_if_this_renderer_wrote_it(shared: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shared["this"], tmp_path / "claim"))
    path = the(folder, ".pdf")
    path.write_bytes(path.read_bytes() + b"\n")
    adapt_manifest(folder)
    with pytest.raises(TamperingError, match=r"\.pdf is not what was written: its content is not that of claim\.json"):
        check_rendered(check_claim(folder))


def changed_text(ending: str, old: str, new: str) -> Callable[[Path], Path]:
    """Replace a text where it occurs first."""

    def change(folder: Path) -> Path:
        path = next(folder.glob(f"*{ending}"))
        path.write_bytes(path.read_bytes().replace(old.encode(), new.encode(), 1))
        return path

    return change


def swapped_lines(ending: str) -> Callable[[Path], Path]:
    def change(folder: Path) -> Path:
        path = next(folder.glob(f"*{ending}"))
        heads, first, second, *others = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join((heads, second, first, *others)))
        return path

    return change


def resaved(change_workbook: Callable[[Workbook], None]) -> Callable[[Path], Path]:
    def change(folder: Path) -> Path:
        path = the(folder, ".xlsx")
        workbook = load_workbook(path)
        change_workbook(workbook)
        workbook.save(path)
        return path

    return change


def second_copy(folder: Path) -> Path:
    path = the(folder, ".pdf")
    forged = (folder / CLAIM).read_bytes().replace(b'"number":3', b'"number":4')
    path.write_bytes(path.read_bytes() + b"9 0 obj <</Type /EmbeddedFile>> stream\n" + forged + b"\nendstream\n")
    return path


_LINES, _SHEET = "0003-2025-03.csv", "xl/worksheets/sheet2.xml"
_CHANGES = {
    "csv: energy of line 1": changed_text(_LINES, ",11.919,", ",11.918,"),
    "csv: amount of line 2": changed_text(_LINES, ",36.58,", ",46.57,"),
    "csv: tax of line 2": changed_text(_LINES, ",7.32,", ",7.31,"),
    "csv: session of line 2": changed_text(_LINES, ",700001,", ",700009,"),
    "csv: start of line 1": changed_text(_LINES, "2025-03-01T17:00", "2025-03-01T16:00"),
    "csv: charge point": changed_text(_LINES, "Carport på Tværvej", "Carport på Svejvej"),
    "csv: heading": changed_text(_LINES, "energy_kwh", "energy_wh"),
    "csv: lines swapped": swapped_lines(_LINES),
    "csv: in quotes": changed_text(_LINES, ",36.58,", ',"36.57\n",'),
    "danish csv: amount of line 2": changed_text("-da.csv", ";36,58;", ";46,57;"),
    "danish csv: start of line 1": changed_text("-da.csv", "01-03-2025 17:00", "01-03-2025 16:00"),
    "danish csv: session of line 2": changed_text("-da.csv", ";700001;", ";700009;"),
    "danish csv: unknown tax": changed_text("-da.csv", ";ukendt;", ";0,00;"),
    "danish csv: settlement": changed_text("-da.csv", ";afregnes efter operatørens regning;", ";1,00;"),
    "danish csv: lines swapped": swapped_lines("-da.csv"),
    "workbook: amount of line 2": changed_member(_SHEET, "<v>36.58</v>", "<v>46.57</v>"),
    "workbook: energy of line 1": changed_member(_SHEET, "<v>11.919</v>", "<v>11.918</v>"),
    "workbook: number of line 2": changed_member(_SHEET, "<v>2</v>", "<v>1</v>"),
    "workbook: session": changed_member(_SHEET, ">700001<", ">700009<"),
    "workbook: heading": changed_member(_SHEET, ">Energi (kWh)<", ">Energi<"),
    "workbook: formats": resaved(lambda book: setattr(book.worksheets[1]["I5"], "number_format", '"999,00"')),
    "workbook: total": resaved(lambda book: setattr(book.worksheets[0]["D15"], "value", 9999)),
    "workbook: a figure more": resaved(lambda book: setattr(book.worksheets[1]["AZ5"], "value", 9999)),
    "workbook: a figure below": resaved(lambda book: setattr(book.worksheets[1]["I40"], "value", 9999)),
    "workbook: a sheet more": resaved(lambda book: setattr(book.create_sheet("I alt", 0)["A1"], "value", "9999 DKK")),
    "workbook: a formula": changed_member(_SHEET, "<f>ROUND(SUMIF(", "<f>1+ROUND(SUMIF("),
    "workbook: result of a formula": changed_member("xl/worksheets/sheet3.xml", "</f><v>", "</f><v>9"),
    "workbook: a constant instead of a sum of days": changed_member(
        "xl/worksheets/sheet3.xml", "<f>ROUND(SUM(B5:B35),0)</f>", ""
    ),
    "workbook: another sum of days": changed_member("xl/worksheets/sheet3.xml", "SUM(C5:C35)", "SUM(C6:C35)"),
    "workbook: a constant in the checks": changed_member("xl/worksheets/sheet4.xml", "<f>IF(AND(", "<f>IF(OR(1=1,"),
    "workbook: average price": changed_member("xl/worksheets/sheet1.xml", "<v>1.843833</v>", "<v>9.843833</v>"),
    "workbook: employee": changed_member("xl/worksheets/sheet1.xml", ">004711<", ">004712<"),
    "workbook: cost centre": changed_member("xl/worksheets/sheet1.xml", ">4711 K", ">4712 K"),
    "pdf: a second copy": second_copy,
}


@pytest.mark.system
@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
def test_a_figure_changed_in_a_file_of_another_renderer_is_found_in_its_place(
    shared: dict[str, Path], tmp_path: Path, change: Callable[[Path], Path]
) -> None:
    folder = Path(shutil.copytree(shared["another"], tmp_path / "claim"))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    path = change(folder)
    assert before != {path.name: path.read_bytes() for path in folder.iterdir()}
    assert stated_otherwise(by(hard_claim(), None), path, shared["another"] / path.name)


def test_formulas_are_compared_also_where_an_earlier_version_had_them_in_other_rows(
    shared: dict[str, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(shared["another"], tmp_path / "claim"))
    path, sheet = the(folder, ".xlsx"), "xl/worksheets/sheet4.xml"
    with zipfile.ZipFile(path) as members:
        content = members.read(sheet).decode()
    lower = re.sub(r'(<(?:row|c) r="[A-Z]*)([0-9]+)"', lambda found: f'{found[1]}{int(found[2]) + 1}"', content)
    changed_member(sheet, content, lower)(folder)
    assert stated_otherwise(by(hard_claim(), None), path, shared["another"] / path.name) is None
    changed_member(sheet, "<f>IF(AND(", "<f>IF(OR(1=1,")(folder)
    fault = stated_otherwise(by(hard_claim(), None), path, shared["another"] / path.name)
    assert fault == "the formulas of sheet Kontrol are not those that Ladebog writes"


def fewer_columns(folder: Path) -> None:
    path = the(folder, ".csv")
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
    places = [place for place, heading in enumerate(rows[0]) if heading not in ("minimum_price", "origin")]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([[row[place] for place in places] for row in rows])


@pytest.mark.system
def test_what_cannot_be_compared_in_files_of_another_renderer_is_named(shared: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shared["another"], tmp_path / "claim"))
    changed_member("xl/worksheets/sheet4.xml", ">Kontrol<", ">Efterprøvning<")(folder)
    changed_text("-da.csv", ";afregnes efter operatørens regning;", ";efter regning;")(folder)
    adapt_manifest(folder)
    assert check_rendered(check_claim(folder)) == (
        "fixed texts in home-0003-2025-03-da.csv, texts and layout of home-0003-2025-03.xlsx"
    )
    path = the(folder, ".pdf")
    path.write_bytes(path.read_bytes() + b"\n")
    adapt_manifest(folder)
    assert "the pages of home-0003-2025-03.pdf" in str(check_rendered(check_claim(folder)))


@pytest.mark.parametrize("renderer_of", ["this", "another"])
def test_the_last_line_of_verify_says_what_was_not_compared(
    shared: dict[str, Path], tmp_path: Path, renderer_of: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(shared[renderer_of], tmp_path / "claim"))
    if renderer_of == "another":
        the(folder, ".pdf").write_bytes(the(folder, ".pdf").read_bytes() + b"\n")
        adapt_manifest(folder)
    assert run(["verify", str(folder)], Context(SystemClock())) == 0
    *_, manifest, last = capsys.readouterr().out.splitlines()
    assert manifest.endswith(sha256((folder / MANIFEST).read_bytes()).hexdigest())
    if renderer_of == "this":
        assert last == f"Verified {folder}: nothing was changed."
    else:
        assert "nothing was changed" not in last
        assert last.endswith("; not compared: the pages of home-0003-2025-03.pdf.")


def test_a_csv_of_an_earlier_version_may_lack_columns(shared: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shared["another"], tmp_path / "claim"))
    fewer_columns(folder)
    assert csv_fault(by(hard_claim(), None), the(folder, ".csv").read_bytes()) is None


def test_a_claim_without_a_renderer_is_encoded_as_before(tmp_path: Path) -> None:
    assert b"renderer" not in document.encode(zero_claim())
    assert document.decode(document.encode(zero_claim())) == zero_claim()


@pytest.mark.parametrize("change", ["none", "another list", "a link", "in the logbook"])
def test_the_list_of_checksums_of_an_export_is_checked(folder: Path, change: str) -> None:
    names = [path.name for path in folder.iterdir()]
    content = checksums(folder, names)
    if change == "another list":
        content = content.replace(b"0", b"1", 1)
    (folder / "SHA256SUMS").write_bytes(content)
    if change == "a link":
        (folder / "SHA256SUMS").rename(folder.parent / "elsewhere")
        (folder / "SHA256SUMS").symlink_to(folder.parent / "elsewhere")
    if change == "none":
        check_rendered(check_claim(folder, is_export=True))
        return
    with pytest.raises(TamperingError, match="SHA256SUMS is not what was written"):
        check_claim(folder, is_export=change != "in the logbook")


@pytest.mark.parametrize("make", [hard_claim, corrections_claim, reversal_claim])
@pytest.mark.parametrize("language", [danish, english], ids=["da", "en"])
def test_files_with_the_headings_of_an_earlier_version_state_what_the_claim_states(
    make: Callable[[Language], document.Claim], language: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = by(make("da" if language is danish else "en"), None)
    key_by_heading = {text: key for key, text in language.TEXTS.items()}
    with monkeypatch.context() as earlier:
        for heading, today in language.EARLIER_HEADINGS.items():
            earlier.setitem(language.TEXTS, key_by_heading[today], heading)
        folder = written(claim, tmp_path / "claim")
    assert check_rendered(check_claim(folder)).endswith(f"layout of {the(folder, '.xlsx').name}")
    amount = f";{claim.lines[0].amount_incl_tax};".replace(".", ",")
    path = changed_text("-da.csv", amount, ";9999,00;")(folder)
    adapt_manifest(folder)
    with pytest.raises(TamperingError, match=f"{path.name} is not what was written: in line "):
        check_rendered(check_claim(folder))
