"""What is attached is backed up and restored whatever its name, and a copy is good when its own chains hold."""

from __future__ import annotations

import subprocess
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
import pytest

from pipeline.claims.attachments import AttachedFile
from pipeline.claims.check import check_claim
from pipeline.claims.document import RULES, Sources
from pipeline.claims.folder import read_claims
from pipeline.claims.make import new_claim, with_files
from pipeline.errors import BackupError
from pipeline.logbook.entries import SessionDecision, fields_of
from pipeline.logbook.journal import Journal
from pipeline.maintenance.backup.make import make_backup
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.verify import verify
from pipeline.raw.segments import finished_segments
from reports.claims.files import write_claim_files
from tests.reports.claims.hard_claim import zero_claim
from tests.scenarios.two_accounts import NOW, TwoAccounts

pytestmark = pytest.mark.system

_NAMES = (
    ".hidden.pdf",
    "scan\\march.pdf",
    "scan\\nmarch.pdf",
    "scan\nmarch.pdf",
    "scan\rmarch\r.pdf",
    "\\",
    "two\\\n\nlines\\",
    "\t\a\x1b[31m.pdf",
    "...pdf",
    " spaced .pdf",
    "-rf",
    "æøå 🚗.pdf",
    "CON",
    "x" * 255,
)


@pytest.fixture
def attached(logbook: TwoAccounts) -> TwoAccounts:
    """A logbook whose second claim of `work` has attachments with unusual names."""
    folder = logbook.paths.claims / "work"
    (previous,) = read_claims(folder)
    draft = msgspec.structs.replace(
        zero_claim(),
        account="work",
        number=2,
        month=date(2025, 7, 1),
        sources=Sources(ladebog_version="0", rules=RULES, raw=None, journal=None, previous_claim=previous.head),
    )
    files = sorted((AttachedFile(name, b"%PDF") for name in _NAMES), key=lambda file: file.name)
    claim = with_files(draft, files, ())
    with new_claim(folder, claim, files) as building:
        write_claim_files(claim, building, None)
    return logbook


@pytest.mark.parametrize("place", ["disk", "copy.zip"])
def test_attachments_of_any_name_come_back(attached: TwoAccounts, tmp_path: Path, place: str) -> None:
    (tmp_path / "disk").mkdir()
    backup = Path(attached.do("-q", "backup", str(tmp_path / place)).out.strip())
    elsewhere = TwoAccounts(tmp_path / "elsewhere")
    elsewhere.do("restore", str(backup))
    folder = elsewhere.paths.claims / "work" / "0002-2025-07" / "attachments"
    assert {path.name for path in folder.iterdir()} == set(_NAMES)
    if place == "copy.zip":
        with zipfile.ZipFile(backup) as archive:
            archive.extractall(tmp_path)
        backup = tmp_path / "ladebog"
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=backup, check=True)


def test_other_programs_can_check_an_exported_claim_with_any_names(attached: TwoAccounts, tmp_path: Path) -> None:
    attached.do("claim", "export", "2", "--account", "work", "--output", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "work-0002-2025-07.zip") as archive:
        archive.extractall(tmp_path)
    unpacked = tmp_path / "work-0002-2025-07"
    assert {path.name for path in (unpacked / "attachments").iterdir()} == set(_NAMES)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=unpacked, check=True)
    assert len(check_claim(unpacked, is_export=True).claim.attachments) == len(_NAMES)


@dataclass(frozen=True)
class ChangingLogbook:
    """A logbook that is changed while it is copied, and, unless its journal grew, back again."""

    logbook: TwoAccounts
    change: str

    def step(self, name: str, size: int) -> None:
        kept = self.logbook.folder / "changed"
        path, _ = finished_segments(self.logbook.paths.raw / "work")
        if self.change == "a claim edited":
            path = self.logbook.paths.claims / "work" / "0001-2025-06" / "work-0001-2025-06.csv"
        if name == "verifying" and self.change != "an entry added":
            path.write_bytes(kept.read_bytes())
        if name == "copying" and not kept.exists():
            kept.write_bytes(path.read_bytes())
            if self.change == "an entry added":
                decision = SessionDecision(account="work", session_id="work-1", reason="later")
                Journal.open(self.logbook.paths.journal).append(NOW, "include", fields_of(decision))
            else:
                path.write_bytes(path.read_bytes()[:-20] + bytes(20))

    def advance(self, size: int) -> None:
        """Do nothing."""


@pytest.mark.parametrize("place", ["disk", "copy.zip"])
@pytest.mark.parametrize("change", ["a segment damaged", "a claim edited"])
def test_a_copy_whose_chains_do_not_hold_is_discarded(
    logbook: TwoAccounts, tmp_path: Path, place: str, change: str
) -> None:
    (tmp_path / "disk").mkdir()
    target = tmp_path / place
    before = set(tmp_path.rglob("*"))
    with pytest.raises(BackupError, match="What was copied does not hold together: ") as caught:
        make_backup(logbook.paths, target, NOW, ChangingLogbook(logbook, change))
    assert "ladebog verify" in caught.value.advice
    assert {path for path in set(tmp_path.rglob("*")) - before if "changed" not in path.name} <= set(
        (logbook.folder).rglob("*")
    )


@pytest.mark.parametrize("place", ["disk", "copy.zip"])
def test_a_logbook_that_grows_while_it_is_copied_is_backed_up(logbook: TwoAccounts, tmp_path: Path, place: str) -> None:
    (tmp_path / "disk").mkdir()
    made = make_backup(logbook.paths, tmp_path / place, NOW, ChangingLogbook(logbook, "an entry added"))
    elsewhere = TwoAccounts(tmp_path / "elsewhere")
    elsewhere.do("restore", str(made.path))
    elsewhere.do("transform")
    assert next(verify(elsewhere.paths, RecordedLinks.read(elsewhere.paths), full=False)) == "journal: 6 entries"


def test_hidden_files_beside_claims_are_left_out_and_named(logbook: TwoAccounts, tmp_path: Path) -> None:
    (logbook.paths.claims / "work" / ".0002-2025-07.new").mkdir()
    (logbook.paths.claims / "work" / ".0002-2025-07.new" / "claim.json").write_text("{}", "utf-8")
    (tmp_path / "disk").mkdir()
    (logbook.paths.claims / ".DS_Store").write_text("x", "utf-8")
    backup, _, left_out, *_ = logbook.do("backup", str(tmp_path / "disk")).out.splitlines()
    backup = Path(backup)
    assert left_out.endswith(", claims/.DS_Store, claims/work/.0002-2025-07.new.")
    lines = logbook.do("verify").out.splitlines()
    assert "claims: not read, as its name begins with a dot: .DS_Store" in lines
    assert "claims: not read, as its name begins with a dot: work/.0002-2025-07.new" in lines
    assert ".0002-2025-07.new" not in (backup / "SHA256SUMS").read_text("utf-8")
