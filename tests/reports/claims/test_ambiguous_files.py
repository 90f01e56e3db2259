"""A rendered file that programs may read differently, that hides figures, or that is far too large, is refused."""

from __future__ import annotations

import io
import shutil
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from pipeline.claims.check import check_claim
from pipeline.errors import TamperingError
from reports.claims.compare import check_rendered
from reports.claims.renderer import renderer
from tests.reports.claims.claim_folders import adapt_manifest, by, changed_member, the, written
from tests.reports.claims.hard_claim import hard_claim

_STYLES = "xl/styles.xml"
_VOUCHER, _LINES = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("claims")
    return {
        "this": written(by(hard_claim(), renderer()), root / "this"),
        "another": written(by(hard_claim(), "another"), root / "another"),
    }


def refused(original: Path, copy: Path, change: Callable[[Path], Path]) -> str:
    """What the comparison answers to a change that the manifest was adapted to."""
    folder = Path(shutil.copytree(original, copy))
    path = change(folder)
    assert path.read_bytes() != (original / path.name).read_bytes()
    adapt_manifest(folder)
    stored = check_claim(folder)
    with pytest.raises(TamperingError) as caught:
        check_rendered(stored)
    assert str(caught.value).startswith(f"{path} is not what was written: ")
    return str(caught.value)


