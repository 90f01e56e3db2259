"""Whether a run is needed between two daily runs. Only the logbook is read; the operator is not asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pipeline.database.connection import open_published, rows
from pipeline.errors import BusyError, LogbookError
from pipeline.logbook.folder import Logbook
from pipeline.raw import segments

# A session that was never stopped in the app stays active for ever, so only the daily run waits for it after this time.
_STOPS_WITHIN = timedelta(days=7)
# After runs that failed, the published database is old, so runs wait for the daily one after this time.
_SUCCEEDED_WITHIN = timedelta(hours=25)

_ACTIVE = """
    select sessions.session_id
    from staging.sessions as sessions
    inner join account_states as states on sessions.account = states.account
    where
        sessions.is_active
        and list_contains($accounts, sessions.account)
        and sessions.started_at > $started_after
        and states.last_success_at > $succeeded_after
    order by sessions.session_id
"""


def active_sessions(logbook: Logbook, accounts: Sequence[str], now: datetime) -> list[str]:
    """The sessions that were active in the last run and may end soon; none before the first run."""
    try:
        with open_published(logbook) as connection:
            parameters = {
                "accounts": list(accounts),
                "started_after": now - _STOPS_WITHIN,
                "succeeded_after": now - _SUCCEEDED_WITHIN,
            }
            return [row["session_id"] for row in rows(connection, _ACTIVE, parameters)]
    except (LogbookError, BusyError):  # missing, outdated, damaged or in use: the daily run repairs or reports that
        return []


def last_run_began(logbook: Logbook, accounts: Sequence[str], now: datetime) -> datetime | None:
    """When the newest run of these accounts began, at most `now`; None before the first run."""
    began = [moment for name in accounts if (moment := segments.last_run_began(logbook.raw / name))]
    return min(max(began), now) if began else None
