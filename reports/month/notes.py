"""Sentences on what a report lacks and no finding of the checks covers: open months, active sessions, old settings."""

import zoneinfo
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb

from pipeline.database import models
from pipeline.database.connection import rows
from pipeline.settings.schema import Account
from pipeline.text import counted
from reports.month.period import MONTH_NAMES, ReportPeriod

_NAMED = 5  # sessions that a note names; of more it gives the number
_RULE_OF_OPEN_MONTHS = "month_not_closed"  # covers past months only

_CLOSABLE = """
    select
        months.month,
        local_midnight(cast(months.month + interval 1 month as date), $timezone)
        + to_hours(settings.closed_after_hours) as closable_at,
    from (select unnest(cast($months as date[])) as month) as months
    cross join facts.settings as settings
"""

_Row = Mapping[str, Any]


def read_notes(
    connection: duckdb.DuckDBPyConnection,
    account: Account,
    period: ReportPeriod,
    *,
    timezone: str,
    currency: str,
    today: date,
    month_states: Sequence[_Row],
    findings: Sequence[_Row],
) -> tuple[str, ...]:
    """The notes of a period; `timezone` and `currency` are those that the marts were computed with."""
    zone = zoneinfo.ZoneInfo(timezone)
    parameters = {"account": account.name, "timezone": timezone, "first": period.first_month, "last": period.last_month}
    closable = rows(connection, _CLOSABLE, {"timezone": timezone, "months": list(period.months)})
    active = rows(connection, models.query("active_sessions"), parameters)
    covered_months = {finding["month"] for finding in findings if finding["rule"] == _RULE_OF_OPEN_MONTHS}
    return (
        *_not_closed(
            {row["month"]: row["closable_at"] for row in closable if row["month"] not in covered_months},
            month_states,
            today,
            zone,
        ),
        *_still_active(active, zone),
        *_other_settings(account, timezone, currency),
    )


def _not_closed(
    closable: Mapping[date, datetime], month_states: Sequence[_Row], today: date, zone: zoneinfo.ZoneInfo
) -> list[str]:
    states = {state["month"]: state for state in month_states}
    months_by_reason: dict[str, list[date]] = {}
    for month in sorted(closable):
        reason = _why_open(states.get(month), closable[month], zone, has_begun=month <= today)
        if reason is not None:
            months_by_reason.setdefault(reason, []).append(month)
    return [
        f"Not closed: {_listed([MONTH_NAMES[month.month - 1] for month in months])} {months[0].year} ({reason})."
        for reason, months in months_by_reason.items()
    ]


def _why_open(state: _Row | None, closable_at: datetime, zone: zoneinfo.ZoneInfo, *, has_begun: bool) -> str | None:
    """Why a month is not closed, or None if it is."""
    if state is None or (state["listed_at"] is None and not state["is_closed"]):
        return "no complete listing yet" if has_begun else "not begun yet"
    if state["is_closed"]:
        return None
    return (
        f"last complete listing {_minute(state['listed_at'], zone)}, too early: "
        f"a listing at {_minute(closable_at, zone)} or later closes it"
    )


def _still_active(active: Sequence[_Row], zone: zoneinfo.ZoneInfo) -> list[str]:
    if not active:
        return []
    return [f"Not stopped when last fetched, so not in this report: {_named(active, zone)}."]


def _other_settings(account: Account, timezone: str, currency: str) -> list[str]:
    if (account.timezone, account.currency) == (timezone, currency):
        return []
    return [
        f"The settings are now {account.timezone} and {account.currency}; "
        f"these figures were computed with {timezone} and {currency}."
    ]


def _named(sessions: Sequence[_Row], zone: zoneinfo.ZoneInfo) -> str:
    """`2 sessions, 648418 (started 2025-03-30) and 648419 (started 2025-03-31)`; of many only the first few."""
    names = [f"{row['session_id']} ({_started(row['started_at'], zone)})" for row in sessions]
    shown_names = names if len(names) <= _NAMED else [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return f"{counted(len(names), 'session')}, {_listed(shown_names)}"


def _started(moment: datetime | None, zone: zoneinfo.ZoneInfo) -> str:
    return f"started {moment.astimezone(zone):%Y-%m-%d}" if moment else "not started"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _minute(moment: datetime, zone: zoneinfo.ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
