"""Checking that nothing in raw/, journal/ and claims/ was changed since it was written.

Each link of a chain contains the SHA-256 of the link before it, which shows what was edited, lost or swapped. The last
link of a chain is checked against what records its SHA-256: the claims computed from it, and the databases
that are there.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipeline.claims import arithmetic, attachments
from pipeline.claims.check import check_claim, tampering
from pipeline.claims.document import Claim
from pipeline.claims.draft import LOST
from pipeline.claims.folder import CLAIM, StoredClaim, claim_folders, missing_number
from pipeline.errors import DatabaseError, LadebogError, LogbookError, RawStoreError, TamperingError
from pipeline.load.links import CLAIMS, JOURNAL, RAW, removal_fault
from pipeline.logbook.entries import ATTACH, CLAIM_MADE, MARK, is_known_action
from pipeline.logbook.files import file_sha256
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import FILE_NAME, Entry, read_entries
from pipeline.logbook.system_files import account_folders
from pipeline.maintenance.foreign_files import (
    refuse_foreign_files,
    unread_beside_claims,
    unread_in_journal,
    unread_in_raw,
)
from pipeline.maintenance.recorded import RecordedLinks
from pipeline.maintenance.rederive import rederive
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import RunRecord, read_lines, read_run_record
from pipeline.raw.segments import SUFFIX, finished_segments, unread_files
from pipeline.text import counted

CheckRendered = Callable[[StoredClaim], str | None]

_RESTORE = "Restore it from a backup; nothing was changed"


def verify(
    logbook: Logbook,
    recorded: RecordedLinks,
    *,
    full: bool,
    check_rendered: CheckRendered | None = None,
) -> Iterator[str]:
    """Check everything; yields a line of text for each part that is unchanged.

    With `full` each claim is also computed again from raw/. `check_rendered` checks the files that people read, and
    returns what it could not compare. The caller holds the logbook's lock. Raises TamperingError at the
    first fault, and at the end DatabaseError if a database is there but cannot be compared.
    """
    refuse_foreign_files(logbook)
    yield from _verify(logbook, recorded, full, check_rendered or (lambda _: None))
    if recorded.faults:
        raise recorded.faults[0]


def first_fault(
    logbook: Logbook, recorded: RecordedLinks, check_rendered: CheckRendered | None = None
) -> LadebogError | None:
    """What `verify` finds first, for a logbook that is being copied: databases of an older Ladebog are no fault."""
    try:
        for _ in verify(logbook, recorded.without_older(), full=False, check_rendered=check_rendered):
            pass
    except (TamperingError, DatabaseError) as error:
        return error
    return None


def _verify(logbook: Logbook, recorded: RecordedLinks, full: bool, check_rendered: CheckRendered) -> Iterator[str]:
    entries = _check_journal(logbook, recorded)
    yield f"journal: {counted(len(entries), 'entry', 'entries')}"
    for entry in entries:
        if not is_known_action(entry.action):
            yield f"journal: not used, as this version does not know its action: entry {entry.entry}, {entry.action}"
    for path in unread_in_journal(logbook):
        yield f"journal: not read, as it is not of the journal: {path.relative_to(logbook.journal)}"
    for path in unread_in_raw(logbook):
        yield f"raw: not read, as it is hidden or not the folder of an account: {path.relative_to(logbook.raw)}"
    for path in unread_beside_claims(logbook):
        why = "its name begins with a dot" if path.name.startswith(".") else "the system made it"
        yield f"claims: not read, as {why}: {path.relative_to(logbook.claims)}"
    for account in _accounts(logbook, recorded):
        segments = _check_raw(logbook.raw / account, recorded)
        yield f"{account}: raw: {counted(len(segments), 'segment')}"
        for file in unread_files(logbook.raw / account):
            yield f"{account}: raw: not read, as it is not a segment: {file.relative_to(logbook.raw / account)}"
        claims = _check_claims(logbook.claims / account, segments, entries, recorded)
        yield f"{account}: claims: {len(claims)}"
        for stored in claims:
            for name in stored.system_files:
                yield f"{account}: claim {stored.claim.number}: not read, as the system made it: {name}"
            if not_compared := check_rendered(stored):
                yield f"{account}: claim {stored.claim.number}: another version wrote it; not compared: {not_compared}"
        if full:
            for stored_claim, is_known in rederive(logbook, claims, entries):
                method = (
                    "derived again from raw/" if is_known else "made by other rules: checked by hash and arithmetic"
                )
                yield f"{account}: claim {stored_claim.claim.number}: {method}"


def _accounts(logbook: Logbook, recorded: RecordedLinks) -> list[str]:
    """The accounts with a folder, and those that have lost all of theirs."""
    folders = (*account_folders(logbook.raw), *account_folders(logbook.claims))
    return sorted({folder.name for folder in folders} | recorded.accounts)


def _check_journal(logbook: Logbook, recorded: RecordedLinks) -> list[Entry]:
    path = logbook.journal / FILE_NAME
    try:
        entries = read_entries(logbook.journal)
    except LogbookError as error:
        raise TamperingError(str(error), "Restore the file from a backup; nothing was changed") from None
    if path.exists() and (content := path.read_bytes()) and not content.endswith(b"\n"):
        raise tampering(path, "its last line is incomplete")
    hashes = {entry.entry: entry.sha256 for entry in entries}
    for link in recorded.of(JOURNAL):
        number = int(link.name)
        if number not in hashes:
            raise tampering(path, f"it ends with entry {len(entries)}, but the database contains entry {number}")
        if hashes[number] != link.sha256:
            raise tampering(path, f"its entry {number} is not the one that the database contains")
    if fault := removal_fault(entries, recorded.kept):
        number, reason = fault
        raise tampering(path, f"entry {number}: {reason}")
    for entry in entries:
        if entry.action == ATTACH:
            file = attachments.attachment_path(logbook.journal, str(entry.fields["sha256"]))
            if not file.is_file() or file_sha256(file) != file.name:
                raise tampering(file, f"it is not the file that entry {entry.entry} of the journal attached")
    return entries


def _check_raw(folder: Path, recorded: RecordedLinks) -> dict[str, str]:
    """The SHA-256 of each finished segment by its name in the account's folder, oldest first."""
    segments: dict[str, str] = {}
    previous: tuple[str | None, str | None] = (None, None)
    for segment in _segments(folder):
        record = _check_segment(folder, segment)
        if (record.previous_segment, record.previous_sha256) != previous:
            raise tampering(segment, f"it was written after {record.previous_segment}, but now follows {previous[0]}")
        sha256 = file_sha256(segment)
        segments[segment.relative_to(folder).as_posix()] = sha256
        previous = (segment.name, sha256)
    for link in recorded.of(RAW, folder.name):
        if link.name not in segments:
            raise tampering(folder / link.name, "it is missing, but the database contains it")
        if segments[link.name] != link.sha256:
            raise tampering(folder / link.name, "it is not the file that the database was computed from")
    return segments


