"""Which times of a session are plausible: only these may reach the SQL, which lays sessions out hour by hour."""

from collections.abc import Iterable
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


def check_times(session: schema.Session, answered_at: datetime) -> None:
    """Check all times of a session that was stated in an answer of `answered_at`.

    Raises ImplausibleTimeError for a time before 2010, one later than a day after the answer, and one more than 400
    days from the session's start.
    """
    for moment, path in _times(session):
        if moment < EARLIEST:
            raise ImplausibleTimeError(f"Implausible time {moment.isoformat()} - at `$.session.{path}`")
        if abs(moment - session.started_at) > LONGEST:
            raise ImplausibleTimeError(
                f"Implausible time {moment.isoformat()}, more than {LONGEST.days} days from the session's start "
                f"{session.started_at.isoformat()} - at `$.session.{path}`"
            )
    latest, path = max(_times(session))
    if not is_plausible(latest, answered_at):
        raise ImplausibleTimeError(
            f"Implausible time {latest.isoformat()}, later than its answer ({answered_at:%Y-%m-%d %H:%MZ}) "
            f"- at `$.session.{path}`",
            latest - CLOCK_TOLERANCE,
        )


def _times(session: schema.Session) -> Iterable[tuple[datetime, str]]:
    """The times that are to be checked, and their paths. Of the samples the extremes are enough."""
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
    """The stop, else the start, of a session that cannot be decoded, as far as it can be read and is plausible."""
    try:
        session = _answer_decoder.decode(body).session
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    for stated in (session.stopped_at, session.started_at):
        try:
            moment = _moment_decoder.decode(stated)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if is_plausible(moment, answered_at):
            return moment
    return None
