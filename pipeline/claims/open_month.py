"""Why a month is not closed, so that it cannot be claimed yet, and what closes it."""

from datetime import date, datetime

import duckdb

from pipeline.clock import first_of_month, last_of_month
from pipeline.database.connection import rows
from pipeline.errors import ClaimError
from pipeline.settings.schema import Account

NOT_CLOSED = "month_not_closed"  # the check that says so of months before the current one
_STATE = "select is_closed, listed_at, closable_at from month_states where account = $account and month = $month"
_FINDINGS = "select detail from check_results where account = $account and month = $month and rule = $rule"


def refuse_open_month(connection: duckdb.DuckDBPyConnection, account: Account, month: date, now: datetime) -> None:
    """Raise ClaimError unless the month is closed, with what closes it."""
    parameters = {"account": account.name, "month": month}
    state = next(iter(rows(connection, _STATE, parameters)), None)
    if state and state["is_closed"]:
        return
    findings = rows(connection, _FINDINGS, {**parameters, "rule": NOT_CLOSED})
    if findings:
        advice = findings[0]["detail"]
    elif first_of_month(now.astimezone(account.zone).date()) < month:
        advice = "It has not begun. See which months are to be claimed: ladebog claim list"
    elif state and state["listed_at"]:
        advice = _when_closed(account, month, state["closable_at"], state["listed_at"], now)
    else:
        advice = f"Its sessions were never listed. Fetch them with: ladebog extract --since {month} --until " + str(
            last_of_month(month)
        )
    raise ClaimError(f"{month:%Y-%m} of account {account.name} is not closed.", advice)


def _when_closed(account: Account, month: date, closable_at: datetime, listed_at: datetime, now: datetime) -> str:
    """What closes a month whose list was too early when no later month was asked for."""
    is_over = last_of_month(month) < now.astimezone(account.zone).date()
    why = f"It was last listed at {_minute(listed_at, account)}" if is_over else "It is not over"
    when = "now" if closable_at <= now else f"at {_minute(closable_at, account)} or later"
    return f"{why}. A run {when} closes it: ladebog run"


def _minute(moment: datetime, account: Account) -> str:
    return f"{moment.astimezone(account.zone):%Y-%m-%d %H:%M}"
