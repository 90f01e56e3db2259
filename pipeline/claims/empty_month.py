"""Refusing the claim of a month in which nothing is to be claimed, most often a mistyped one."""

from datetime import date

import duckdb

from pipeline.claims.document import Claim
from pipeline.claims.outstanding import read_outstanding
from pipeline.errors import ClaimError

_FIRST_MONTHS = 6  # outstanding months that are named before the rest is counted
_FIRST_SESSION = "select min(month) from intermediate.claim_values where account = ?"


def refuse_empty(connection: duckdb.DuckDBPyConnection, draft: Claim, month: date, account_option: str) -> None:
    """Raise ClaimError for a month without lines or before the first session, with the months that can be claimed."""
    found = connection.execute(_FIRST_SESSION, [draft.account]).fetchone()
    first_month: date | None = found[0] if found else None
    if first_month is None:
        reason = "no session has finished yet"
    elif month < first_month:
        reason = f"its first session is of {first_month:%Y-%m}"
    elif draft.lines:
        return
    else:
        reason = "it has neither sessions to claim nor corrections"
    outstanding = read_outstanding(connection, draft.account)
    raise ClaimError(
        f"{month:%Y-%m} of account {draft.account} is not claimed: {reason}.",
        f"{_months_text(sorted({item.month for item in outstanding.months}))}. "
        f"To claim it without sessions: ladebog claim create {month:%Y-%m} --empty{account_option}",
    )


def _months_text(months: list[str]) -> str:
    if not months:
        return "No month is outstanding"
    more = f" and {len(months) - _FIRST_MONTHS} more" if len(months) > _FIRST_MONTHS else ""
    return f"Outstanding: {', '.join(months[:_FIRST_MONTHS])}{more}"
