"""A claim's way from the archive into its folder: drafted, given its attachments, written, and taken into the marts."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import msgspec

from pipeline.claims import attachments
from pipeline.claims.attachments import Attached
from pipeline.claims.document import Claim, Head, MissingReceipt
from pipeline.claims.draft import Drafter
from pipeline.claims.folder import Render, StoredClaim, read_claims, write_claim
from pipeline.clock import Clock
from pipeline.errors import ClaimError
from pipeline.logbook.files import file_sha256
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import Journal
from pipeline.raw.segments import finished_segments
from pipeline.settings.schema import Account, Language, Settings
from pipeline.transform.update import open_current

Draft = Callable[[Drafter], Claim]
FetchReceipts = Callable[
    [dict[str, str]], tuple[list[Attached], list[MissingReceipt]]
]  # by the address of each session


def make_claim(
    logbook: Logbook,
    settings: Settings,
    account: Account,
    draft: Draft,
    *,
    language: Language,
    clock: Clock,
    render: Render,
    fetch_receipts: FetchReceipts,
) -> StoredClaim:
    """Make the claim that `draft` draws up, and file it; `render` writes the files that people read.

    Raises what `draft` and `fetch_receipts` do, and as `archive.current` does.
    """
    with open_current(logbook, settings, clock) as (connection, journal):
        folder = logbook.claims / account.name
        filed = read_claims(folder)
        bench = Drafter(
            connection=connection,
            settings=settings,
            account=account,
            filed=filed,
            raw_head=raw_head(logbook.raw / account.name),
            journal_head=journal_head(journal),
            now=clock.now(),
            language=language,
        )
        claim = draft(bench)
        attached, missing = _attachments(logbook, connection, claim, journal, filed, fetch_receipts)
        claim = msgspec.structs.replace(
            claim, attachments=tuple(file.record for file in attached), missing_receipts=tuple(missing)
        )
        return write_claim(folder, claim, attached, render, claim.sources.previous_claim)


def raw_head(folder: Path) -> Head | None:
    """The newest segment of an account's raw/."""
    segments = finished_segments(folder)
    if not segments:
        return None
    newest = segments[-1]
    return Head(name=newest.relative_to(folder).as_posix(), sha256=file_sha256(newest))


def journal_head(journal: Journal) -> Head | None:
    """The newest entry of the journal."""
    if not journal.entries:
        return None
    newest = journal.entries[-1]
    return Head(name=str(newest.entry), sha256=newest.sha256)


def _attachments(
    logbook: Logbook,
    connection: duckdb.DuckDBPyConnection,
    claim: Claim,
    journal: Journal,
    filed: Sequence[StoredClaim],
    fetch_receipts: FetchReceipts,
) -> tuple[list[Attached], list[MissingReceipt]]:
    """What goes beside a claim: what the driver attached to it, then receipts. Beside a reversal goes nothing."""
    if claim.kind == "reversal":
        return [], []
    waiting = attachments.waiting(journal.entries, claim.account, filed)
    attached = [attachments.read(logbook.journal, said) for said in waiting if said.month in (None, claim.month)]
    fetched, missing = fetch_receipts(attachments.addresses(connection, claim.account, claim.lines))
    names = [file.name for file in (*attached, *fetched)]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ClaimError(
            f"Two files that go beside the claim are called {twice}.",
            f"Attach yours under another name: ladebog claim attach --remove {twice}, then ladebog claim attach FILE",
        )
    return attached + fetched, missing
