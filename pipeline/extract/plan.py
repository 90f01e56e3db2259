"""Which months a run lists, newest first: always whole local calendar months."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import duckdb

from pipeline.clock import first_of_month, months_back
from pipeline.settings.schema import Account

RECENT = timedelta(days=45)
WEEK = timedelta(days=7)
EMPTY_MONTHS = 24
EARLIEST = date(2010, 1, 1)  # no operator had such an app before

_CAUGHT_UP = "select max(started_at) from runs where account = ? and outcome = 'complete' and caught_up"
# By the clock of the runs, as `now` is; the listings' own dates are by the operator's clock.
_LAST_LISTED = """
    select max(runs.started_at)
    from facts.windows as windows
    inner join runs on windows.account = runs.account and windows.run_id = runs.run_id
    where windows.account = ? and windows.month = ?
"""


def first_day(connection: duckdb.DuckDBPyConnection, account: Account, now: datetime) -> date | None:
    """The first day that a run lists, or None (from the account's beginning) if no run has caught up yet.

    It is 45 days before the last run that caught up, however long ago that was, so that late additions and corrections
    are found. Once a week it is at least the 12 months before the current one.
    """
    caught_up = _value(connection, _CAUGHT_UP, account.name)
    if caught_up is None:
        return None
    today = now.astimezone(account.zone).date()
    year_ago = date(today.year - 1, today.month, 1)
    listed_at = _value(connection, _LAST_LISTED, account.name, year_ago)
    since = min(today, caught_up.astimezone(account.zone).date()) - RECENT
    if listed_at is None or abs(now - listed_at) >= WEEK:  # it is in the future if the clock was set back since
        since = min(since, year_ago)
    return first_of_month(since)


def months_to_the_beginning(newest: date, listed_so_far: Callable[[], int]) -> Iterator[date]:
    """Months back from `newest` until EMPTY_MONTHS in a row list nothing, which shows that the account is not older."""
    empty_months = 0
    for month in months_back(newest, EARLIEST):
        count_before = listed_so_far()
        yield month
        empty_months = 0 if listed_so_far() > count_before else empty_months + 1
        if empty_months == EMPTY_MONTHS:
            return


def _value(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> datetime | None:
    row = connection.execute(query, list(parameters)).fetchone()
    return row[0] if row else None