def _segments(folder: Path) -> list[Path]:
    try:
        return finished_segments(folder)
    except RawStoreError as error:
        raise TamperingError(str(error), error.advice) from None


def _check_segment(folder: Path, segment: Path) -> RunRecord:
    """The run record that a segment ends with. Raises TamperingError if anything in the segment was changed."""
    end, start_of_last, last = 0, 0, None
    try:
        for line, position in read_lines(segment):
            if line.account != folder.name:
                raise tampering(segment, f"line {position.lines} belongs to account {line.account}")
            start_of_last, end, last = end, position.bytes, line
    except RawStoreError as error:
        raise TamperingError(str(error), error.advice) from None
    if last is None or last.endpoint != Endpoint.RUN:
        raise tampering(segment, "its last line is not the record of its run")
    record = read_run_record(last)
    if last.key != record.run_id or not segment.name.endswith(f"-{record.run_id}{SUFFIX}"):
        raise tampering(segment, f"it is the segment of run {record.run_id}")
    if last.fetched_at != record.finished_at:
        raise tampering(segment, "the record of its run and the line that contains it have different times")
    with segment.open("rb") as file:
        if record.lines_sha256 not in (None, hashlib.sha256(file.read(start_of_last)).hexdigest()):
            raise tampering(segment, "its lines are not those that its run recorded")
    return record


