"""What an account has yet to claim, and which of its claims are rejected or not paid."""

from decimal import Decimal

import duckdb
import msgspec

from pipeline.database import models
from pipeline.database.connection import rows


class OutstandingMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A closed month that is not claimed, in one currency."""

    month: str  # 2025-03
    currency: str
    sessions: int
    energy_kwh: Decimal
    amount_incl_tax: Decimal


class OutstandingCorrections(msgspec.Struct, frozen=True, kw_only=True):
    """What changed in claimed months, in one currency: new minus old."""

    currency: str
    sessions: int
    energy_kwh: Decimal
    amount_incl_tax: Decimal


class UnpaidClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that is neither paid, rejected nor reversed, in one currency."""

    number: int
    currency: str
    amount_incl_tax: Decimal
    state: str


class OutstandingClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What an account has yet to claim and to be paid. Energy in kWh, money in currency units."""

    months: list[OutstandingMonth]
    corrections: list[OutstandingCorrections]
    unpaid: list[UnpaidClaim]
    rejected: list[int]  # numbers of claims that are to be reversed


def read_outstanding(connection: duckdb.DuckDBPyConnection, account: str) -> OutstandingClaims:
    """Read it from the published database."""
    parameters = {"account": account}
    return msgspec.convert(
        {
            "months": rows(connection, models.query("outstanding_months"), parameters),
            "corrections": rows(connection, models.query("outstanding_corrections"), parameters),
            "unpaid": rows(connection, models.query("unpaid_claims"), parameters),
            "rejected": [row["number"] for row in rows(connection, models.query("rejected_claims"), parameters)],
        },
        OutstandingClaims,
    )
