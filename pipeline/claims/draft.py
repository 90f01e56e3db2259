"""Drafting a claim of a month, of corrections, or a reversal: all of it but the attached files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from pipeline import __version__
from pipeline.claims.claimable import ClaimableReader
from pipeline.claims.document import (
    RULES,
    AccountPolicy,
    Charger,
    Claim,
    ClaimKind,
    ClaimLine,
    Finding,
    Head,
    Odometer,
    Policy,
    Sources,
)
from pipeline.claims.folder import StoredClaim, read_claims, reversed_by, unknown_claim
from pipeline.claims.open_month import NOT_CLOSED, refuse_open_month
from pipeline.command_line import operand
from pipeline.database import models
from pipeline.database.connection import rows
from pipeline.errors import ClaimError
from pipeline.logbook.files import file_sha256
from pipeline.logbook.folder import Logbook
from pipeline.logbook.journal import Journal
from pipeline.raw.segments import finished_segments
from pipeline.settings.schema import Account, Language, Settings

_CLAIM_FAULT = "select fault, advice from facts.claim_faults where account = ?"
LOST = "lost_claim"  # the check that says so of claims
_CLAIMED_MONTHS = """
    select number, car
    from staging.claimed_months
    where account = $account and month = $month and coalesce(car = $car, true)
    order by number
"""
# What is open again about a month that is only corrected does not refuse the claim: the rest may follow.
_FINDINGS = """
    select
        finding_id,
        rule,
        case when rule = $open and month is distinct from $month then 'warning' else severity end as severity,
        month,
        session_id,
        detail,
        sentences,
        parameters
    from check_results
    where
        account = $account
        and (
            list_contains($session_ids, session_id)
            or (rule = $open and list_contains($months, month))
            or month = $month
            or (month is null and $month is not null)
            or rule = $lost
        )
    order by 3, rule, month nulls first, session_id nulls first, finding_id
"""
_ODOMETER = """
    select car, read_on, arg_max(kilometres, entry) as kilometres
    from facts.odometer
    where list_contains($cars, car) and date_trunc('month', read_on) = $month
    group by car, read_on
    order by car, read_on
