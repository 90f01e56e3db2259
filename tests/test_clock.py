"""A clock that never goes back."""

from datetime import UTC, datetime, timedelta

from pipeline.clock import ForwardClock
from tests.source.loopback import RecordingClock

NOON = datetime(2025, 3, 5, 12, tzinfo=UTC)


def test_the_clock_follows_the_machine_clock() -> None:
    machine = RecordingClock(NOON)
    clock = ForwardClock(machine, NOON - timedelta(days=1))
    assert clock.now() == NOON
    clock.sleep(60)
    assert (clock.now(), machine.sleeps) == (NOON + timedelta(seconds=60), [60])


def test_the_clock_does_not_go_back_while_the_machine_clock_is_behind() -> None:
    machine = RecordingClock(NOON)
    clock = ForwardClock(machine, NOON + timedelta(seconds=30))
    assert clock.now() == NOON + timedelta(seconds=30)
    clock.sleep(60)
    assert clock.now() == NOON + timedelta(seconds=60)
    machine.sleep(-3_600)
    assert clock.now() == NOON + timedelta(seconds=60)


def test_without_an_earlier_time_the_clock_starts_at_the_machine_clock() -> None:
    assert ForwardClock(RecordingClock(NOON), None).now() == NOON
