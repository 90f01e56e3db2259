"""How claims, and what is outstanding, are printed."""

from typing import TYPE_CHECKING

from pipeline.text import counted, money_text

if TYPE_CHECKING:
    from pipeline.claims.document import Claim
    from pipeline.claims.outstanding import OutstandingClaims, OutstandingCorrections, OutstandingMonth, UnpaidClaim

_FIRST_MONTHS = 6  # outstanding months that are listed one by one before the rest is counted
_FIRST_UNPAID = 5  # unpaid claims that are listed before the rest is counted


def about(claim: "Claim") -> str:
    """`2025-03`, `2025-03 of Golf`, `corrections` or `reversal of claim 2`."""
    if claim.kind == "reversal":
        return f"reversal of claim {claim.reverses}"
    subject = f"{claim.month:%Y-%m}" if claim.month else claim.kind
    return f"{subject} of {claim.car}" if claim.car else subject


def amounts(claim: "Claim") -> str:
    """`11 lines, 405.316 kWh, 635.76 DKK (of which tax 127.17)`, one such text per currency."""
    texts = []
    for total in claim.totals:
        tax = "unknown" if total.total.tax_amount is None else f"{total.total.tax_amount:,f}"
        texts.append(
            f"{counted(total.total.lines, 'line')}, {total.total.energy_kwh:,f} kWh, "
            f"{total.total.amount_incl_tax:,f} {total.currency} (of which tax {tax})"
        )
    return "; ".join(texts)


def corrections_text(claim: "Claim") -> list[str]:
    """`Of which 1 correction of 2025-04: -104.15 DKK`, one per currency, of a month's claim that has corrections."""
    if claim.kind != "month":
        return []
    texts = []
    for total in claim.totals:
        months = {f"{line.month:%Y-%m}" for line in claim.lines if line.correction and line.currency == total.currency}
        if months:
            count = counted(total.corrections.lines, "correction")
            texts.append(
                f"Of which {count} of {', '.join(sorted(months))}: "
                f"{total.corrections.amount_incl_tax:+,f} {total.currency}"
            )
    return texts


def outstanding_lines(outstanding: "OutstandingClaims", account_option: str) -> list[str]:
    """What is outstanding, oldest month first, rejected and unpaid: one per line, each with the next command to type.

    `account_option` ends the commands where the logbook has several accounts, as ` --account home`.
    """
    lines = [
        f"outstanding: {item.month}: {counted(item.sessions, 'session')}, {item.energy_kwh:,f} kWh, {_money(item)}: "
        f"ladebog claim create {item.month}{account_option}"
        for item in outstanding.months[:_FIRST_MONTHS]
    ]
    if later := {item.month for item in outstanding.months[_FIRST_MONTHS:]}:
        lines.append(f"outstanding: {counted(len(later), 'month')} more, up to {max(later)}")
    lines += correction_lines(outstanding, account_option)
    lines += [
        f"rejected: claim {number}: ladebog claim reverse {number} --reason TEXT{account_option} "
        "(then its sessions can be claimed again)"
        for number in outstanding.rejected
    ]
    unpaid = [f"{claim.number} ({claim.state}, {_money(claim)})" for claim in outstanding.unpaid]
    if unpaid:
        more = f" and {len(unpaid) - _FIRST_UNPAID} more" if len(unpaid) > _FIRST_UNPAID else ""
        claims = "claim" if len(unpaid) == 1 else "claims"
        numbers = f"{', '.join(unpaid[:_FIRST_UNPAID])}{more}"
        number = outstanding.unpaid[0].number if len(unpaid) == 1 else "NUMBER"
        lines.append(f"unpaid: {claims} {numbers}: ladebog claim mark {number} paid{account_option}")
    return lines


def correction_lines(outstanding: "OutstandingClaims", account_option: str) -> list[str]:
    """What changed in claimed months, one line per currency, with the command that claims it."""
    return [
        f"outstanding corrections: {counted(item.sessions, 'session')}, {item.energy_kwh:+,f} kWh, "
        f"{_money(item, '+')}: ladebog claim create --corrections{account_option} (or with the next month)"
        for item in outstanding.corrections
    ]


def _money(item: "OutstandingMonth | OutstandingCorrections | UnpaidClaim", sign: str = "") -> str:
    return f"{money_text(item.amount_incl_tax, item.currency, sign)} {item.currency}"