def _check_claims(
    folder: Path, segments: dict[str, str], entries: list[Entry], recorded: RecordedLinks
) -> list[StoredClaim]:
    """The claims of an account."""
    claims: list[StoredClaim] = []
    for path in claim_folders(folder):
        stored_claim = check_claim(path)
        if (stored_claim.claim.account, stored_claim.claim.name) != (folder.name, path.name):
            raise tampering(path, f"it is claim {stored_claim.claim.name} of account {stored_claim.claim.account}")
        if number := missing_number(claims[-1] if claims else None, stored_claim):
            raise TamperingError(f"Claim {number} is missing from {folder}.", _RESTORE)
        if stored_claim.claim.sources.previous_claim != (claims[-1].head if claims else None):
            raise tampering(path / CLAIM, "it was not made after the claim that now precedes it")
        _check_sources(path, stored_claim.claim, segments, entries)
        claims.append(stored_claim)
        if fault := arithmetic.chain_fault([earlier.claim for earlier in claims]):
            raise tampering(path / CLAIM, fault)
    for number, sha256, source in _recorded_claims(claims, folder.name, entries, recorded):
        if not any(stored_claim.claim.number == number for stored_claim in claims):
            raise TamperingError(f"Claim {number} is missing from {folder}, but {source} it.", _RESTORE)
        if not any(stored_claim.manifest_sha256 == sha256 for stored_claim in claims):
            raise TamperingError(f"Claim {number} in {folder} is not the one that {source}.", _RESTORE)
    return claims


def _recorded_claims(
    claims: Sequence[StoredClaim], account: str, entries: Sequence[Entry], recorded: RecordedLinks
) -> Iterator[tuple[int, str, str]]:
    """Number and SHA-256 of each claim that ought to be there, and what records it.

    The journal is asked only about the newest claim and later ones: each claim contains the SHA-256 of the one before.
    """
    for link in recorded.of(CLAIMS, account):
        if not _is_loss_accepted(claims, int(link.name)):
            yield int(link.name), link.sha256, "the database contains"
    newest = claims[-1].claim.number if claims else 0
    for entry in entries:
        if entry.action in (CLAIM_MADE, MARK) and entry.fields["account"] == account:
            number, sha256 = int(entry.fields["number"]), entry.fields.get("manifest_sha256")
            if sha256 is not None and number >= newest:
                yield number, str(sha256), f"entry {entry.entry} of the journal records"


def _is_loss_accepted(claims: Sequence[StoredClaim], number: int) -> bool:
    """Whether a claim is missing and a later one states that a person accepted that."""
    return all(stored_claim.claim.number != number for stored_claim in claims) and any(
        finding.rule == LOST and finding.accepted
        for stored_claim in claims
        if stored_claim.claim.number > number
        for finding in stored_claim.claim.findings
    )


def _check_sources(path: Path, claim: Claim, segments: dict[str, str], entries: list[Entry]) -> None:
    """Check that the heads recorded in a claim are still links of their chains."""
    head, journal = claim.sources.raw, claim.sources.journal
    if head and segments.get(head.name) != head.sha256:
        raise tampering(path / CLAIM, f"it was made from segment {head.name}, which is missing or was changed")
    if journal and not any((str(entry.entry), entry.sha256) == (journal.name, journal.sha256) for entry in entries):
        raise tampering(path / CLAIM, f"it was made from journal entry {journal.name}, which is missing or was changed")
