"""The causes for a message at the end of a run: failures, findings of severity error, and months to claim."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pipeline.claims.outstanding import read_outstanding
from pipeline.database.connection import open_published, rows
from pipeline.errors import BusyError, LogbookError, LoginError, UpstreamDownError, UpstreamError
from pipeline.logbook.folder import Logbook

WHOLE_RUN = ""  # instead of an account's name, for a failure of the run itself

_ERRORS = """
    select finding_id, rule, account, month, session_id
    from check_results
    where severity = 'error'
    order by account, month nulls first, rule, session_id nulls first, finding_id
"""

# The first class that fits decides the text of the message, and the command to type next. The error's own text is not
# sent, as it may name addresses and folders.
_FAILURES: tuple[tuple[type[Exception], str, str], ...] = (
    (LoginError, "a new login is needed", "ladebog login {account}"),
    (BusyError, "another run was writing to the logbook", "ladebog run"),
    (UpstreamDownError, "the operator could not be reached, or its answers are unusable", "ladebog run"),
    (UpstreamError, "the operator refuses the requests", "ladebog run"),
    (LogbookError, "the logbook or the login cannot be used", "ladebog run"),
    (OSError, "this machine could not read or write a file", "ladebog run"),
    (Exception, "an unexpected error occurred", "ladebog --debug run"),
)


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to report. `text` is a line that names the account; like `command`, it has no secrets or addresses.

    Causes with the same `key` are the same cause. A `daily` one is sent again each day while it lasts, others once.
    """

    key: str
    text: str
    command: str
    daily: bool = False


def failures(errors: Mapping[str, Exception]) -> list[Cause]:
    """The causes of a failed run, from the errors by account, or of WHOLE_RUN."""
    return [_failure(account, error) for account, error in errors.items()]


def errors_found(logbook: Logbook) -> list[Cause]:
    """The findings of severity error. Raises LogbookError if the database cannot be read."""
    with open_published(logbook) as connection:
        return [_error_found(row) for row in rows(connection, _ERRORS)]


def unclaimed_months(logbook: Logbook) -> list[Cause]:
    """The closed months without a claim. Raises LogbookError if the database cannot be read."""
    with open_published(logbook) as connection:
        accounts = [account for (account,) in connection.execute("select account from account_states").fetchall()]
        outstanding = {account: read_outstanding(connection, account).months for account in accounts}
    months_by_account = {(account, month.month) for account, months in outstanding.items() for month in months}
    return [
        Cause(
            key=f"claim {account} {month}",
            text=f"{account}: {month} is closed and not claimed",
            command=f"ladebog claim create {month} --account {account}",
        )
        for account, month in sorted(months_by_account)
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
    subject = (f" in {month:%Y-%m}" if month else "") + (f", session {session_id}" if session_id else "")
    return Cause(
        key=f"finding {finding['finding_id']}",
        text=f"{finding['account']}: error{subject}: {finding['rule'].replace('_', ' ')}",
        command=f"ladebog check{f' --month {month:%Y-%m}' if month else ''} --account {finding['account']}",
    )
