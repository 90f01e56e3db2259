"""What there is to tell the owner, as it stands at the end of a run."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pipeline.claims.outstanding import read_outlook
from pipeline.database.connection import open_published, rows
from pipeline.errors import BusyError, LogbookError, LoginError, UpstreamDownError, UpstreamError
from pipeline.logbook.folder import Logbook

WHOLE_RUN = ""  # in the place of an account's name: what failed was no one account's

_ERRORS = """
    select finding_id, rule, account, month, session_id
    from check_results
    where severity = 'error'
    order by account, month nulls first, rule, session_id nulls first, finding_id
"""

# The first kind that fits tells what happened, and what to type next. An error's own text stays out of messages: it
# may name addresses and folders.
_FAILURES: tuple[tuple[type[Exception], str, str], ...] = (
    (LoginError, "it needs a login that the operator accepts", "ladebog login {account}"),
    (BusyError, "another run was writing to the logbook", "ladebog run"),
    (UpstreamDownError, "the operator could not be reached, or answered nonsense", "ladebog run"),
    (UpstreamError, "the operator refuses what is asked", "ladebog run"),
    (LogbookError, "the logbook, or the login, cannot be used as it is", "ladebog run"),
    (OSError, "this machine could not read or write a file", "ladebog run"),
    (Exception, "something unexpected went wrong", "ladebog --debug run"),
)


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to tell. `text` is a line that names the account; neither it nor `command` holds a secret or address.

    It counts as the same cause as long as `key` is the same. One that is `daily` is told again each day while it
    lasts, any other one once.
    """

    key: str
    text: str
    command: str
    daily: bool = False


def failures(failed: Mapping[str, Exception]) -> list[Cause]:
    """Why the run failed, by account (WHOLE_RUN for what was no one account's)."""
    return [_failure(account, error) for account, error in failed.items()]


def errors_found(logbook: Logbook) -> list[Cause]:
    """The findings of severity error. Raises LogbookError where the database cannot be read."""
    with open_published(logbook) as connection:
        return [_error_found(row) for row in rows(connection, _ERRORS)]


def claims_due(logbook: Logbook) -> list[Cause]:
    """The closed months that no claim covers. Raises LogbookError where the database cannot be read."""
    with open_published(logbook) as connection:
        accounts = [account for (account,) in connection.execute("select account from account_states").fetchall()]
        due = {(account, due.month) for account in accounts for due in read_outlook(connection, account).months}
    return [
        Cause(
            key=f"claim {account} {month}",
            text=f"{account}: {month} is closed and not claimed",
            command=f"ladebog claim create {month} --account {account}",
        )
        for account, month in sorted(due)
    ]


def _failure(account: str, error: Exception) -> Cause:
    what, command = next((what, command) for kind, what, command in _FAILURES if isinstance(error, kind))
    return Cause(
        key=f"failure {account or 'run'} {type(error).__name__}",
        text=f"{account}: {what}" if account else f"The run failed: {what}",
        command=command.format(account=account or "NAME"),
        daily=True,
    )


def _error_found(finding: Mapping[str, Any]) -> Cause:
    month, session_id = finding["month"], finding["session_id"]
    about = (f" in {month:%Y-%m}" if month else "") + (f", session {session_id}" if session_id else "")
    return Cause(
        key=f"finding {finding['finding_id']}",
        text=f"{finding['account']}: error{about}: {finding['rule'].replace('_', ' ')}",
        command=f"ladebog check{f' --month {month:%Y-%m}' if month else ''} --account {finding['account']}",
    )
