"""What is still to be claimed, and what was claimed and is not paid."""

from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.database import rows

_MONTHS = """
    select
        due.month,
        due.currency,
        count(*) as lines,
        sum(due.energy_kwh) as energy_kwh,
        sum(due.amount_incl_tax - due.claimed_incl_tax) as amount_incl_tax
    from claim_lines_due as due
    inner join month_states as states using (account, month)
    where due.account = ? and not due.is_month_claimed and due.held_back is null and states.is_closed
    group by due.month, due.currency
    order by due.month, due.currency
"""
_CORRECTIONS = """
    select
        currency,
        count(*) as lines,
        sum(energy_kwh - claimed_energy_kwh) as energy_kwh,
        sum(amount_incl_tax - claimed_incl_tax) as amount_incl_tax
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

    select claims.number, claims.kind, claims.month, claims.currency, claims.amount_incl_tax, claims.state
    from claims
    inner join facts.claims as facts using (account, number)
    left join paid on facts.account = paid.account and facts.reverses = paid.number
    where
        account = ?
        and claims.state not in ('paid', 'rejected', 'reversed')
        and (claims.kind <> 'reversal' or paid.number is not null)
    order by claims.number, claims.currency
"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Outlook:
    """An account's: closed months that no claim covers, corrections of those that one does, and unpaid claims.

    One row a month or claim and currency; amounts are currency units.
    """

    months: list[Row]
    corrections: list[Row]
    unpaid: list[Row]


def read_outlook(connection: duckdb.DuckDBPyConnection, account: str) -> Outlook:
    """Ask the published database."""
    return Outlook(
        months=rows(connection, _MONTHS, [account]),
        corrections=rows(connection, _CORRECTIONS, [account]),
        unpaid=rows(connection, _UNPAID, [account]),
    )
