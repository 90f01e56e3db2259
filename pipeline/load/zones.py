"""Time zones as Python knows them, whose data may be of another version than DuckDB's."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_FIRST, _LAST = datetime(2010, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)  # no session is from before
_WEEK, _STEP = timedelta(days=7), timedelta(minutes=15)  # between offsets to compare; between possible changes


@cache
def zone_offsets(timezone: str) -> tuple[tuple[datetime, int], ...]:
    """The offsets from UTC in seconds that a time zone has from 2010 on, each with the moment since when it holds."""
    zone = ZoneInfo(timezone)
    offsets, moment = [(_FIRST, _offset(zone, _FIRST))], _FIRST
    while moment < _LAST:
        week, moment = moment, moment + _WEEK
        if _offset(zone, moment) != offsets[-1][1]:
            offsets.append((_changed_at(zone, week), _offset(zone, moment)))
    return tuple(offsets)


def _changed_at(zone: ZoneInfo, week: datetime) -> datetime:
    """The first moment of the week that begins then whose offset is another than at its beginning."""
    before = _offset(zone, week)
    steps = range(1, _WEEK // _STEP)
    place = bisect_left(steps, True, key=lambda step: _offset(zone, week + step * _STEP) != before)
    return week + (place + 1) * _STEP


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    return int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())
