"""The present time of queries: that of the logbook's clock, which in a demo is not the machine's."""

from datetime import datetime
from zoneinfo import ZoneInfo

import duckdb

_MOMENTS = ("now", "current_timestamp", "get_current_timestamp", "transaction_timestamp")
_DAYS = ("current_date", "today")
_WALL_TIMES = ("localtimestamp", "current_localtimestamp")
_TIMES_OF_DAY = ("localtime", "current_localtime")
_TIMES_WITH_OFFSET = ("current_time", "get_current_time")


def set_current_time(connection: duckdb.DuckDBPyConnection, now: datetime, timezone: str) -> None:
    """Let now(), current_date and the like return this time on this connection, as the time zone has it."""
    local = now.astimezone(ZoneInfo(timezone))
    wall = local.replace(tzinfo=None)
    values = {
        f"timestamptz '{local.isoformat()}'": _MOMENTS,
        f"date '{wall.date()}'": _DAYS,
        f"timestamp '{wall.isoformat()}'": _WALL_TIMES,
        f"time '{wall.time()}'": _TIMES_OF_DAY,
        f"timetz '{local.timetz()}'": _TIMES_WITH_OFFSET,
    }
    macros = [
        f'create or replace temp macro "{name}"() as {value}' for value, names in values.items() for name in names
    ]
    connection.execute("; ".join(macros))
