"""The files in a claim's attachments/: those that the driver attached, and the URLs of the operator's receipts.

A file that the driver attaches is stored in journal/ under its SHA-256 and copied into the next claim, or into that of
its month. A journal entry `attach` contains the file's name, its account and, if any, its month, and replaces those of
the same name that could be in the same claim; `detach` cancels the newest entry of its name and month.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import msgspec

from pipeline.claims.document import Attachment, Claim, ClaimLine
from pipeline.claims.folder import StoredClaim, reversed_by
from pipeline.database import models
from pipeline.errors import ClaimError
from pipeline.logbook.entries import ATTACH, DETACH, AttachmentFields
from pipeline.logbook.files import FILE_MODE, make_folder, read_regular, replacing
from pipeline.logbook.journal import Entry
from pipeline.settings.names import WINDOWS_DEVICES

LARGEST = 32 * 1024 * 1024  # bytes
_FOLDER = "attachments"
_REFUSED_BY_WINDOWS = '<>:"/\\|?*'
_CONSOLES = {"conin$", "conout$"}


@dataclass(frozen=True)
class AttachedFile:
    """A file to store in a claim's folder."""

    name: str
    content: bytes
    session_id: str | None = None

    @property
    def record(self) -> Attachment:
        """What claim.json records about it."""
        return Attachment(
            name=self.name,
            sha256=hashlib.sha256(self.content).hexdigest(),
            size=len(self.content),
            session_id=self.session_id,
        )


def name_fault(name: str) -> str | None:
    """Why a file of this name cannot be stored, or would get another name, on other computers; None if it can."""
    if not name.isprintable():
        return "contains characters that cannot be printed"
    if refused := next((sign for sign in _REFUSED_BY_WINDOWS if sign in name), None):
        return f"contains {refused}, which Windows does not allow"
    if name.endswith((".", " ")):
        return "ends in a dot or a space, which Windows removes"
    if unicodedata.normalize("NFKC", name.partition(".")[0].rstrip()).casefold() in WINDOWS_DEVICES | _CONSOLES:
        return "is one that Windows reserves for a device"
    return None


def file_key(name: str) -> str:
    """Equal for names that some computer takes for one: that differ only in case or in how accents are stored."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def attachment_path(journal: Path, sha256: str) -> Path:
    """The path of an attached file in journal/, by its SHA-256."""
    return journal / _FOLDER / sha256


def store(journal: Path, content: bytes) -> str:
    """Store the bytes of a file in journal/; returns their SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = attachment_path(journal, sha256)
    make_folder(path.parent)
    with replacing(path) as new:
        new.touch(mode=FILE_MODE)
        new.write_bytes(content)
    return sha256


def waiting_files(entries: Iterable[Entry], account: str, claims: Sequence[StoredClaim]) -> list[AttachmentFields]:
    """The files that are attached but not in a claim, other than a claim that was reversed."""
    claimed_files = {
        (file.name, file.sha256, month)
        for stored_claim in claims
        if reversed_by(claims, stored_claim.claim.number) is None
        for file in stored_claim.claim.attachments
        for month in (None, stored_claim.claim.month)
    }
    attached_files: list[AttachmentFields] = []
    for entry in entries:
        if entry.action in (ATTACH, DETACH):
            fields = msgspec.convert(entry.fields, AttachmentFields)
            if fields.account == account:
                ended = replaced_by if entry.action == ATTACH else _detached_by
                attached_files = [file for file in attached_files if not ended(file, fields)]
                if entry.action == ATTACH:
                    attached_files.append(fields)
    return [file for file in attached_files if (file.name, file.sha256, file.month) not in claimed_files]


def may_share_a_claim(month: date | None, other: date | None) -> bool:
    """Whether files for these months can be in one claim; None is the next claim, whichever it is."""
    return month == other or None in (month, other)


def replaced_by(file: AttachmentFields, newer: AttachmentFields) -> bool:
    """Whether a file that is attached later takes the place of this one."""
    return file.name == newer.name and may_share_a_claim(file.month, newer.month)


def _detached_by(file: AttachmentFields, entry: AttachmentFields) -> bool:
    return (file.name, file.month) == (entry.name, entry.month)


def files_for(
    draft: Claim, journal: Path, entries: Iterable[Entry], claims: Sequence[StoredClaim]
) -> list[AttachedFile]:
    """The waiting files that go with a claim: those for its month, and those for the next claim, whichever it is.

    Raises ClaimError for one that is missing or was changed.
    """
    fields = waiting_files(entries, draft.account, claims)
    return [_read_file(journal, file) for file in fields if file.month in (None, draft.month)]


def _read_file(journal: Path, fields: AttachmentFields) -> AttachedFile:
    path = attachment_path(journal, fields.sha256)
    try:
        file = AttachedFile(fields.name, read_regular(path))
    except FileNotFoundError:
        raise ClaimError(
            f"The attached file {fields.name} is missing from {path.parent}.", "Attach it again, or detach it"
        ) from None
    if file.record.sha256 != fields.sha256:
        raise ClaimError(
            f"The attached file {fields.name} was changed after it was attached ({path}).", "Attach it again"
        )
    return file


def receipt_urls(connection: duckdb.DuckDBPyConnection, account: str, lines: Sequence[ClaimLine]) -> dict[str, str]:
    """The URLs of the receipts of the public sessions that a claim adds energy or money for, by session id."""
    session_ids = sorted({line.session_id for line in lines if line.energy_kwh > 0 or line.amount_incl_tax > 0})
    return dict(
        connection.execute(models.query("receipt_urls"), {"account": account, "session_ids": session_ids}).fetchall()
    )