"""


@dataclass(frozen=True, kw_only=True)
class Drafter:
    """Drafts the next claim of an account, from an archive whose marts are up to date. The caller holds the lock.

    `claims` are the account's claims so far, `sources` the data that the next one is computed from.
    """

    connection: duckdb.DuckDBPyConnection
    settings: Settings
    account: Account
    claims: Sequence[StoredClaim]
    sources: Sources
    now: datetime
    language: Language

    @cached_property
    def claimable(self) -> ClaimableReader:
        """What can be claimed."""
        return ClaimableReader(self.connection, self.account, self.claims)

    def month(self, month: date, car: str | None, reason_by_finding: Mapping[str, str]) -> Claim:
        """The claim of a closed month, with all corrections; `reason_by_finding` has why each error is accepted.

        Raises ClaimError if the month is claimed already or is not closed, if it or a corrected session has errors that
        are not accepted, or if another account claimed one of its sessions.
        """
        self._refuse_claimed(month, car)
        refuse_open_month(self.connection, self.account, month, self.now)
        lines = self.claimable.lines(month, car)
        self._refuse_claimed_elsewhere(lines)
        findings = self._findings(lines, month, reason_by_finding)
        exclusions = self.claimable.exclusions(month, car)
        return msgspec.structs.replace(
            self._claim("month", lines, car, month),
            days=self.claimable.sums.days(lines, month, self.account.timezone),
            exclusions=exclusions,
            findings=findings,
            completeness=self.claimable.completeness(month, car, lines, exclusions),
        )

    def corrections(self, car: str | None, reason_by_finding: Mapping[str, str]) -> Claim:
        """A claim with only corrections; `reason_by_finding` has why each error of their sessions is accepted.

        Raises ClaimError if there is nothing to correct, if a corrected session has errors that are not accepted, or if
        another account claimed a session that is late.
        """
        lines = self.claimable.lines(None, car)
        if not lines:
            raise ClaimError(
                "There is nothing to correct: the claims agree with the archive.",
                "See the claims with: ladebog claim list",
            )
        self._refuse_claimed_elsewhere(lines)
        return msgspec.structs.replace(
            self._claim("corrections", lines, car, None),
            exclusions=self.claimable.exclusions(None, car),
            findings=self._findings(lines, None, reason_by_finding),
        )

    def reversal(self, number: int, reason: str) -> Claim:
        """The claim that reverses another.

        Raises ClaimError if that one cannot be reversed or a later one is lost, UnknownNameError if there is no claim
        of that number.
        """
        self._refuse_lost()
        stored_claim = next((stored_claim for stored_claim in self.claims if stored_claim.claim.number == number), None)
        if stored_claim is None:
            raise unknown_claim(self.account.name, number)
        if stored_claim.claim.kind == "reversal":
            raise ClaimError(
                f"Claim {number} is itself the reversal of claim {stored_claim.claim.reverses} and cannot be reversed.",
                "Claim the month again with: ladebog claim create YYYY-MM"
                f"{self.settings.account_option(self.account.name)}",
            )
        if reversal := reversed_by(self.claims, number):
            raise ClaimError(
                f"Claim {number} was reversed already, by claim {reversal}.", "See the claims with: ladebog claim list"
            )
        claim = self._claim("reversal", self.claimable.reversal(stored_claim), stored_claim.claim.car, None)
        return msgspec.structs.replace(claim, reverses=number, reason=reason)

    def _claim(self, kind: ClaimKind, lines: tuple[ClaimLine, ...], car: str | None, month: date | None) -> Claim:
        names = {line.car for line in lines} | {car}
        cars = tuple(known_car for known_car in self.settings.cars if known_car.name in names)
        return Claim(
            account=self.account.name,
            number=self._next_number(),
            kind=kind,
            month=month,
            car=car,
            created_at=self.now.astimezone(self.account.zone).replace(microsecond=0),
            language=self.language,
            reverses=None,
            reason=None,
            driver=self.settings.driver,
            employer=self.settings.employer,
            cars=cars,
            chargers=_chargers(lines),
            odometer=self._odometer([known_car.name for known_car in cars], month),
            lines=lines,
            totals=self.claimable.sums.totals(lines),
            days=(),
            exclusions=(),
            findings=(),
            completeness=None,
            policy=_policy(self.settings, self.account),
            sources=self.sources,
            attachments=(),
            missing_receipts=(),
        )

    def _next_number(self) -> int:
        """A number that no claim had before, not even one that was lost."""
        (row,) = self._rows(models.query("last_claim_number"))
        return int(row["number"]) + 1

    def _refuse_lost(self) -> None:
        for row in self._rows("select number from intermediate.lost_claims where account = $account order by number"):
            raise ClaimError(
                f"Claim {row['number']} of account {self.account.name} was lost or replaced after it was made.",
                f"See what to do about it with: ladebog check --account {self.account.name}",
            )

    def _refuse_claimed(self, month: date, car: str | None) -> None:
        for row in self._rows(_CLAIMED_MONTHS, month=month, car=car):
            account_option = self.settings.account_option(self.account.name)
            of_car = f" for {row['car']}" if row["car"] else ""
            changed = (
                f"Claim what changed since with: ladebog claim create --corrections{account_option} (to claim it again:"
                if self.claimable.lines(None, car)
                else "Nothing has changed since (to claim it again:"
            )
            raise ClaimError(
                f"{month:%Y-%m} is claimed already{of_car}, by claim {row['number']} of account {self.account.name}.",
                f"{changed} ladebog claim reverse {row['number']} --reason TEXT{account_option})",
            )

    def _refuse_claimed_elsewhere(self, lines: tuple[ClaimLine, ...]) -> None:
        query, session_ids = models.query("claimed_elsewhere"), [line.session_id for line in lines]
        for row in self._rows(query, session_ids=session_ids):
            raise ClaimError(
                f"Session {row['session_id']} is claimed already, by claim {row['number']} of account "
                f"{row['other_account']}.",
                f"Keep it off this claim with: ladebog session exclude --account {self.account.name} --reason TEXT "
                f"{operand(row['session_id'])}",
            )

    def _findings(
        self, lines: Sequence[ClaimLine], month: date | None, reason_by_finding: Mapping[str, str]
    ) -> tuple[Finding, ...]:
        """The findings of the month and of the sessions on the lines, which may have stopped in other months.

        Raises ClaimError unless exactly the errors are accepted. A session that is only taken off has no say.
        """
        findings = self._rows(
            _FINDINGS,
            month=month,
            session_ids=sorted({line.session_id for line in lines if not _is_withdrawn(line)}),
            months=sorted({line.month for line in lines}),
            open=NOT_CLOSED,
            lost=LOST,
        )
        errors = {row["finding_id"]: row for row in findings if row["severity"] == "error"}
        if unknown := sorted(reason_by_finding.keys() - errors.keys()):
            seen_with = f"ladebog check --month {month:%Y-%m}" if month else "ladebog check"
            raise ClaimError(f"The claim has no error {unknown[0]} to accept.", f"See the findings with: {seen_with}")
        if unaccepted_errors := [row for key, row in errors.items() if key not in reason_by_finding]:
            error_list = "".join(f"\n  {_error_text(row, month)}" for row in unaccepted_errors)
            claimed = f"{month:%Y-%m} of account" if month else "The corrections of account"
            raise ClaimError(
                f"{claimed} {self.account.name} cannot be claimed while there are errors:{error_list}",
                "Fix them, or accept each with: --accept FINDING_ID --reason TEXT",
            )
        return tuple(
            msgspec.convert({**row, "accepted": reason_by_finding.get(row["finding_id"])}, Finding) for row in findings
        )

    def _odometer(self, cars: list[str], month: date | None) -> tuple[Odometer, ...]:
        if month is None:
            return ()
        return tuple(
            msgspec.convert(row, Odometer) for row in rows(self.connection, _ODOMETER, {"cars": cars, "month": month})
        )

    def _rows(self, query: str, **parameters: object) -> list[dict[str, Any]]:
        return rows(self.connection, query, {"account": self.account.name, **parameters})


def open_drafter(
    connection: duckdb.DuckDBPyConnection,
    journal: Journal,
    logbook: Logbook,
    settings: Settings,
    account: Account,
    *,
    now: datetime,
    language: Language,
) -> Drafter:
    """The drafter of the account's next claim. Raises ClaimError if an earlier one is missing or was changed."""
    for fault, advice in connection.execute(_CLAIM_FAULT, [account.name]).fetchall():
        raise ClaimError(fault, advice)
    claims = read_claims(logbook.claims / account.name)
    return Drafter(
        connection=connection,
        settings=settings,
        account=account,
        claims=claims,
        sources=_sources(logbook.raw / account.name, journal, claims),
        now=now,
        language=language,
    )


