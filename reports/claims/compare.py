"""Whether the files of a claim that people read state what its claim.json states.

They are written again and compared byte for byte. Where another version of Ladebog wrote a file differently, what
`figures` reads from it is compared, and the file is named together with what was not compared.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from pipeline.claims.check import tampering
from pipeline.claims.document import Claim, encode
from pipeline.claims.folder import ATTACHMENTS, CLAIM, MANIFEST, StoredClaim
from pipeline.errors import LadebogError
from reports.claims.ambiguity import AmbiguousFileError
from reports.claims.embedded_files import embedded_files
from reports.claims.figures import csv_fault, danish_csv_fault, workbook_fault
from reports.claims.files import DANISH_CSV, rendered_names, write_claim_files
from reports.claims.renderer import renderer
from reports.claims.workbook_xml import refuse_ambiguous_xml
from reports.claims.zip_members import ZipMember, zip_members

_OWN = {CLAIM, MANIFEST, "SHA256SUMS"}
_NOT_COMPARED = {".pdf": "the pages of {}", ".xlsx": "texts and layout of {}", DANISH_CSV: "fixed texts in {}"}


def check_rendered(stored: StoredClaim) -> str | None:
    """Compare; returns what could not be compared. Raises TamperingError at the first fault."""
    claim, folder = stored.claim, stored.folder
    names = {path.name for path in folder.iterdir()} - _OWN - {ATTACHMENTS, *stored.system_files}
    required, optional = rendered_names(claim)
    if missing := sorted(required - names):
        raise tampering(folder / missing[0], "it is missing")
    if unknown := sorted(names - required - optional):
        raise tampering(folder / unknown[0], "it is not a file that Ladebog writes into a claim")
    with TemporaryDirectory(prefix="ladebog-") as temporary:
        again = Path(temporary)
        _write_again(stored, again, "da" if optional & names else None)
        for name in sorted(names):
            if (folder / name).stat().st_size > _most((again / name).stat().st_size):
                raise tampering(folder / name, "it is larger than any that Ladebog writes for this claim")
        different = [name for name in sorted(names) if not _is_same(folder / name, again / name)]
        for name in different:
            if claim.sources.renderer == renderer():
                raise tampering(folder / name, f"its content is not that of {CLAIM}")
            if fault := stated_otherwise(claim, folder / name, again / name):
                raise tampering(folder / name, fault)
    parts = [text.format(name) for name in different if (text := _NOT_COMPARED.get(_ending(name)))]
    return ", ".join(parts) or None


def _write_again(stored: StoredClaim, folder: Path, csv_locale: str | None) -> None:
    """Write the files again. Raises TamperingError for texts and figures that no claim of Ladebog has."""
    try:
        write_claim_files(stored.claim, folder, csv_locale)
    except (OSError, MemoryError, LadebogError):
        raise
    except Exception as error:  # a library's own error
        reason = f"its PDF, workbook and CSV cannot be written from it ({type(error).__name__})"
        raise tampering(stored.folder / CLAIM, reason) from None


def _is_same(path: Path, again: Path) -> bool:
    """Whether the bytes are the same; of a workbook all but the compressed ones, as versions of zlib differ."""
    if path.suffix != ".xlsx":
        return path.read_bytes() == again.read_bytes()
    try:
        return _members(path, again) == _members(again, again)
    except AmbiguousFileError:
        return False


def _members(path: Path, again: Path) -> list[ZipMember]:
    with ZipFile(again) as members:
        expected = sum(member.file_size for member in members.infolist())
    return zip_members(path.read_bytes(), _most(expected))


def _most(expected: int) -> int:
    """How large a file may be whose size would now be that."""
    return 4 * expected + 1_000_000


def _ending(name: str) -> str:
    return DANISH_CSV if name.endswith(DANISH_CSV) else Path(name).suffix


def stated_otherwise(claim: Claim, path: Path, again: Path) -> str | None:
    """The first thing in a file that is not as `again`, the file that this version writes, states it; as text."""
    try:
        match _ending(path.name):
            case ".pdf":
                return _pdf_fault(claim, path)
            case ".xlsx":
                return _workbook_fault(claim, path, again)
            case ".csv":
                return csv_fault(claim, path.read_bytes())
            case _:
                return danish_csv_fault(claim, path.read_bytes())
    except AmbiguousFileError as error:
        return str(error)
    except Exception as error:  # a library's own error about a file that it cannot read
        return f"it cannot be read ({type(error).__name__})"


def _workbook_fault(claim: Claim, path: Path, again: Path) -> str | None:
    members, expected = ({member.name: member.content for member in _members(one, again)} for one in (path, again))
    refuse_ambiguous_xml(members, expected)
    return workbook_fault(claim, path, again)


def _pdf_fault(claim: Claim, path: Path) -> str | None:
    expected = [encode(claim), path.with_suffix(".csv").read_bytes()]
    included = embedded_files(path.read_bytes(), max(map(len, expected)))
    is_same = sorted(included) == sorted(expected)
    return None if is_same else f"it does not contain this {CLAIM} and this CSV alone"
