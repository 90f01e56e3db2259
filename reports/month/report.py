"""The result set of a report: everything that is printed for one account and period, read once.

All formats lay out the same Report, so they cannot disagree. Nothing is computed here: every figure is a row of a
mart or, for a year, a sum of such rows computed in SQL.
"""

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from pipeline.database import models
from pipeline.database.connection import rows
from pipeline.settings.schema import Account
from reports.month.notes import read_notes
from reports.month.period import ReportPeriod

__all__ = ["Report", "ReportPeriod", "Row", "read_report"]

Row = Mapping[str, Any]

_BASIS = "select timezone, currency from facts.accounts where account = $account"

_SESSIONS = """
    select *
    from sessions
    where account = $account and first_of_month(cast(stopped_local as date)) between $first and $last
    order by stopped_at, session_id
"""

_MONTHS = """
    select *
    from months
    where account = $account and month between $first and $last
    order by month, currency <> $currency, currency
"""

_DAYS = """
    select *
    from days
    where account = $account and first_of_month(day) between $first and $last
    order by day, currency <> $currency, currency
"""

_MONTH_STATES = "select * from month_states where account = $account and month between $first and $last order by month"

_FINDINGS = """
    select finding_id, rule, severity, month, session_id, detail
    from check_results
    where account = $account and (month is null or month between $first and $last)
    order by severity, month nulls first, rule, session_id nulls first, finding_id
"""

_MINOR_DIGITS = """
    select sessions.currency, max(facts.minor_unit_decimal) as digits
    from sessions
    inner join facts.session_facts as facts
        on sessions.account = facts.account and sessions.document_sha256 = facts.document_sha256
    where sessions.account = $account
    group by sessions.currency
"""


@dataclass(frozen=True, kw_only=True)
class Report:
    """All rows of an account and a period, in which a session belongs to the month it stopped in. Times are in UTC.

    Rows have the columns of their mart. `totals` has one row per currency, the account's own first, with the columns of
    `months` without account and month. `findings` are those of its months and those without a month,
    errors first; `notes` are sentences on what no finding covers.
    """

    account: str
    timezone: str
    currency: str
    period: ReportPeriod
    generated_at: datetime
    sessions: tuple[Row, ...]
    days: tuple[Row, ...]
    months: tuple[Row, ...]
    totals: tuple[Row, ...]
    month_states: tuple[Row, ...]
    minor_digits: Mapping[str, int]
    findings: tuple[Row, ...]
    notes: tuple[str, ...]
    session_columns: tuple[str, ...]
    month_columns: tuple[str, ...]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone of its days and months."""
        return zoneinfo.ZoneInfo(self.timezone)

    @property
    def is_closed(self) -> bool:
        """Whether every month of it is closed."""
        closed_months = {state["month"] for state in self.month_states if state["is_closed"]}
        return closed_months.issuperset(self.period.months)

    @property
    def footer(self) -> str:
        """The footer of its pages."""
        return f"Ladebog, {self.account}, {self.period.label}"

    def sessions_in(self, currency: str) -> tuple[Row, ...]:
        """The sessions billed in that currency."""
        return tuple(session for session in self.sessions if session["currency"] == currency)

    def tax_name(self, currency: str | None = None) -> str:
        """The name of the tax in its sessions, or in those of one currency, such as `Moms`; `tax` if names differ."""
        names = {
            session["tax_name"]
            for session in self.sessions
            if session["tax_name"] and currency in (None, session["currency"])
        }
        return str(names.pop()) if len(names) == 1 else "tax"


def read_report(
    connection: duckdb.DuckDBPyConnection, account: Account, period: ReportPeriod, *, generated_at: datetime
) -> Report:
    """Read the report of an account and a period from the published database. A period may have no sessions.

    Time zone and currency are those that the marts were computed with; if the settings have changed since, the report
    has a note. Raises ValueError if `generated_at` is not aware.
    """
    if generated_at.tzinfo is None:
        raise ValueError("generated_at must be an aware time.")
    account_parameter = {"account": account.name}
    basis = rows(connection, _BASIS, account_parameter)
    timezone, currency = (basis[0]["timezone"], basis[0]["currency"]) if basis else (account.timezone, account.currency)
    parameters: dict[str, Any] = {**account_parameter, "first": period.first_month, "last": period.last_month}
    ordered_parameters = {**parameters, "currency": currency}
    sessions = tuple(rows(connection, _SESSIONS, parameters))
    month_states = tuple(rows(connection, _MONTH_STATES, parameters))
    findings = tuple(rows(connection, _FINDINGS, parameters))
    return Report(
        account=account.name,
        timezone=timezone,
        currency=currency,
        period=period,
        generated_at=generated_at,
        sessions=sessions,
        days=tuple(rows(connection, _DAYS, ordered_parameters)),
        months=tuple(rows(connection, _MONTHS, ordered_parameters)),
        totals=tuple(rows(connection, models.query("report_totals"), ordered_parameters)),
        month_states=month_states,
        minor_digits={row["currency"]: row["digits"] for row in rows(connection, _MINOR_DIGITS, account_parameter)},
        findings=findings,
        notes=read_notes(
            connection,
            account,
            period,
            timezone=timezone,
            currency=currency,
            today=generated_at.astimezone(zoneinfo.ZoneInfo(timezone)).date(),
            month_states=month_states,
            findings=findings,
        ),
        session_columns=_columns(connection, "sessions"),
        month_columns=_columns(connection, "months"),
    )


def _columns(connection: duckdb.DuckDBPyConnection, mart: str) -> tuple[str, ...]:
    return tuple(row["column_name"] for row in rows(connection, f"describe {mart}"))
