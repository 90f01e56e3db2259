"""Whether there is a reason to run between two daily runs, told from what lies on disk alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pipeline.database.connection import open_published, rows
from pipeline.errors import BusyError, LogbookError
from pipeline.logbook.folder import Logbook
from pipeline.raw import segments

# An app that forgot to stop a session leaves it active for ever; the daily run looks after such a one.
_STOPS_WITHIN = timedelta(days=7)
# Runs that fail leave nothing published; from then on they wait for the daily run as well.
_SUCCEEDED_WITHIN = timedelta(hours=25)

_ACTIVE = """
    select sessions.session_id
    from staging.sessions as sessions
    inner join account_states as states on sessions.account = states.account
    where
        not sessions.is_finished
        and list_contains($accounts, sessions.account)
        and sessions.started_at > $started_after
        and states.last_success_at > $succeeded_after
    order by sessions.session_id
"""


def active_sessions(logbook: Logbook, accounts: Sequence[str], now: datetime) -> list[str]:
    """The sessions that were active when last looked, and may soon end. Nothing published yet holds none."""
    try:
        with open_published(logbook) as connection:
            asked = {
                "accounts": list(accounts),
                "started_after": now - _STOPS_WITHIN,
                "succeeded_after": now - _SUCCEEDED_WITHIN,
            }
            return [row["session_id"] for row in rows(connection, _ACTIVE, asked)]
    except (
        LogbookError,
        BusyError,
    ):  # none yet, an older one, damaged or held: the daily run mends it, or says why not
        return []


def last_began(logbook: Logbook, accounts: Sequence[str], now: datetime) -> datetime | None:
    """When the newest run of these accounts began, or None before the first. Never later than `now`."""
    began = [moment for name in accounts if (moment := segments.last_began(logbook.raw / name))]
    return min(max(began), now) if began else None
