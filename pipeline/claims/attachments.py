"""Files that the driver attaches: kept in journal/ under their SHA-256, and copied into the next claim that they fit.

An entry `attach` names a file, the account, and the month if it is for one; `detach` takes the newest such entry back.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import msgspec

from pipeline.claims.document import Attachment, ClaimLine
from pipeline.claims.folder import StoredClaim, reversed_by
from pipeline.database import models
from pipeline.errors import ClaimError
from pipeline.logbook.files import FILE_MODE, make_folder, replacing
from pipeline.logbook.journal import Entry, Fields

ATTACH = "attach"
DETACH = "detach"
LARGEST = 32 * 1024 * 1024  # bytes
_FOLDER = "attachments"


class AttachedBy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of an entry about a file."""

    account: str
    name: str
    sha256: str
    month: date | None = None  # first day

    @property
    def fields(self) -> Fields:
        """As they stand in the journal."""
        fields: Fields = msgspec.to_builtins(self)
        return fields


@dataclass(frozen=True)
class Attached:
    """A file on its way into a claim."""

    name: str
    content: bytes
    session_id: str | None = None

    @property
    def record(self) -> Attachment:
        """What the claim says of it."""
        return Attachment(
            name=self.name,
            sha256=hashlib.sha256(self.content).hexdigest(),
            size=len(self.content),
            session_id=self.session_id,
        )


def kept_at(journal: Path, sha256: str) -> Path:
    """Where the bytes of an attached file lie."""
    return journal / _FOLDER / sha256


def keep(journal: Path, content: bytes) -> str:
    """Keep the bytes of a file in journal/; returns their SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = kept_at(journal, sha256)
    make_folder(path.parent)
    with replacing(path) as beside:
        beside.touch(mode=FILE_MODE)
        beside.write_bytes(content)
    return sha256


def waiting(entries: Iterable[Entry], account: str, filed: Sequence[StoredClaim]) -> list[AttachedBy]:
    """The files that are attached and in no claim that stands."""
    claimed = {
        (file.name, file.sha256)
        for found in filed
        if reversed_by(filed, found.claim.number) is None
        for file in found.claim.attachments
    }
    attached: dict[str, AttachedBy] = {}
    for entry in entries:
        if entry.action in (ATTACH, DETACH):
            said = msgspec.convert(entry.fields, AttachedBy)
            if said.account == account:
                attached.pop(said.name, None)
                if entry.action == ATTACH:
                    attached[said.name] = said
    return [said for said in attached.values() if (said.name, said.sha256) not in claimed]


def read(journal: Path, said: AttachedBy) -> Attached:
    """A file that waits. Raises ClaimError where it is not what was attached."""
    path = kept_at(journal, said.sha256)
    try:
        attached = Attached(said.name, path.read_bytes())
    except FileNotFoundError:
        raise ClaimError(
            f"The attached file {said.name} is gone from {path.parent}.", "Attach it again, or detach it"
        ) from None
    if attached.record.sha256 != said.sha256:
        raise ClaimError(
            f"The attached file {said.name} is not what was attached any more ({path}).", "Attach it again"
        )
    return attached


def addresses(connection: duckdb.DuckDBPyConnection, account: str, lines: Sequence[ClaimLine]) -> dict[str, str]:
    """Where the receipts of the sessions that a claim adds energy or money for are, by session."""
    session_ids = sorted({line.session_id for line in lines if line.energy_kwh > 0 or line.amount_incl_tax > 0})
    return dict(
        connection.execute(models.query("receipt_urls"), {"account": account, "session_ids": session_ids}).fetchall()
    )
