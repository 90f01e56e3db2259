"""How each account stands, as far as it can be told: what cannot be is named, and keeps nothing else from being told.

The structs below are what `ladebog status --json` prints; docs/status.md says what each key means.
"""

import contextlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import duckdb
import msgspec

from pipeline import raw
from pipeline.answer import Endpoint
from pipeline.database import published, rows
from pipeline.errors import LadebogError, LogbookError
from pipeline.logbook import Logbook
from pipeline.settings import Account, Settings
from pipeline.source.credentials import Credentials, expires_at, open_credentials

_STATES = """
    select
        account, last_run_at, last_outcome, last_error, last_success_at, sessions, first_session_at, newest_session_at,
        active, quarantined, details_missing, last_closed_month, months_never_listed, months_listed_too_early,
        months_without_details, errors, warnings
    from account_states
"""
_UNREADABLE = "select account, endpoint, key, fault from staging.unreadable order by account, endpoint, key"

_Row = dict[str, Any]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that keeps the status from being whole."""

    message: str
    next: str


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an account's login. Nothing of the login itself."""

    state: Literal["valid", "ended", "none", "unknown"]
    valid_until: datetime | None = None
    days_left: int | None = None
    renewable: bool | None = None


class Gaps(msgspec.Struct, frozen=True, kw_only=True):
    """Months that are over, like 2025-03, and that the archive does not hold whole."""

    never_listed: list[str]
    listed_too_early: list[str]
    without_details: list[str]


class Archived(msgspec.Struct, frozen=True, kw_only=True):
    """What the marts say of an account; None throughout where they cannot be read. Times have the account's offset."""

    last_run_at: datetime | None = None
    last_run_outcome: Literal["complete", "failed", "interrupted", "never"] | None = None
    last_run_error: str | None = None
    last_success_at: datetime | None = None
    sessions: int | None = None
    first_session_at: datetime | None = None
    newest_session_at: datetime | None = None
    active_sessions: list[str] | None = None
    last_closed_month: str | None = None
    gaps: Gaps | None = None
    details_missing: int | None = None
    quarantined: int | None = None
    quarantine: list[str] | None = None
    errors: int | None = None
    warnings: int | None = None


