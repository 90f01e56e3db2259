"""Computing claims again from raw/ as it was when they were made, with the settings that each of them records."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipeline.claims.check import tampering
from pipeline.claims.claimable import ClaimableReader
from pipeline.claims.document import RULES, Amounts, Claim, ClaimLine, LineKey, key_of
from pipeline.claims.folder import CLAIM, StoredClaim
from pipeline.database.connection import open_writer
from pipeline.load.answers import AnswerLoader
from pipeline.load.claims import load_claims
from pipeline.load.journal import load_journal
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import Entry, Journal
from pipeline.settings.schema import Account, ClaimSettings, ReportSettings, Settings
from pipeline.transform.refresh import refresh_marts

_Figures = tuple[LineKey, Amounts, str, str | None, tuple[Amounts, Amounts] | None]


def rederive(
    logbook: Logbook, claims: Sequence[StoredClaim], entries: Sequence[Entry]
) -> Iterator[tuple[StoredClaim, bool]]:
    """Compute an account's claims again in a temporary folder; yields each and whether its rules are still known.

    A claim of unknown rules is not computed. Raises TamperingError at the first claim whose figures differ.
    """
    with TemporaryDirectory(prefix="ladebog-") as folder:
        scratch = Logbook(Path(folder))
        with open_writer(scratch) as connection:
            for place, stored_claim in enumerate(claims):
                is_known = stored_claim.claim.sources.rules == RULES
                if is_known:
                    _load(connection, logbook, claims[:place], stored_claim.claim, entries)
                    _compare(stored_claim, _lines(connection, claims[:place], stored_claim.claim))
                yield stored_claim, is_known


def _settings(claim: Claim) -> Settings:
    """The settings that a claim records: those that its figures depend on."""
    policy = claim.policy
    account = Account(
        name=claim.account,
        url="https://rederived.invalid",
        country=policy.account.country,
        timezone=policy.account.timezone,
        currency=policy.account.currency,
        reimbursement=policy.account.reimbursement,
        addition=policy.account.addition,
        tax_refund=policy.account.tax_refund,
    )
    return Settings(
        accounts={claim.account: account},
        report=ReportSettings(closed_after_hours=policy.closed_after_hours),
        tax_rates=policy.tax_rates,
        cars=policy.cars,
        rules=policy.rules,
        claim=ClaimSettings(attribution=policy.attribution),
    )


def _load(
    connection: duckdb.DuckDBPyConnection,
    logbook: Logbook,
    earlier_claims: Sequence[StoredClaim],
    claim: Claim,
    entries: Sequence[Entry],
) -> None:
    """Load what the archive contained when the claim was made into the scratch database."""
    sources = claim.sources
    if sources.raw is not None:
        AnswerLoader(connection, logbook.raw / claim.account).load_all(newest=sources.raw.name)
    known_entries = entries[: int(sources.journal.name)] if sources.journal else []
    load_journal(connection, logbook, Journal(logbook.journal, list(known_entries)))
    load_claims(connection, claim.account, list(earlier_claims))
    refresh_marts(connection, _settings(claim))


def _lines(
    connection: duckdb.DuckDBPyConnection, earlier_claims: Sequence[StoredClaim], claim: Claim
) -> tuple[ClaimLine, ...]:
    claimable = ClaimableReader(connection, _settings(claim).account(claim.account), earlier_claims)
    if claim.kind == "reversal":
        return claimable.reversal(
            next(stored_claim for stored_claim in earlier_claims if stored_claim.claim.number == claim.reverses)
        )
    return claimable.lines(claim.month, claim.car)


def _compare(stored_claim: StoredClaim, derived_lines: tuple[ClaimLine, ...]) -> None:
    claimed_figures = {_figures(line) for line in stored_claim.claim.lines}
    derived_figures = {_figures(line) for line in derived_lines}
    for line in (*stored_claim.claim.lines, *derived_lines):
        if _figures(line) not in claimed_figures & derived_figures:
            raise tampering(
                stored_claim.folder / CLAIM,
                f"raw/ gives other figures for session {line.session_id} of {line.month:%Y-%m}",
            )


def _figures(line: ClaimLine) -> _Figures:
    correction = line.correction
    return (
        key_of(line),
        Amounts(energy_kwh=line.energy_kwh, amount_incl_tax=line.amount_incl_tax, tax_amount=line.tax_amount),
        line.document_sha256,
        line.curve_sha256,
        (correction.old, correction.new) if correction else None,
    )
