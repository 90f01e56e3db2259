"""What the archive says of an account: by the marts or, where they cannot be read, what raw/ says of its runs."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Literal, TypeVar

import duckdb
import msgspec

from pipeline.claims.outstanding import Outstanding, read_outstanding
from pipeline.database.connection import open_published, rows
from pipeline.errors import LadebogError, LogbookError
from pipeline.logbook.folder import Logbook
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import RunRecord, read_lines, read_run_record
from pipeline.raw.segments import finished_segments
from pipeline.settings.schema import Account

_STATES = """
    select
        account, last_run_at, last_outcome, last_error, last_success_at, sessions, first_session_at, newest_session_at,
        active, quarantined, details_missing, last_closed_month, months_never_listed, months_listed_too_early,
        months_without_details, errors, warnings
    from account_states
"""
_UNREADABLE = "select account, endpoint, key, fault from staging.unreadable order by account, endpoint, key"

_Row = dict[str, Any]
_T = TypeVar("_T")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that keeps the status from being whole."""

    message: str
    next: str


class Gaps(msgspec.Struct, frozen=True, kw_only=True):
    """Months that are over, like 2025-03, and that the archive does not hold whole."""

    never_listed: list[str]
    listed_too_early: list[str]
    without_details: list[str]


class ArchiveStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the marts say of an account; None throughout where they cannot be read. Times have the account's offset."""

    account: str
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
    claims: Outstanding | None = None


def read_archive_status(
    logbook: Logbook, accounts: Sequence[Account], problems: list[Problem]
) -> dict[str, ArchiveStatus]:
    """What is known of each account; whatever keeps something from being known is added to `problems`."""
    if not logbook.database.is_file() and not any(logbook.raw.glob("*/*/*")):
        return {account.name: ArchiveStatus(account=account.name, last_run_outcome="never") for account in accounts}
    states = _asked(logbook, _STATES, problems)
    if states is None:
        return {account.name: _from_raw(logbook, account, problems) for account in accounts}
    unreadable = _asked(logbook, _UNREADABLE, problems)
    outstanding = {account.name: _outstanding(logbook, account, problems) for account in accounts}
    by_account = {row["account"]: row for row in states}
    return {
        account.name: _from_mart(account, by_account[account.name], unreadable, outstanding[account.name])
        if account.name in by_account
        else ArchiveStatus(account=account.name, last_run_outcome="never")
        for account in accounts
    }


def _asked(logbook: Logbook, query: str, problems: list[Problem]) -> list[_Row] | None:
    """The rows of a query to the published database; None, and a problem more, where it cannot answer."""
    return _answered(logbook, lambda connection: rows(connection, query), problems)


def _outstanding(logbook: Logbook, account: Account, problems: list[Problem]) -> Outstanding | None:
    return _answered(logbook, lambda connection: read_outstanding(connection, account.name), problems)


def _answered(logbook: Logbook, ask: Callable[[duckdb.DuckDBPyConnection], _T], problems: list[Problem]) -> _T | None:
    """What the published database answers; None, and a problem more, where it cannot."""
    try:
        with open_published(logbook) as connection:
            return ask(connection)
    except LadebogError as error:
        problem = Problem(message=str(error), next=error.advice)
    except duckdb.Error as error:
        problem = Problem(
            message=f"{logbook.database} does not hold what this Ladebog looks for ({type(error).__name__}).",
            next="Make it anew with: ladebog transform (or, if that does not help, ladebog rebuild)",
        )
    if problem not in problems:
        problems.append(problem)
    return None


def _from_mart(
    account: Account, row: _Row, unreadable: Sequence[_Row] | None, claims: Outstanding | None
) -> ArchiveStatus:
    def local(name: str) -> datetime | None:
        moment: datetime | None = row[name]
        return moment.astimezone(account.zone) if moment else None

    def months(name: str) -> list[str]:
        return [_month(day) for day in row[name]]

    return ArchiveStatus(
        account=account.name,
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
        claims=claims,
    )


def _from_raw(logbook: Logbook, account: Account, problems: list[Problem]) -> ArchiveStatus:
    """What the newest segments say of their own runs: all that can be told without the database."""
    newest: RunRecord | None = None
    try:
        for segment in reversed(finished_segments(logbook.raw / account.name)):
            *_, (line, _) = read_lines(segment)
            record = read_run_record(line) if line.endpoint == Endpoint.RUN else None
            if record is None or record.command == "import":
                continue
            newest = newest or record
            if record.outcome == "complete":
                return _of_runs(account, newest, record.started_at)
    except LogbookError as error:
        problems.append(Problem(message=str(error), next=error.advice))
        return ArchiveStatus(account=account.name)
    return _of_runs(account, newest, None)


def _of_runs(account: Account, newest: RunRecord | None, succeeded_at: datetime | None) -> ArchiveStatus:
    if newest is None:
        return ArchiveStatus(account=account.name, last_run_outcome="never")
    return ArchiveStatus(
        account=account.name,
        last_run_at=newest.started_at.astimezone(account.zone),
        last_run_outcome=newest.outcome,  # type: ignore[arg-type]  # one of the three, by what writes it
        last_run_error=newest.error,
        last_success_at=succeeded_at.astimezone(account.zone) if succeeded_at else None,
    )


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