def _sources(raw: Path, journal: Journal, claims: Sequence[StoredClaim]) -> Sources:
    """The newest links of the chains that the next claim is computed from. `raw` is the account's folder in raw/."""
    segment = next(reversed(finished_segments(raw)), None)
    entry = journal.entries[-1] if journal.entries else None
    return Sources(
        ladebog_version=__version__,
        rules=RULES,
        raw=Head(name=segment.relative_to(raw).as_posix(), sha256=file_sha256(segment)) if segment else None,
        journal=Head(name=str(entry.entry), sha256=entry.sha256) if entry else None,
        previous_claim=claims[-1].head if claims else None,
    )


def _policy(settings: Settings, account: Account) -> Policy:
    """The settings that the figures depend on."""
    return Policy(
        attribution=settings.claim.attribution,
        closed_after_hours=settings.report.closed_after_hours,
        account=AccountPolicy(
            country=account.country,
            timezone=account.timezone,
            currency=account.currency,
            reimbursement=account.reimbursement,
            addition=account.addition,
            tax_refund=account.tax_refund,
        ),
        tax_rates=settings.tax_rates,
        cars=settings.cars,
        rules=settings.rules,
    )


def _is_withdrawn(line: ClaimLine) -> bool:
    return line.correction is not None and line.correction.reason == "withdrawn"


def _error_text(finding: Mapping[str, Any], month: date | None) -> str:
    """`0a1b2c3d4e5f  overlapping_sessions: ...`; it also names a session that stopped in another month."""
    is_elsewhere = finding["session_id"] is not None and finding["month"] != month
    session = f", session {finding['session_id']}" if is_elsewhere else ""
    return f"{finding['finding_id']}  {finding['rule']}{session}: {finding['detail']}"


def _chargers(lines: tuple[ClaimLine, ...]) -> tuple[Charger, ...]:
    """The places where the lines were charged, the most frequent one first."""
    counts = Counter(Charger(charge_point=line.charge_point, evse=line.evse, kind=line.kind) for line in lines)
    return tuple(charger for charger, _ in counts.most_common())
