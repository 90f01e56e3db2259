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
_UNPAID = """
    select number, kind, month, currency, amount_incl_tax, state, state_on
    from claims
    where account = ? and state not in ('paid', 'rejected', 'reversed') and kind <> 'reversal'
    order by number, currency
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
