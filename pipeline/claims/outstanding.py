"""What is still to be claimed, and what was claimed and is not paid."""

from decimal import Decimal

import duckdb
import msgspec

from pipeline.database.connection import rows

_MONTHS = """
    select
        strftime(due.month, '%Y-%m') as month,
        due.currency,
        count(*) as sessions,
        sum(due.energy_kwh) as energy_kwh,
        amount_digits(sum(due.amount_incl_tax - due.claimed_incl_tax)) as amount_incl_tax
    from claim_lines_due as due
    inner join month_states as states using (account, month)
    where due.account = ? and not due.is_month_claimed and due.held_back is null and states.is_closed
    group by due.month, due.currency
    order by due.month, due.currency
"""
_CORRECTIONS = """
    select
        currency,
        count(*) as sessions,
        sum(energy_kwh - claimed_energy_kwh) as energy_kwh,
        amount_digits(sum(amount_incl_tax - claimed_incl_tax)) as amount_incl_tax
    from claim_lines_due
    where account = ? and is_month_claimed and held_back is null
    group by currency
    order by currency
"""
# Of what was taken back, only what had been paid is to be paid back.
_UNPAID = """
    with paid as (
        select account, number
        from facts.claim_marks
        group by account, number
        having arg_max(state, entry) = 'paid'
    )

    select
        claims.number,
        claims.currency,
        amount_digits(claims.amount_incl_tax) as amount_incl_tax,
        claims.state
    from claims
    inner join facts.claims as facts using (account, number)
    left join paid on facts.account = paid.account and facts.reverses = paid.number
    where
        account = ?
        and claims.state not in ('paid', 'rejected', 'reversed')
        and (claims.kind <> 'reversal' or paid.number is not null)
    order by claims.number, claims.currency
"""


class DueMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A closed month that no claim covers, in one currency."""

    month: str  # 2025-03
    currency: str
    sessions: int
    energy_kwh: Decimal
    amount_incl_tax: Decimal


class DueCorrections(msgspec.Struct, frozen=True, kw_only=True):
    """What changed in months that are claimed, in one currency: new less old."""

    currency: str
    sessions: int
    energy_kwh: Decimal
    amount_incl_tax: Decimal


class Unpaid(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that is neither paid nor rejected nor taken back, in one currency."""

    number: int
    currency: str
    amount_incl_tax: Decimal
    state: str


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be claimed of an account, and what was claimed and is not paid. Energy in kWh, money in units."""

    months: list[DueMonth]
    corrections: list[DueCorrections]
    unpaid: list[Unpaid]


def read_outlook(connection: duckdb.DuckDBPyConnection, account: str) -> Outlook:
    """Ask the published database."""
    return msgspec.convert(
        {
            "months": rows(connection, _MONTHS, [account]),
            "corrections": rows(connection, _CORRECTIONS, [account]),
            "unpaid": rows(connection, _UNPAID, [account]),
        },
        Outlook,
    )
