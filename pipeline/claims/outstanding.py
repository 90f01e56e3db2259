"""What is still to be claimed, and what was claimed and is not paid."""

from decimal import Decimal

import duckdb
import msgspec

from pipeline.database import models
from pipeline.database.connection import rows


class OutstandingMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A closed month that no claim covers, in one currency."""

    month: str  # 2025-03
    currency: str
    sessions: int
    energy_kwh: Decimal
    amount_incl_tax: Decimal


class OutstandingCorrections(msgspec.Struct, frozen=True, kw_only=True):
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


class Outstanding(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be claimed of an account, and what was claimed and is not paid. Energy in kWh, money in units."""

    months: list[OutstandingMonth]
    corrections: list[OutstandingCorrections]
    unpaid: list[Unpaid]


def read_outstanding(connection: duckdb.DuckDBPyConnection, account: str) -> Outstanding:
    """Ask the published database."""
    of_account = {"account": account}
    return msgspec.convert(
        {
            "months": rows(connection, models.query("outstanding_months"), of_account),
            "corrections": rows(connection, models.query("outstanding_corrections"), of_account),
            "unpaid": rows(connection, models.query("unpaid_claims"), of_account),
        },
        Outstanding,
    )
