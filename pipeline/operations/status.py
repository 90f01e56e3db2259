"""The status of each account. If part of it is unknown, the rest is still reported, with the reason.

`ladebog status --json` prints `Status`; docs/reference/status.md describes each key.
"""

import contextlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.errors import LadebogError
from pipeline.logbook.folder import Logbook
from pipeline.operations.archive_status import ArchiveStatus, Problem, add_problem, read_archive_status
from pipeline.operations.schedule.next_run import next_run
from pipeline.settings.schema import Account
from pipeline.source.credentials.choose import open_credentials
from pipeline.source.credentials.secret import expires_at
from pipeline.source.credentials.store import Credentials
from pipeline.text import duration_text


class LoginStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an account's login, without the login itself."""

    state: Literal["valid", "ended", "none", "unknown"]
    valid_until: datetime | None = None
    days_left: int | None = None
    renewable: bool | None = None


class AccountStatus(ArchiveStatus, frozen=True, kw_only=True):
    """The status of one account."""

    url: str
    login: LoginStatus
    next_run_at: datetime | None
    raw_bytes: int
    stale: bool | None
    stale_reason: str | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The status of a logbook."""

    logbook: str
    generated_at: datetime
    raw_bytes: int
    database_bytes: int | None
    problems: list[Problem]
    accounts: list[AccountStatus]


def read_status(
    logbook: Logbook, accounts: Sequence[Account], now: datetime, *, max_age: timedelta | None = None
) -> Status:
    """The status of the accounts now.

    With `max_age`, an account is stale if its last successful run began longer ago than that.
    """
    problems: list[Problem] = []
    archive_statuses = read_archive_status(logbook, accounts, problems)
    credentials = _credentials(problems)
    next_run_at = _next_run(logbook, now, problems)
    statuses = []
    for account in accounts:
        facts = archive_statuses[account.name]
        reason = _stale_reason(facts, max_age, now, account) if max_age is not None else None
        statuses.append(
            AccountStatus(
                **msgspec.structs.asdict(facts),
                url=account.url,
                login=_login(account, credentials, now, problems),
                next_run_at=next_run_at.astimezone(account.zone) if next_run_at else None,
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
        accounts=statuses,
    )


def _stale_reason(facts: ArchiveStatus, max_age: timedelta, now: datetime, account: Account) -> str | None:
    """Why an account is stale, or None. It is also stale if its last success is unknown or in the future."""
    if facts.last_run_outcome is None:
        return "it is unknown when a run last succeeded"
    if facts.last_success_at is None:
        return "no run has succeeded yet"
    age = now - facts.last_success_at
    began = f"the last successful run began {facts.last_success_at.astimezone(account.zone):%Y-%m-%d %H:%M}"
    if age > max_age:
        return f"{began}, {duration_text(age)} ago, and {duration_text(max_age)} are allowed"
    if age < -max_age:
        return f"{began}, which is in the future by this machine's clock"
    return None


def _next_run(logbook: Logbook, now: datetime, problems: list[Problem]) -> datetime | None:
    """When the next run is scheduled; None if there is none, or if that is unknown, with a problem."""
    try:
        run = next_run(logbook, now)
    except LadebogError as error:
        add_problem(problems, error)
        return None
    return run.at if run else None


def _credentials(problems: list[Problem]) -> Credentials | None:
    try:
        return open_credentials()
    except LadebogError as error:
        add_problem(problems, error)
        return None


def _login(account: Account, credentials: Credentials | None, now: datetime, problems: list[Problem]) -> LoginStatus:
    if credentials is None:
        return LoginStatus(state="unknown")
    try:
        secret = credentials.read(account)
    except LadebogError as error:
        add_problem(problems, error)
        return LoginStatus(state="unknown")
    if secret is None:
        return LoginStatus(state="none")
    renewable = secret.refresh_token is not None
    expiry = expires_at(secret.token)
    if expiry is None:
        return LoginStatus(state="valid", renewable=renewable)
    return LoginStatus(
        state="valid" if expiry > now else "ended",
        valid_until=expiry.astimezone(account.zone),
        days_left=max((_day(expiry, account) - _day(now, account)).days, 0),
        renewable=renewable,
    )


def _day(moment: datetime, account: Account) -> date:
    return moment.astimezone(account.zone).date()


def _bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # a run may rename its segment meanwhile
            total += path.stat().st_size if path.is_file() else 0
    return total
