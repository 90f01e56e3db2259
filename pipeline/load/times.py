"""Which times of a session are plausible: only these may reach the SQL, which lays sessions out hour by hour."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from pipeline.clock import CLOCK_TOLERANCE, EARLIEST, is_plausible
from pipeline.source.app import schema

LONGEST = timedelta(days=400)
"""The longest plausible session."""


class ImplausibleTimeError(ValueError):
    """A time that no session can have; the text states it and its path.

    `plausible_from` is the earliest time of an answer in which it would be plausible; None if there is none.
    """

    def __init__(self, text: str, plausible_from: datetime | None = None) -> None:
        super().__init__(text)
        self.plausible_from = plausible_from


def without_implausible_times(session: schema.Session, answered_at: datetime) -> schema.Session:
    """A session that charged nothing, without its curve and periods, and with its start and stop where plausible."""
    started, stopped = (
        moment if moment is not None and is_plausible(moment, answered_at) else None
        for moment in (session.started_at, session.stopped_at)
    )
    return msgspec.structs.replace(
        session, started_at=started, stopped_at=stopped, power_stats=None, charging_periods=None
    )


def check_times(session: schema.Session, answered_at: datetime) -> None:
    """Check all times of a session that was stated in an answer of `answered_at`.

    Raises ImplausibleTimeError for a time before 2010, one later than a day after the answer, and one more than 400
    days from the session's start.
    """
    times = list(_times(session))
    if not times:
        return
    started = session.started_at or times[0][0]
    for moment, path in times:
        if moment < EARLIEST:
            raise ImplausibleTimeError(f"Implausible time {moment.isoformat()} - at `$.session.{path}`")
        if abs(moment - started) > LONGEST:
            raise ImplausibleTimeError(
                f"Implausible time {moment.isoformat()}, more than {LONGEST.days} days from the session's start "
                f"{started.isoformat()} - at `$.session.{path}`"
            )
    latest, path = max(times)
    if not is_plausible(latest, answered_at):
        raise ImplausibleTimeError(
            f"Implausible time {latest.isoformat()}, later than its answer ({answered_at:%Y-%m-%d %H:%MZ}) "
            f"- at `$.session.{path}`",
            latest - CLOCK_TOLERANCE,
        )


def _times(session: schema.Session) -> Iterable[tuple[datetime, str]]:
    """The times that are to be checked, the start first, and their paths. Of the samples the extremes are enough."""
    if session.started_at is not None:
        yield session.started_at, "startedAt"
    if session.stopped_at is not None:
        yield session.stopped_at, "stoppedAt"
    for number, period in enumerate(session.charging_periods or ()):
        yield period.started_at, f"chargingPeriods[{number}].startedAt"
        yield period.stopped_at, f"chargingPeriods[{number}].stoppedAt"
    if session.power_stats and session.power_stats.history:
        moments = [sample.timestamp for sample in session.power_stats.history]
        for moment in (min(moments), max(moments)):
            yield moment, "powerStats.history"


class _Times(msgspec.Struct, rename="camel"):
    started_at: msgspec.Raw = msgspec.Raw(b"null")
    stopped_at: msgspec.Raw = msgspec.Raw(b"null")


class _TimesAnswer(msgspec.Struct):
    session: _Times


_answer_decoder = msgspec.json.Decoder(_TimesAnswer)
_moment_decoder = msgspec.json.Decoder(schema.Moment)


def stated_time(body: bytes | memoryview, answered_at: datetime) -> datetime | None:
    """The stop, else the start, of a session that cannot be decoded, as far as it can be read and is plausible.

    If neither is, because the answer is dated before both: the one that is at most 400 days later than the answer.
    """
    try:
        session = _answer_decoder.decode(body).session
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    moments = []
    for stated in (session.stopped_at, session.started_at):
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            moments.append(_moment_decoder.decode(stated))
    for latest in (answered_at, answered_at + LONGEST):
        for moment in moments:
            if is_plausible(moment, latest):
                return moment
    return None
