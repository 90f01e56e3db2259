"""What can be claimed and what cannot: rows of the marts as lines and exclusions of a claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb
import msgspec

from pipeline.claims.arithmetic import count_claimed
from pipeline.claims.document import Amounts, ClaimLine, Completeness, Correction, Exclusion, LineKey, key_of
from pipeline.claims.folder import StoredClaim
from pipeline.claims.sums import LineSums, energy, money, money_or_none
from pipeline.database import models
from pipeline.database.connection import rows
from pipeline.settings.schema import Account

_CLAIMED = """
    select session_id, month, car, currency, energy_kwh, amount_incl_tax, tax_amount
    from staging.claimed_sums
    where account = $account
"""


@dataclass(frozen=True)
class ClaimableReader:
    """Reads what can be claimed for one account; `claims` are its claims so far."""

    connection: duckdb.DuckDBPyConnection
    account: Account
    claims: Sequence[StoredClaim]

    @cached_property
    def sums(self) -> LineSums:
        """Sums up the account's lines."""
        return LineSums(self.connection, self.account.name, self.account.currency)

    def lines(self, month: date | None, car: str | None) -> tuple[ClaimLine, ...]:
        """The sessions of a month, and the corrections of all claimed months; without a month only the corrections."""
        return tuple(self._line(row) for row in self._rows(models.query("claim_lines_to_add"), month=month, car=car))

    def exclusions(self, month: date | None, car: str | None) -> tuple[Exclusion, ...]:
        """The sessions of a month that are not claimed, and the corrections that are held back."""
        return tuple(
            Exclusion(
                session_id=row["session_id"],
                month=row["month"],
                started_at=self._local(row["started_at"]),
                stopped_at=self._local(row["stopped_at"]),
                car=row["car"],
                currency=row["currency"],
                energy_kwh=energy(row["energy_kwh"]),
                billed_incl_tax=money(row["amount_incl_tax"], self.sums.minor_digits(row["currency"])),
                ground=row["ground"],
                detail=row["detail"],
            )
            for row in self._rows(models.query("claim_exclusions"), month=month, car=car)
        )

    def completeness(
        self, month: date, car: str | None, lines: Sequence[ClaimLine], exclusions: Sequence[Exclusion]
    ) -> Completeness:
        """How complete the data of a closed month is."""
        (row,) = self._rows(models.query("claim_completeness"), month=month, car=car)
        excluded_count = sum(exclusion.month == month for exclusion in exclusions)
        return Completeness(
            listed_at=self._local(row["listed_at"]),
            sessions=row["sessions"],
            claimed=count_claimed(lines, month) + row["claimed_earlier"],
            excluded=excluded_count,
            claimed_earlier=row["claimed_earlier"],
            unlisted=row["unlisted"],
        )

    def reversal(self, stored_claim: StoredClaim) -> tuple[ClaimLine, ...]:
        """The lines that reverse a claim: each as it was, with its figures negated."""
        claimed_sums = {
            (row["session_id"], row["month"], row["car"] or None, row["currency"]): row for row in self._rows(_CLAIMED)
        }
        return tuple(
            self._reversed(line, claimed_sums[key_of(line)], stored_claim.claim.number)
            for line in stored_claim.claim.lines
        )

    def _line(self, row: Mapping[str, Any]) -> ClaimLine:
        digits = self.sums.minor_digits(row["currency"])
        description = self._last_line(row) if row["reason"] == "withdrawn" else self._description(row)
        return msgspec.structs.replace(
            description,
            energy_kwh=energy(row["due_energy_kwh"]),
            amount_incl_tax=money(row["due_incl_tax"], digits),
            tax_amount=money_or_none(row["due_tax_amount"], digits),
            correction=None if row["corrects"] is None else self._correction(row, digits),
        )

    def _description(self, row: Mapping[str, Any]) -> ClaimLine:
        """A line with everything but its figures and its correction."""
        return ClaimLine(
            session_id=row["session_id"],
            month=row["month"],
            started_at=self._local(row["started_at"]),
            stopped_at=self._local(row["stopped_at"]),
            kind=row["kind"],
            charge_point=row["charge_point"],
            evse=row["evse"],
            car=row["car"] or None,
            currency=row["currency"],
            energy_kwh=Decimal(),
            amount_incl_tax=Decimal(),
            tax_amount=None,
            basis=row["basis"],
            price_incl_tax=row["price_incl_tax"],
            minimum_price=money_or_none(row["minimum_price"], self.sums.minor_digits(row["currency"])),
            is_imported=row["is_imported"],
            tax_refund=row["tax_refund"],
            tax_name=row["tax_name"],
            tax_rate=row["tax_rate"],
            note=row["note"],
            tags=tuple(row["tags"]),
            revision=row["revision"],
            document_sha256=row["document_sha256"],
            curve_sha256=row["curve_sha256"],
            correction=None,
        )

    def _correction(self, row: Mapping[str, Any], digits: int) -> Correction:
        return Correction(
            claim=row["corrects"],
            reason=row["reason"],
            ground=row["ground"],
            detail=row["detail"],
            old=Amounts(
                energy_kwh=energy(row["claimed_energy_kwh"]),
                amount_incl_tax=money(row["claimed_incl_tax"], digits),
                tax_amount=money(row["claimed_tax_amount"], digits),
            ),
            new=Amounts(
                energy_kwh=energy(row["energy_kwh"]),
                amount_incl_tax=money(row["amount_incl_tax"], digits),
                tax_amount=money_or_none(row["tax_amount"], digits),
            ),
        )

    def _last_line(self, row: Mapping[str, Any]) -> ClaimLine:
        """The line of a withdrawn session in the last claim that contained it."""
        key: LineKey = (row["session_id"], row["month"], row["car"] or None, row["currency"])
        return next(
            line for stored_claim in reversed(self.claims) for line in stored_claim.claim.lines if key_of(line) == key
        )

    def _reversed(self, line: ClaimLine, claimed_sum: Mapping[str, Any], number: int) -> ClaimLine:
        digits = self.sums.minor_digits(line.currency)
        old = Amounts(
            energy_kwh=energy(claimed_sum["energy_kwh"]),
            amount_incl_tax=money(claimed_sum["amount_incl_tax"], digits),
            tax_amount=money(claimed_sum["tax_amount"], digits),
        )
        new = Amounts(
            energy_kwh=old.energy_kwh - line.energy_kwh,
            amount_incl_tax=old.amount_incl_tax - line.amount_incl_tax,
            tax_amount=None if line.tax_amount is None else money(claimed_sum["tax_amount"] - line.tax_amount, digits),
        )
        return msgspec.structs.replace(
            line,
            energy_kwh=-line.energy_kwh,
            amount_incl_tax=-line.amount_incl_tax,
            tax_amount=None if line.tax_amount is None else -line.tax_amount,
            correction=Correction(claim=number, reason="reversed", ground=None, detail=None, old=old, new=new),
        )

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.account.zone)

    def _rows(self, query: str, **parameters: object) -> list[dict[str, Any]]:
        return rows(self.connection, query, {"account": self.account.name, **parameters})
