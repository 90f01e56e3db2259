"""Whether a claim's figures add up. This is computed without SQL, as a second opinion: in decimals, line by line."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from pipeline.claims.document import Amounts, Claim, ClaimLine, Day, LineKey, Sum, key_of
from pipeline.clock import last_of_month

_MICRO = Decimal("0.000001")
_WIDE = Context(prec=60)  # for any two numbers that are within the bounds of a claim


def fault(claim: Claim) -> str | None:
    """The first thing that does not add up in a claim, or None."""
    for number, line in enumerate(claim.lines, start=1):
        if line.correction and _difference(line.correction.old, line.correction.new) != _added(line):
            return f"line {number} is not the difference between its old and its new figures"
        if line.correction is None and claim.kind != "month":
            return f"line {number} is not a correction, in a claim of corrections"
    return _totals_fault(claim) or _days_fault(claim) or _completeness_fault(claim)


def chain_fault(claims: Sequence[Claim]) -> str | None:
    """The first thing in the last of an account's claims that does not follow from those before it, or None."""
    *earlier_claims, claim = claims
    claimed_sums = sums_by_key(line for earlier in earlier_claims for line in earlier.lines)
    for number, line in enumerate(claim.lines, start=1):
        claimed_sum = claimed_sums.get(key_of(line), _NOTHING)
        old = line.correction.old if line.correction else _NOTHING
        if (old.energy_kwh, old.amount_incl_tax, old.tax_amount) != (
            claimed_sum.energy_kwh,
            claimed_sum.amount_incl_tax,
            claimed_sum.tax_amount,
        ):
            return f"line {number} does not start from the sum of the claims before it"
    return _reversal_fault(claim, earlier_claims) if claim.kind == "reversal" else None


def sums_by_key(lines: Iterable[ClaimLine]) -> dict[LineKey, Amounts]:
    """The sums of lines by their key. An unknown tax adds nothing."""
    amounts: dict[LineKey, Amounts] = {}
    for line in lines:
        sum_so_far = amounts.get(key_of(line), _NOTHING)
        amounts[key_of(line)] = Amounts(
            energy_kwh=sum_so_far.energy_kwh + line.energy_kwh,
            amount_incl_tax=sum_so_far.amount_incl_tax + line.amount_incl_tax,
            tax_amount=(sum_so_far.tax_amount or Decimal()) + (line.tax_amount or Decimal()),
        )
    return amounts


def count_claimed(lines: Iterable[ClaimLine], month: date | None) -> int:
    """The number of the month's sessions that lines claim. A withdrawn session is not claimed."""
    return len(
        {
            line.session_id
            for line in lines
            if line.month == month and (line.correction is None or line.correction.reason != "withdrawn")
        }
    )


def sum_of(lines: Sequence[ClaimLine]) -> Sum:
    """The sum of lines in one currency."""
    taxes = [line.tax_amount for line in lines if line.tax_amount is not None]
    return Sum(
        lines=len(lines),
        energy_kwh=sum((line.energy_kwh for line in lines), Decimal()),
        amount_incl_tax=sum((line.amount_incl_tax for line in lines), Decimal()),
        tax_amount=sum(taxes, Decimal()) if len(taxes) == len(lines) else None,
    )


_NOTHING = Amounts(energy_kwh=Decimal(), amount_incl_tax=Decimal(), tax_amount=Decimal())


def _totals_fault(claim: Claim) -> str | None:
    expected_currencies = {line.currency for line in claim.lines} or {claim.policy.account.currency}
    if sorted(total.currency for total in claim.totals) != sorted(expected_currencies):
        return "the currencies of the totals are not those of the lines"
    for total in claim.totals:
        all_lines = [line for line in claim.lines if line.currency == total.currency]
        parts = {
            "total": (total.total, all_lines),
            "total of sessions": (total.sessions, [line for line in all_lines if line.correction is None]),
            "total of corrections": (
                total.corrections,
                [line for line in all_lines if line.correction is not None],
            ),
        }
        for name, (stated_sum, lines) in parts.items():
            if stated_sum != sum_of(lines):
                return f"the {name} in {total.currency} is not the sum of its lines"
        if total.average_price_incl_tax != _average(total.total if _is_older_than_rules_2(claim) else total.sessions):
            return f"the average price in {total.currency} is not the amount divided by the energy"
    return None


def _days_fault(claim: Claim) -> str | None:
    lines_by_day: dict[tuple[date, str], list[ClaimLine]] = {}
    for line in claim.lines:
        if line.correction is None:
            lines_by_day.setdefault((_day(line, claim), line.currency), []).append(line)
    expected_days = {
        (day, currency): Day(
            day=day,
            currency=currency,
            sessions=len(lines),
            energy_kwh=sum_of(lines).energy_kwh,
            amount_incl_tax=sum_of(lines).amount_incl_tax,
        )
        for (day, currency), lines in lines_by_day.items()
    }
    stated_days = {(day.day, day.currency): day for day in claim.days}
    if stated_days != expected_days or len(stated_days) != len(claim.days):
        return "the days are not the sums of their lines"
    return None


def _completeness_fault(claim: Claim) -> str | None:
    if (claim.completeness is None) != (claim.kind != "month"):
        return "completeness is stated by every claim of a month, and by no other"
    counts = claim.completeness
    if counts and counts.claimed + counts.excluded != counts.sessions:
        return "the sessions claimed and those excluded do not add up to all sessions"
    if (
        counts
        and not _is_older_than_rules_2(claim)
        and counts.claimed != count_claimed(claim.lines, claim.month) + counts.claimed_earlier
    ):
        return "the sessions claimed are not those of its lines and of earlier claims"
    return None


def _is_older_than_rules_2(claim: Claim) -> bool:
    return claim.sources.rules < 2


def _reversal_fault(claim: Claim, earlier_claims: Sequence[Claim]) -> str | None:
    original = next((earlier for earlier in earlier_claims if earlier.number == claim.reverses), None)
    if original is None:
        return "the claim that it reverses does not exist"
    negated_lines = [
        (key_of(line), -line.energy_kwh, -line.amount_incl_tax, None if line.tax_amount is None else -line.tax_amount)
        for line in original.lines
    ]
    stated_lines = [(key_of(line), line.energy_kwh, line.amount_incl_tax, line.tax_amount) for line in claim.lines]
    return None if stated_lines == negated_lines else f"its lines are not those of claim {claim.reverses} negated"


def _difference(old: Amounts, new: Amounts) -> tuple[Decimal, Decimal, Decimal | None]:
    tax = None if new.tax_amount is None else new.tax_amount - (old.tax_amount or Decimal())
    return new.energy_kwh - old.energy_kwh, new.amount_incl_tax - old.amount_incl_tax, tax


def _added(line: ClaimLine) -> tuple[Decimal, Decimal, Decimal | None]:
    return line.energy_kwh, line.amount_incl_tax, line.tax_amount


def _average(total: Sum) -> Decimal | None:
    """The price per kWh, rounded half away from zero to six decimals."""
    if not total.energy_kwh:
        return None
    return (total.amount_incl_tax / total.energy_kwh).quantize(_MICRO, ROUND_HALF_UP, _WIDE)


def _day(line: ClaimLine, claim: Claim) -> date:
    stopped_on = line.stopped_at.astimezone(claim.zone).date()
    return min(stopped_on, last_of_month(line.month))
