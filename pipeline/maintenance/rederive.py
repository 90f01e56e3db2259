"""Deriving claims again from raw/, as it was when they were made, by the policy that each of them records."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipeline.claims.arithmetic import Key, key_of
from pipeline.claims.check import off
from pipeline.claims.claimable import Claimable
from pipeline.claims.document import RULES, Amounts, Claim, ClaimLine
from pipeline.claims.folder import CLAIM, StoredClaim
from pipeline.database.connection import open_writer
from pipeline.load.answers import Loader
from pipeline.load.claims import load_claims
from pipeline.load.journal import load_decisions
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import Entry, Journal
from pipeline.settings.schema import Account, ClaimSettings, Settings
from pipeline.transform.refresh import refresh_marts

_Figures = tuple[Key, Amounts, str, str | None, tuple[Amounts, Amounts] | None]


def rederive(
    logbook: Logbook, filed: Sequence[StoredClaim], entries: Sequence[Entry]
) -> Iterator[tuple[StoredClaim, bool]]:
    """Derive an account's claims again, one after the other; with each, whether its rules are still known.

    Raises TamperingError at the first one whose figures are others now. All is made in a folder of its own, which is
    gone afterwards.
    """
    with TemporaryDirectory(prefix="ladebog-") as folder:
        scratch = Logbook(Path(folder))
        with open_writer(scratch) as connection:
            for place, found in enumerate(filed):
                is_known = found.claim.sources.rules == RULES
                if is_known:
                    _load(connection, logbook, filed[:place], found.claim, entries)
                    _compare(found, _lines(connection, filed[:place], found.claim))
                yield found, is_known


def settings_of(claim: Claim) -> Settings:
    """The settings that a claim records, as far as figures follow from them."""
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
        closed_after_hours=policy.closed_after_hours,
        tax_rates=policy.tax_rates,
        cars=policy.cars,
        rules=policy.rules,
        claim=ClaimSettings(attribution=policy.attribution),
    )


def _load(
    connection: duckdb.DuckDBPyConnection,
    logbook: Logbook,
    before: Sequence[StoredClaim],
    claim: Claim,
    entries: Sequence[Entry],
) -> None:
    """Bring the scratch database to what the archive was when the claim was made."""
    sources = claim.sources
    if sources.raw is not None:
        Loader(connection, logbook.raw / claim.account).load_all(newest=sources.raw.name)
    known = entries[: int(sources.journal.name)] if sources.journal else []
    load_decisions(connection, logbook, Journal(logbook.journal, list(known)))
    load_claims(connection, claim.account, list(before))
    refresh_marts(connection, settings_of(claim))


def _lines(connection: duckdb.DuckDBPyConnection, before: Sequence[StoredClaim], claim: Claim) -> tuple[ClaimLine, ...]:
    due = Claimable(connection, settings_of(claim).account(claim.account), before)
    if claim.kind == "reversal":
        return due.reversal(next(found for found in before if found.claim.number == claim.reverses))
    return due.lines(claim.month, claim.car)


def _compare(found: StoredClaim, derived: tuple[ClaimLine, ...]) -> None:
    then = {_figures(line) for line in found.claim.lines}
    now = {_figures(line) for line in derived}
    for line in (*found.claim.lines, *derived):
        if _figures(line) not in then & now:
            raise off(
                found.folder / CLAIM, f"raw/ gives other figures for session {line.session_id} of {line.month:%Y-%m}"
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
