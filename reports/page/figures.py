"""What the page shows of an account: rows of the marts and queries, read once. Nothing is computed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.claims.outstanding import OutstandingClaims, read_outstanding
from pipeline.database import models
from pipeline.database.connection import rows
from pipeline.settings.schema import Account
from pipeline.text import visible

Row = Mapping[str, Any]

_DIGITS = 2  # of a currency in which nothing was billed yet


@dataclass(frozen=True, kw_only=True)
class YearFigures:
    """A year in the account's currency: its sums, and its months, days and hours of the day that have sessions."""

    year: int
    sums: Row
    months: tuple[Row, ...]
    days: tuple[Row, ...]
    hours: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class AccountFigures:
    """An account. Rows have the columns of their query in sql/queries/internal/; the newest year comes first."""

    account: str
    head: Row
    digits_by_currency: Mapping[str, int]
    years: tuple[YearFigures, ...]
    foreign_months: tuple[Row, ...]
    sessions: tuple[Row, ...]
    claims: tuple[Row, ...]
    findings: tuple[Row, ...]
    outstanding: OutstandingClaims

    @property
    def currency(self) -> str:
        """The account's currency, in which its charts are."""
        return str(self.head["currency"])

    @property
    def timezone(self) -> str:
        """The IANA name of the account's time zone."""
        return str(self.head["timezone"])

    def digits(self, currency: str) -> int:
        """The decimals with which amounts in a currency are shown."""
        return self.digits_by_currency.get(currency, _DIGITS)


def read_figures(connection: duckdb.DuckDBPyConnection, accounts: Sequence[Account]) -> list[AccountFigures]:
    """Read the accounts from the published database, in their order, without those that it does not have yet."""
    return [figures for account in accounts if (figures := _read_account(connection, account.name))]


def _read_account(connection: duckdb.DuckDBPyConnection, account: str) -> AccountFigures | None:
    def read(query: str) -> tuple[Row, ...]:
        return tuple(_visible(row) for row in rows(connection, query, {"account": account}))

    head = read(models.query("page_head"))
    if not head:
        return None
    months, days, hours = (
        read(models.query("page_months")),
        read(models.query("page_days")),
        read(models.query("page_hours")),
    )
    return AccountFigures(
        account=account,
        head=head[0],
        digits_by_currency={row["currency"]: row["digits"] for row in read(models.query("page_currencies"))},
        years=tuple(
            YearFigures(
                year=sums["year"],
                sums=sums,
                months=_of_year(months, sums["year"]),
                days=_of_year(days, sums["year"]),
                hours=_of_year(hours, sums["year"]),
            )
            for sums in read(models.query("page_years"))
        ),
        foreign_months=read(models.query("page_foreign_months")),
        sessions=read(models.query("page_sessions")),
        claims=read(models.query("page_claims")),
        findings=read(models.query("page_findings")),
        outstanding=read_outstanding(connection, account),
    )


def _visible(value: Any) -> Any:
    """The value, and all in it, with texts of which nothing is hidden and that change no direction of writing."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [_visible(item) for item in value]
    if isinstance(value, dict):
        return {name: _visible(item) for name, item in value.items()}
    return value


def _of_year(year_rows: Sequence[Row], year: int) -> tuple[Row, ...]:
    return tuple(row for row in year_rows if row["year"] == year)