class AccountStatus(Archived, frozen=True, kw_only=True):
    """How one account stands."""

    account: str
    url: str
    login: Login
    next_run_at: datetime | None
    raw_bytes: int
    stale: bool | None
    stale_reason: str | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a logbook stands."""

    logbook: str
    generated_at: datetime
    raw_bytes: int
    database_bytes: int | None
    problems: list[Problem]
    accounts: list[AccountStatus]


def read_status(
    logbook: Logbook,
    settings: Settings,
    accounts: Sequence[Account],
    now: datetime,
    *,
    next_run: datetime | None = None,
    max_age: timedelta | None = None,
) -> Status:
    """How the accounts stand now. `next_run` is when the schedule has the next run, None for none.

    With `max_age`, an account whose last successful run began longer ago than that is stale.
    """
    problems: list[Problem] = []
    archived = _archived(logbook, accounts, problems)
    credentials = _credentials(problems)
    told = []
    for account in accounts:
        facts = archived[account.name]
        reason = stale_reason(facts, max_age, now, account) if max_age is not None else None
        told.append(
            AccountStatus(
                **msgspec.structs.asdict(facts),
                account=account.name,
                url=account.url,
                login=_login(account, credentials, now, problems),
                next_run_at=next_run.astimezone(account.zone) if next_run else None,
                raw_bytes=_bytes(logbook.raw / account.name),
                stale=reason is not None if max_age is not None else None,
                stale_reason=reason,
            )
        )
    return Status(
        logbook=str(logbook.root),
        generated_at=now,
        raw_bytes=_bytes(logbook.raw),
        database_bytes=logbook.database.stat().st_size if logbook.database.is_file() else None,
        problems=problems,
        accounts=told,
    )


def stale_reason(facts: Archived, max_age: timedelta, now: datetime, account: Account) -> str | None:
    """Why an account is stale, or None if it is not. One that cannot be told of is; so is one from the future."""
    if facts.last_run_outcome is None:
        return "it cannot be told when a run last succeeded"
    if facts.last_success_at is None:
        return "no run has succeeded yet"
    age = now - facts.last_success_at
    began = f"the last successful run began {facts.last_success_at.astimezone(account.zone):%Y-%m-%d %H:%M}"
    if age > max_age:
        return f"{began}, {length(age)} ago, and {length(max_age)} are allowed"
    if age < -max_age:
        return f"{began}, which by this machine's clock is still to come"
    return None


def length(time: timedelta) -> str:
    """A length of time in words, to the hour, below two hours to the minute: `3 days 4 hours`."""
    minutes = int(time.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    if minutes < 120:
        return counted(minutes, "minute")
    parts = [counted(days, "day")] if days else []
    parts += [counted(hours, "hour")] if hours else []
    return " ".join(parts)


def counted(number: int, noun: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _archived(logbook: Logbook, accounts: Sequence[Account], problems: list[Problem]) -> dict[str, Archived]:
    if not logbook.database.is_file() and not any(logbook.raw.glob("*/*/*")):
        return {account.name: Archived(last_run_outcome="never") for account in accounts}
    states = _asked(logbook, _STATES, problems)
    if states is None:
        return {account.name: _from_raw(logbook, account, problems) for account in accounts}
    unreadable = _asked(logbook, _UNREADABLE, problems)
    by_account = {row["account"]: row for row in states}
    return {
        account.name: _from_mart(account, by_account[account.name], unreadable)
        if account.name in by_account
        else Archived(last_run_outcome="never")
        for account in accounts
    }


def _asked(logbook: Logbook, query: str, problems: list[Problem]) -> list[_Row] | None:
    """The rows of a query to the published database; None, and a problem more, where it cannot answer."""
    try:
        with published(logbook) as connection:
            return rows(connection, query)
    except LadebogError as error:
        problems.append(Problem(message=str(error), next=error.advice))
    except duckdb.Error as error:
        problems.append(
            Problem(
                message=f"{logbook.database} does not hold what this Ladebog looks for ({type(error).__name__}).",
                next="Make it anew with: ladebog transform (or, if that does not help, ladebog rebuild)",
            )
        )
    return None


def _from_mart(account: Account, row: _Row, unreadable: Sequence[_Row] | None) -> Archived:
    def local(name: str) -> datetime | None:
        moment: datetime | None = row[name]
        return moment.astimezone(account.zone) if moment else None

    def months(name: str) -> list[str]:
        return [_month(day) for day in row[name]]

    return Archived(
        last_run_at=local("last_run_at"),
        last_run_outcome=row["last_outcome"] or "never",
        last_run_error=row["last_error"],
        last_success_at=local("last_success_at"),
        sessions=row["sessions"],
        first_session_at=local("first_session_at"),
        newest_session_at=local("newest_session_at"),
        active_sessions=row["active"],
        last_closed_month=_month(row["last_closed_month"]) if row["last_closed_month"] else None,
        gaps=Gaps(
            never_listed=months("months_never_listed"),
            listed_too_early=months("months_listed_too_early"),
            without_details=months("months_without_details"),
        ),
        details_missing=row["details_missing"],
        quarantined=row["quarantined"],
        quarantine=None
        if unreadable is None
        else [
            f"{one['endpoint']} {one['key']}: {one['fault']}" for one in unreadable if one["account"] == account.name
        ],
        errors=row["errors"],
        warnings=row["warnings"],
    )


def _from_raw(logbook: Logbook, account: Account, problems: list[Problem]) -> Archived:
    """What the newest segments say of their own runs: all that can be told without the database."""
    newest: raw.RunRecord | None = None
    try:
        for segment in reversed(raw.segments(logbook.raw / account.name)):
            *_, (line, _) = raw.read_lines(segment)
            record = raw.read_run_record(line) if line.endpoint == Endpoint.RUN else None
            if record is None or record.command == "import":
                continue
            newest = newest or record
            if record.outcome == "complete":
                return _of_runs(account, newest, record.started_at)
    except LogbookError as error:
        problems.append(Problem(message=str(error), next=error.advice))
        return Archived()
    return _of_runs(account, newest, None)


def _of_runs(account: Account, newest: raw.RunRecord | None, succeeded_at: datetime | None) -> Archived:
    if newest is None:
        return Archived(last_run_outcome="never")
    return Archived(
        last_run_at=newest.started_at.astimezone(account.zone),
        last_run_outcome=newest.outcome,  # type: ignore[arg-type]  # one of the three, by what writes it
        last_run_error=newest.error,
        last_success_at=succeeded_at.astimezone(account.zone) if succeeded_at else None,
    )


def _credentials(problems: list[Problem]) -> Credentials | None:
    try:
        return open_credentials()
    except LadebogError as error:
        problems.append(Problem(message=str(error), next=error.advice))
        return None


def _login(account: Account, credentials: Credentials | None, now: datetime, problems: list[Problem]) -> Login:
    if credentials is None:
        return Login(state="unknown")
    try:
        secret = credentials.read(account)
    except LadebogError as error:
        problem = Problem(message=str(error), next=error.advice)
        if problem not in problems:
            problems.append(problem)
        return Login(state="unknown")
    if secret is None:
        return Login(state="none")
    renewable = secret.refresh_token is not None
    expiry = expires_at(secret.token)
    if expiry is None:
        return Login(state="valid", renewable=renewable)
    return Login(
        state="valid" if expiry > now else "ended",
        valid_until=expiry.astimezone(account.zone),
        days_left=max((expiry - now).days, 0),
        renewable=renewable,
    )


def _bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # a run renames its segment while we look
            total += path.stat().st_size if path.is_file() else 0
    return total


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
