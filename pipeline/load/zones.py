"""Time zones as Python knows them, whose data may be of another version than DuckDB's."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_FIRST, _LAST = datetime(2010, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)  # no session is from before
_DAY, _STEP = timedelta(days=1), timedelta(minutes=15)  # between offsets to compare; between possible changes


@cache
def zone_offsets(timezone: str) -> tuple[tuple[datetime, int], ...]:
    """The offsets from UTC in seconds that a time zone has from 2010 on, each with the moment since when it holds."""
    zone = ZoneInfo(timezone)
    offsets, moment = [(_FIRST, _offset(zone, _FIRST))], _FIRST
    while moment < _LAST:
        moment += _DAY
        if _offset(zone, moment) != offsets[-1][1]:
            changed_at = moment - _DAY + _STEP
            while _offset(zone, changed_at) == offsets[-1][1]:
                changed_at += _STEP
            offsets.append((changed_at, _offset(zone, changed_at)))
    return tuple(offsets)


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    return int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())
