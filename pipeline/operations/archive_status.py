"""What the archive knows of an account: from the marts, or only its runs from raw/ if the marts cannot be read."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Literal, TypeVar

import duckdb
import msgspec

from pipeline.claims.outstanding import OutstandingClaims, read_outstanding
from pipeline.database.connection import open_published, rows
from pipeline.errors import DatabaseError, LadebogError, LogbookError
from pipeline.logbook.folder import Logbook
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import RunRecord, read_lines, read_run_record
from pipeline.raw.segments import finished_segments
from pipeline.settings.schema import Account

_STATES = """
    select
        account, last_run_at, last_outcome, last_error, last_success_at, sessions, first_session_at, newest_session_at,
        active, quarantined, details_missing, last_closed_month, closed_up_to,
        months_never_listed, months_listed_too_early,
        months_without_details, errors, warnings
    from account_states
"""
_UNREADABLE = "select account, endpoint, key, fault from intermediate.unreadable order by account, endpoint, key"

_Row = dict[str, Any]
_T = TypeVar("_T")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A reason why the status is incomplete."""

    message: str
    next: str


class Gaps(msgspec.Struct, frozen=True, kw_only=True):
    """Past months, like 2025-03, that are incomplete in the archive."""

    never_listed: list[str]
    listed_too_early: list[str]
    without_details: list[str]


class ArchiveStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the archive knows of an account; None where that is unknown. Times have the account's offset."""

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
    closed_up_to: str | None = None
    gaps: Gaps | None = None
    details_missing: int | None = None
    quarantined: int | None = None
    quarantine: list[str] | None = None
    errors: int | None = None
    warnings: int | None = None
    claims: OutstandingClaims | None = None


def add_problem(problems: list[Problem], error: LadebogError) -> None:
    """Add the reason why something is unknown, unless it was added before."""
    problem = Problem(message=str(error), next=error.advice)
    if problem not in problems:
        problems.append(problem)


def read_archive_status(
    logbook: Logbook, accounts: Sequence[Account], problems: list[Problem]
) -> dict[str, ArchiveStatus]:
    """What is known of each account. Reasons why something is unknown are added to `problems`."""
    if not logbook.database.is_file() and not any(logbook.raw.glob("*/*/*")):
        return {account.name: ArchiveStatus(account=account.name, last_run_outcome="never") for account in accounts}
    states = _query(logbook, _STATES, problems)
    if states is None:
        return {account.name: _from_raw(logbook, account, problems) for account in accounts}
    unreadable = _query(logbook, _UNREADABLE, problems)
    outstanding = {account.name: _outstanding(logbook, account, problems) for account in accounts}
    by_account = {row["account"]: row for row in states}
    return {
        account.name: _from_mart(account, by_account[account.name], unreadable, outstanding[account.name])
        if account.name in by_account
        else ArchiveStatus(account=account.name, last_run_outcome="never")
        for account in accounts
    }


def _query(logbook: Logbook, query: str, problems: list[Problem]) -> list[_Row] | None:
    """The rows of a query to the published database; None and a problem if it fails."""
    return _read_published(logbook, lambda connection: rows(connection, query), problems)


def _outstanding(logbook: Logbook, account: Account, problems: list[Problem]) -> OutstandingClaims | None:
    return _read_published(logbook, lambda connection: read_outstanding(connection, account.name), problems)


def _read_published(
    logbook: Logbook, read: Callable[[duckdb.DuckDBPyConnection], _T], problems: list[Problem]
) -> _T | None:
    """What `read` returns for the published database; None and a problem if it fails."""
    try:
        with open_published(logbook) as connection:
            return read(connection)
    except LadebogError as error:
        add_problem(problems, error)
    except duckdb.Error:
        unusable = DatabaseError(
            f"{logbook.database} was made by another version of Ladebog, and lacks what this one reads.",
            "Write it again with: ladebog transform (or, if that does not help, ladebog rebuild)",
        )
        add_problem(problems, unusable)
    return None


def _from_mart(
    account: Account, row: _Row, unreadable: Sequence[_Row] | None, claims: OutstandingClaims | None
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
        closed_up_to=_month(row["closed_up_to"]) if row["closed_up_to"] else None,
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
            f"{document['endpoint']} {document['key']}: {document['fault']}"
            for document in unreadable
            if document["account"] == account.name
        ],
        errors=row["errors"],
        warnings=row["warnings"],
        claims=claims,
    )


def _from_raw(logbook: Logbook, account: Account, problems: list[Problem]) -> ArchiveStatus:
    """What the run records of the newest segments contain, which is all that is known without the database."""
    newest: RunRecord | None = None
    try:
        for segment in reversed(finished_segments(logbook.raw / account.name)):
            *_, (line, _) = read_lines(segment)
            record = read_run_record(line) if line.endpoint == Endpoint.RUN else None
            if record is None or record.command == "import":
                continue
            newest = newest or record
            if record.outcome == "complete":
                return _from_records(account, newest, record.started_at)
    except LogbookError as error:
        add_problem(problems, error)
        return ArchiveStatus(account=account.name)
    return _from_records(account, newest, None)


def _from_records(account: Account, newest: RunRecord | None, succeeded_at: datetime | None) -> ArchiveStatus:
    if newest is None:
        return ArchiveStatus(account=account.name, last_run_outcome="never")
    return ArchiveStatus(
        account=account.name,
        last_run_at=newest.started_at.astimezone(account.zone),
        last_run_outcome=newest.outcome,  # type: ignore[arg-type]  # one of the three that runs write
        last_run_error=newest.error,
        last_success_at=succeeded_at.astimezone(account.zone) if succeeded_at else None,
    )


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
