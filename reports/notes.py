"""What a report does not know, as sentences: nothing that is missing, late or estimated goes unsaid."""

import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb

from pipeline.database import rows
from pipeline.settings import Account
from reports.period import MONTH_NAMES, Period

_NAMED = 5  # sessions that a note names before it says how many more there are

_CLOSABLE = """
    select
        months.month,
        local_midnight(cast(months.month + interval 1 month as date), $timezone)
        + to_hours(settings.closed_after_hours) as closable_at,
    from (select unnest(cast($months as date[])) as month) as months
    cross join facts.settings as settings
"""

# Not those that are known to have gone on beyond the period: they belong to a later one.
_ACTIVE = """
    select session_id, started_at
    from staging.sessions
    where
        account = $account
        and not is_finished
        and first_of_month(local_day(started_at, $timezone)) <= $last
        and (
            first_of_month(local_day(started_at, $timezone)) >= $first
            or coalesce(first_of_month(local_day(fetched_at, $timezone)) <= $last, true)
        )
    order by started_at, session_id
"""

_WITHOUT_DETAIL = """
    select sessions.session_id
    from sessions
    anti join (
        select * from staging.session_documents where source = 'detail' and is_finished
    ) as details
        on sessions.account = details.account and sessions.session_id = details.session_id
    where
        sessions.account = $account
        and first_of_month(local_day(sessions.stopped_at, $timezone)) between $first and $last
"""

_UNPLACED = """
    select quarantine.endpoint, count(distinct quarantine.document_sha256) as documents
    from facts.quarantine as quarantine
    left join staging.sessions as sessions
        on
            quarantine.account = sessions.account
            and quarantine.key = sessions.session_id
            and quarantine.endpoint in ('session', 'session_history')
    where quarantine.account = $account and sessions.session_id is null
    group by quarantine.endpoint
    order by quarantine.endpoint
"""

_ABOUT = {
    "charge_points": "charge points",
    "price_periods": "prices",
    "session": "sessions",
    "session_history": "the session history",
}

_Row = Mapping[str, Any]


def read_notes(
    connection: duckdb.DuckDBPyConnection,
    account: Account,
    period: Period,
    *,
    timezone: str,
    currency: str,
    sessions: Sequence[_Row],
    month_states: Sequence[_Row],
) -> tuple[str, ...]:
    """The sentences for a period whose rows have been read; `timezone` and `currency` are those of the marts."""
    zone = zoneinfo.ZoneInfo(timezone)
    within = {"account": account.name, "timezone": timezone, "first": period.first_month, "last": period.last_month}
    closable = rows(connection, _CLOSABLE, {"timezone": timezone, "months": list(period.months)})
    active = rows(connection, _ACTIVE, within)
    listed_only = {row["session_id"] for row in rows(connection, _WITHOUT_DETAIL, within)}
    unplaced = rows(connection, _UNPLACED, {"account": account.name})
    return (
        *_not_closed({row["month"]: row["closable_at"] for row in closable}, month_states, zone),
        *_still_active(active, zone),
        *_about_sessions(sessions, listed_only, currency, zone),
        *_cannot_be_read(unplaced),
        *_other_settings(account, timezone, currency),
    )


def _not_closed(closable: Mapping[date, datetime], month_states: Sequence[_Row], zone: zoneinfo.ZoneInfo) -> list[str]:
    states = {state["month"]: state for state in month_states}
    months_by_reason: dict[str, list[date]] = {}
    for month in sorted(closable):
        reason = _why_open(states.get(month), closable[month], zone)
        if reason is not None:
            months_by_reason.setdefault(reason, []).append(month)
    return [
        f"Not closed: {_listed([MONTH_NAMES[month.month - 1] for month in months])} {months[0].year} ({reason})."
        for reason, months in months_by_reason.items()
    ]


def _why_open(state: _Row | None, closable_at: datetime, zone: zoneinfo.ZoneInfo) -> str | None:
    """Why a month is not closed, or None if it is."""
    if state is None:
        return "no complete listing yet"
    if state["is_closed"]:
        return None
    reasons = []
    listed_at = state["listed_at"]
    if listed_at is None:
        reasons.append("no complete listing yet")
    elif listed_at < closable_at:
        reasons.append(
            f"last complete listing {_minute(listed_at, zone)}, too early: "
            f"one from {_minute(closable_at, zone)} on closes it"
        )
    if state["details_missing"]:
        reasons.append(f"details missing or out of date: {_counted(state['details_missing'], 'session')}")
    if state["quarantined"]:
        reasons.append(f"cannot be read: a document of {_counted(state['quarantined'], 'session')}")
    return "; ".join(reasons) or "the archive does not say why"


def _still_active(active: Sequence[_Row], zone: zoneinfo.ZoneInfo) -> list[str]:
    if not active:
        return []
    named = _named([(session["session_id"], session["started_at"]) for session in active], zone, "began ")
    return [f"Not stopped when last fetched, so not in this report: {named}."]


def _about_sessions(
    sessions: Sequence[_Row], listed_only: set[str], currency: str, zone: zoneinfo.ZoneInfo
) -> list[str]:
    groups = {
        "Known from a listing only, without their details": [
            session for session in sessions if session["session_id"] in listed_only
        ],
        "Without a power history, so when their energy flowed is not known": [
            session for session in sessions if not session["power_samples"] and session["energy_kwh"]
        ],
        f"Billed in another currency than {currency}, so not added to it, and their tax is not known": [
            session for session in sessions if session["currency"] != currency
        ],
        "Tax not known, because no rate is stated or the bill does not include it; their totals are not known either": [
            session for session in sessions if session["tax_amount"] is None and session["currency"] == currency
        ],
    }
    return [
        f"{label}: {_named([(session['session_id'], session['stopped_at']) for session in group], zone)}."
        for label, group in groups.items()
        if group
    ]


def _cannot_be_read(unplaced: Sequence[_Row]) -> list[str]:
    if not unplaced:
        return []
    kinds = _listed([f"{_counted(row['documents'], 'answer')} about {_ABOUT[row['endpoint']]}" for row in unplaced])
    return [f"Cannot be read, and may belong to any month: {kinds}."]


def _other_settings(account: Account, timezone: str, currency: str) -> list[str]:
    if (account.timezone, account.currency) == (timezone, currency):
        return []
    return [
        f"The settings now say {account.timezone} and {account.currency}; "
        f"these figures were made with {timezone} and {currency}."
    ]


def _named(moments: Iterable[tuple[str, datetime]], zone: zoneinfo.ZoneInfo, verb: str = "") -> str:
    """`2 sessions, 648418 (2025-03-30) and 648419 (2025-03-31)`; of many, the first few by name."""
    names = [f"{session_id} ({verb}{moment.astimezone(zone):%Y-%m-%d})" for session_id, moment in moments]
    shown = names if len(names) <= _NAMED else [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return f"{_counted(len(names), 'session')}, {_listed(shown)}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _minute(moment: datetime, zone: zoneinfo.ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