def bytes_of(ending: str, change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = the(folder, ending)
        path.write_bytes(change(path.read_bytes()))
        return path

    return write


def commented(content: bytes) -> bytes:
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as members:
        members.comment = b"9999"
    return file.getvalue()


def repacked(change: Callable[[list[zipfile.ZipInfo]], list[zipfile.ZipInfo]]) -> Callable[[bytes], bytes]:
    """The same members, written again in another way."""

    def write(content: bytes) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as members, zipfile.ZipFile(file, "w") as changed:
            contents = {entry.filename.lower(): members.read(entry) for entry in members.infolist()}
            for entry in change(members.infolist()):
                changed.writestr(entry, contents[entry.filename.lower()])
        return file.getvalue()

    return write


def with_extra(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    entries[0].extra = struct.pack("<HH4s", 0x9999, 4, b"9999")
    return entries


def twice(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    again = zipfile.ZipInfo(entries[0].filename.upper(), date_time=entries[0].date_time)
    return [*entries, again]


def with_two_directories(content: bytes) -> bytes:
    """A whole other workbook before this one: programs that read from the start find it."""
    return dearer(content) + content


def dearer(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as members, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in members.namelist():
            changed.writestr(name, members.read(name).replace(b"<v>36.58</v>", b"<v>9999</v>"))
    return file.getvalue()


_ZIP = {
    "bytes before": lambda content: b"<html>9999</html>" + content,
    "bytes after": lambda content: content + b"9999",
    "comment": commented,
    "two directories": with_two_directories,
    "another order": repacked(lambda entries: entries[::-1]),
    "extra field": repacked(with_extra),
    "a name twice": repacked(twice),
}
_OF_ANOTHER = [("another", kind) for kind in _ZIP if kind != "another order"]


@pytest.mark.parametrize(("renderer_of", "kind"), [*(("this", kind) for kind in _ZIP), *_OF_ANOTHER])
def test_a_workbook_is_its_members_and_nothing_else(
    shared: dict[str, Path], tmp_path: Path, renderer_of: str, kind: str
) -> None:
    refused(shared[renderer_of], tmp_path / "claim", bytes_of(".xlsx", _ZIP[kind]))


@pytest.mark.parametrize("level", [1, 9])
def test_a_workbook_that_another_zlib_compressed_is_the_same(
    shared: dict[str, Path], tmp_path: Path, level: int
) -> None:
    folder = Path(shutil.copytree(shared["this"], tmp_path / "claim"))
    path, file = the(folder, ".xlsx"), io.BytesIO()
    with zipfile.ZipFile(path) as members, zipfile.ZipFile(file, "w") as changed:
        for entry in members.infolist():
            changed.writestr(entry, members.read(entry), zipfile.ZIP_DEFLATED, level)
    assert file.getvalue() != path.read_bytes()
    path.write_bytes(file.getvalue())
    adapt_manifest(folder)
    assert check_rendered(check_claim(folder)) is None


_ROW = '<row r="5"'
_XML = {
    "value twice": (_LINES, "<v>36.58</v>", "<v>36.58</v><v>9999</v>"),
    "text beside a value": (_LINES, "<v>36.58</v>", "<is><t>9999</t></is><v>36.58</v>"),
    "value in parts": (_LINES, "<v>36.58</v>", "<v>36.58<!-- 9999 --></v>"),
    "value with underscores": (_LINES, "<v>36.58</v>", "<v>3_6.58</v>"),
    "cell twice": (_LINES, '<c r="A5"', '<c r="A5"><v>9999</v></c><c r="A5"'),
    "cell of another row": (_LINES, '<c r="A5"', '<c r="A40"/><c r="A5"'),
    "row twice": (_LINES, _ROW, f'{_ROW}><c r="A5" t="n"><v>9999</v></c></row>{_ROW}'),
    "second sheetData": (_LINES, "<sheetData>", '<sheetData><row r="1"/></sheetData><sheetData>'),
    "hidden row": (_LINES, _ROW, f'{_ROW} hidden="1"'),
    "low row": (_VOUCHER, 'ht="28"', 'ht="0.1"'),
    "hidden column": (_LINES, "<col ", '<col hidden="1" '),
    "narrow column": (_LINES, '<col width="9"', '<col width="0.1"'),
    "hidden sheet": ("xl/workbook.xml", 'sheetId="2" state="visible"', 'sheetId="2" state="hidden"'),
    "sheet twice": ("xl/workbook.xml", 'r:id="rId2"', 'r:id="rId1"'),
    "relationship twice": ("xl/_rels/workbook.xml.rels", 'Id="rId2"', 'Id="rId1"'),
    "external part": ("xl/_rels/workbook.xml.rels", 'Id="rId2"', 'TargetMode="External" Id="rId2"'),
    "conditional format": (_LINES, "</sheetData>", "</sheetData><conditionalFormatting/>"),
    "another namespace": (_LINES, "<v>36.58</v>", '<v xmlns="urn:x">36.58</v>'),
    "entity": (_LINES, "<worksheet", '<!DOCTYPE x [<!ENTITY a "9999">]><worksheet'),
    "format twice": ("xl/styles.xml", 'numFmtId="164"', 'numFmtId="165"'),
    "format of Excel": ("xl/styles.xml", 'numFmtId="164"', 'numFmtId="4"'),
    "white text": (_STYLES, 'rgb="0022302F"', 'rgb="00FFFFFF"'),
    "nearly white text": (_STYLES, 'rgb="0022302F"', 'rgb="00F0F0F0"'),
    "text in a colour of the palette": (_STYLES, 'rgb="0022302F"', 'indexed="9"'),
    "background in the colour of the text": (_STYLES, 'rgb="00EFF4F3"', 'rgb="00223030"'),
    "tiny font": (_STYLES, '<sz val="10"/>', '<sz val="1"/>'),
    "format that shows nothing": (_STYLES, 'formatCode="#,##0.000"', 'formatCode=";;;"'),
    "format with a digit": (_STYLES, 'formatCode="#,##0.000"', 'formatCode="&quot;9&quot;#,##0.000"'),
    "format in thousands": (_STYLES, 'formatCode="#,##0.000"', 'formatCode="#,##0.000,"'),
    "format with a colour": (_STYLES, 'formatCode="#,##0.000"', 'formatCode="[White]#,##0.000"'),
}


@pytest.mark.system
@pytest.mark.parametrize("change", _XML.values(), ids=_XML)
def test_a_workbook_of_another_version_can_be_read_in_one_way_and_hides_nothing(
    shared: dict[str, Path], tmp_path: Path, change: tuple[str, str, str]
) -> None:
    refused(shared["another"], tmp_path / "claim", changed_member(*change))


def test_other_colours_that_can_be_read_are_accepted(shared: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shared["another"], tmp_path / "claim"))
    changed_member(_STYLES, 'rgb="0022302F"', 'rgb="00102040"')(folder)
    adapt_manifest(folder)
    check_rendered(check_claim(folder))


def shown(part: bytes) -> Callable[[bytes], bytes]:
    """Put something into the catalog of a PDF."""
    return lambda content: content.replace(b"/Type/Catalog", b"/Type/Catalog" + part, 1)


_PDF = {
    "appended revision": lambda content: content + b"\n9999 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF",
    "bytes after": lambda content: content + b"\n9999",
    "bytes before": lambda content: b"<html>9999</html>" + content,
    "object twice": lambda content: content.replace(b"\nxref\n", b"\n1 0 obj\n<<>>\nendobj\nxref\n", 1),
    "form fields": shown(b"/AcroForm<</Fields[]>>"),
    "form fields, escaped": shown(b"/Acro#46orm<</Fields[]>>"),
    "optional content": shown(b"/OCProperties<<>>"),
    "note over the page": shown(b"/Kids[<</Type/Annot/Subtype/FreeText>>]"),
    "program": shown(b"/OpenAction 1 0 R"),
    "another file": lambda content: content.replace(b"/EF<<", b"/EF 1 0 R/X<<", 1),
    "length of a stream": lambda content: content.replace(b"/Length ", b"/Length 1", 1),
}


@pytest.mark.parametrize("change", _PDF.values(), ids=_PDF)
def test_a_pdf_of_another_version_has_one_revision_and_nothing_over_its_pages(
    shared: dict[str, Path], tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    refused(shared["another"], tmp_path / "claim", bytes_of(".pdf", change))


_CSV = {
    "a NUL": lambda content: content.replace(b",36.58,", b",36.58\0,", 1),
    "another heading below": lambda content: content + content.splitlines(keepends=True)[0],
    "quotes": lambda content: content.replace(b",36.58,", b',"36.58",', 1),
    "line ends": lambda content: content.replace(b"\n", b"\r\n"),
    "another separator": lambda content: b"sep=;\n" + content,
    "byte order mark": lambda content: b"\xef\xbb\xbf" + content,
}


@pytest.mark.parametrize("change", _CSV.values(), ids=_CSV)
def test_a_csv_of_another_version_is_written_as_ladebog_writes_it(
    shared: dict[str, Path], tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    refused(shared["another"], tmp_path / "claim", bytes_of(".csv", change))


def bomb(content: bytes) -> bytes:
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as members:
        members.writestr("xl/media/image1.png", bytes(200_000_000))
    return file.getvalue()


def bomb_of_another_size(content: bytes) -> bytes:
    """A member that states a small size."""
    return bomb(content).replace(struct.pack("<L", 200_000_000), struct.pack("<L", 1_000))


def pdf_bomb(content: bytes) -> bytes:
    start = content.rindex(b"<</Length ", 0, content.index(b"/Type/EmbeddedFile"))
    file = zlib.compress(bytes(200_000_000))
    head = b"<</Length %d/Type/EmbeddedFile/Filter/FlateDecode>>\nstream\n" % len(file)
    end = content.index(b"\nendstream", start)
    return content[:start] + head + file + content[end:]


_TOO_LARGE = {
    "zip bomb": (".xlsx", bomb),
    "zip bomb with another size": (".xlsx", bomb_of_another_size),
    "pdf bomb": (".pdf", pdf_bomb),
    "large workbook": (".xlsx", lambda content: content + bytes(30_000_000)),
    "large pdf": (".pdf", lambda content: content + b"<<>>stream\n" * 3_000_000),
    "large csv": (".csv", lambda content: content + b"," * 30_000_000),
}


@pytest.mark.system
@pytest.mark.parametrize("renderer_of", ["this", "another"])
@pytest.mark.parametrize(("ending", "change"), _TOO_LARGE.values(), ids=_TOO_LARGE)
def test_a_file_that_expands_or_is_too_large_is_not_read_whole(
    shared: dict[str, Path], tmp_path: Path, ending: str, change: Callable[[bytes], bytes], renderer_of: str
) -> None:
    folder = Path(shutil.copytree(shared[renderer_of], tmp_path / "claim"))
    bytes_of(ending, change)(folder)
    adapt_manifest(folder)
    stored = check_claim(folder)
    tracemalloc.start()
    with pytest.raises(TamperingError, match="is not what was written"):
        check_rendered(stored)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100_000_000


@pytest.mark.parametrize("part", [b"<<>>stream\n", b"<<", b"<<a>>\nstream\n", b"1 0 obj\n", b"/EF<<"])
def test_the_time_to_read_a_pdf_grows_with_its_size(shared: dict[str, Path], tmp_path: Path, part: bytes) -> None:
    start = process_time()
    many = part * (1_000_000 // len(part))
    refused(shared["another"], tmp_path / "claim", bytes_of(".pdf", lambda content: content + many))
    assert process_time() - start < 10
