"""How claims and what is due are told on the terminal."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from pipeline.text import counted

if TYPE_CHECKING:
    from pipeline.claims.document import Claim
    from pipeline.claims.outstanding import Outstanding, OutstandingCorrections, OutstandingMonth, Unpaid

_DUE = 6  # months that are named, the newest
_NOT_PAID = 5  # claims that are named before it is said how many more there are


def about(claim: "Claim") -> str:
    """`2025-03`, `2025-03 of Golf`, `corrections` or `reversal of claim 2`."""
    if claim.kind == "reversal":
        return f"reversal of claim {claim.reverses}"
    what = f"{claim.month:%Y-%m}" if claim.month else claim.kind
    return f"{what} of {claim.car}" if claim.car else what


def amounts(claim: "Claim") -> str:
    """`11 lines, 405.316 kWh, 635.76 DKK (of which tax 127.17)`, each currency apart."""
    told = []
    for total in claim.totals:
        tax = "not known" if total.total.tax_amount is None else f"{total.total.tax_amount:,f}"
        told.append(
            f"{counted(total.total.lines, 'line')}, {total.total.energy_kwh:,f} kWh, "
            f"{total.total.amount_incl_tax:,f} {total.currency} (of which tax {tax})"
        )
    return "; ".join(told)


def outstanding_lines(outstanding: "Outstanding") -> list[str]:
    """What is due and what is unpaid, a sentence each with what to type next; nothing where there is nothing."""
    told = [
        f"due: {due.month}: {counted(due.sessions, 'session')}, {due.energy_kwh:,f} kWh, {_money(due)}: "
        f"ladebog claim create {due.month}"
        for due in outstanding.months[-_DUE:]
    ]
    if earlier := {due.month for due in outstanding.months[:-_DUE]}:
        told.insert(0, f"due: {counted(len(earlier), 'month')} more, from {min(earlier)} on")
    told += [
        f"corrections due: {counted(due.sessions, 'session')}, {due.energy_kwh:+,f} kWh, {_money(due, '+')}: "
        "ladebog claim create --corrections (or with the next month)"
        for due in outstanding.corrections
    ]
    unpaid = [f"{claim.number} ({claim.state}, {_money(claim)})" for claim in outstanding.unpaid]
    if unpaid:
        more = f" and {len(unpaid) - _NOT_PAID} more" if len(unpaid) > _NOT_PAID else ""
        claims = "claim" if len(unpaid) == 1 else "claims"
        told.append(f"unpaid: {claims} {', '.join(unpaid[:_NOT_PAID])}{more}: ladebog claim mark NUMBER paid")
    return told


def cells(row: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
    """Some of a row's values, money with its currency's digits."""
    return [_figure(row[name]) if name in ("amount_incl_tax", "tax_amount") else row[name] for name in names]


def _money(of: "OutstandingMonth | OutstandingCorrections | Unpaid", sign: str = "") -> str:
    return f"{format(of.amount_incl_tax, f'{sign},f')} {of.currency}"


def _figure(amount: Any) -> Any:
    """An amount of a mart without the third decimal that most currencies lack."""
    if amount is None:
        return None
    two = amount.quantize(amount.__class__("0.01"))
    return two if two == amount else amount


MONTH = click.DateTime(formats=["%Y-%m"])
