"""A rendered file that does not state what claim.json states is found, also if the manifest was adapted to it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
import rfc8785

from pipeline.claims import document
from pipeline.claims.check import check_claim, checksums
from pipeline.claims.document import Claim
from pipeline.claims.folder import CLAIM, MANIFEST, Manifest
from pipeline.claims.make import new_claim
from pipeline.errors import TamperingError
from reports.claims.compare import PARTLY, check_rendered
from reports.claims.files import write_claim_files
from reports.claims.renderer import renderer
from tests.reports.claims.hard_claim import corrections_claim, hard_claim, reversal_claim, zero_claim

_KINDS = {"hard": hard_claim, "corrections": corrections_claim, "reversal": reversal_claim, "zero": zero_claim}


def written(claim: Claim, folder: Path) -> Path:
    """The folder of a stored claim without attachments."""
    claim = msgspec.structs.replace(claim, attachments=())
    with new_claim(folder, claim, ()) as building:
        write_claim_files(claim, building, "da")
    return folder / claim.name


def by(claim: Claim, name: str | None) -> Claim:
    return msgspec.structs.replace(claim, sources=msgspec.structs.replace(claim.sources, renderer=name))


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


def the(folder: Path, ending: str) -> Path:
    """The rendered file with that ending."""
    return next(
        path for path in folder.iterdir() if path.name.endswith(ending) and not path.name.endswith(f"da{ending}")
    )


def adapt_manifest(folder: Path) -> None:
    """Write the manifest again, for the files that the folder has now."""
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    files = [
        {"name": path.name, "sha256": sha256(path.read_bytes()).hexdigest(), "size": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST
    ]
    (folder / MANIFEST).write_bytes(rfc8785.dumps(msgspec.to_builtins(manifest) | {"files": files}))


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
    assert check_rendered(check_claim(written(claim, tmp_path))) == (None if is_this else PARTLY)


def test_a_pdf_with_one_other_byte_is_found_if_this_renderer_wrote_it(shared: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shared["this"], tmp_path / "claim"))
    path = the(folder, ".pdf")
    path.write_bytes(path.read_bytes() + b"\n")
    adapt_manifest(folder)
    with pytest.raises(TamperingError, match=r"\.pdf is not what was written: its content is not that of claim\.json"):
        check_rendered(check_claim(folder))


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
