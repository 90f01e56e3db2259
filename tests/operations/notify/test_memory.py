"""When a cause is sent: at most once a day, and only once while it lasts unless it is daily."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import LoginError, NotifyError, UpstreamDownError
from pipeline.logbook.folder import Logbook
from pipeline.operations.notify.causes import Cause, failures
from pipeline.operations.notify.memory import Memory, open_memory, record, should_send
from pipeline.operations.notify.message import compose

NOW = datetime(2025, 11, 12, 6, tzinfo=UTC)
ONCE = Cause(key="once", text="x", command="y")
DAILY = Cause(key="daily", text="x", command="y", daily=True)


def hours_sent(hours: list[float], cause: Cause, absent: tuple[float, ...] = ()) -> list[float]:
    """The hours in which a cause is sent that is present in all of them except `absent`."""
    memory: Memory = {}
    sent = []
    for hour in hours:
        now = NOW + timedelta(hours=hour)
        causes = [] if hour in absent else [cause]
        to_send = [cause_present for cause_present in causes if should_send(cause_present, memory, now)]
        record(memory, causes, to_send, now, all_known=True)
        sent += [hour] * len(to_send)
    return sent


def test_a_daily_cause_is_sent_once_in_24_hours() -> None:
    assert hours_sent([0, 1, 23.9, 24, 30, 47, 48], DAILY) == [0, 24, 48]


def test_any_other_cause_is_sent_once_while_it_lasts() -> None:
    assert hours_sent([0, 1, 24, 48, 480], ONCE) == [0]


def test_a_cause_that_returns_is_sent_again() -> None:
    assert hours_sent([0, 1, 2], ONCE, absent=(1,)) == [0]
    # It returned within a day, so it is sent when the day is over.
    assert hours_sent([0, 1, 2, 25], ONCE, absent=(1,)) == [0, 25]
    assert hours_sent([0, 30, 31, 32], ONCE, absent=(30,)) == [0, 31]
    assert hours_sent([0, 1, 25], DAILY, absent=(1,)) == [0, 25]


def test_a_clock_that_was_set_back_delays_no_message() -> None:
    assert hours_sent([0, -500, -499], DAILY) == [0, -500]


def test_a_cause_that_is_unknown_this_time_has_not_ended() -> None:
    memory: Memory = {}
    record(memory, [ONCE], [ONCE], NOW, all_known=True)
    for days in (1, 2):
        record(memory, [], [], NOW + timedelta(days=days), all_known=False)
    assert not should_send(ONCE, memory, NOW + timedelta(days=3))


def test_a_cause_that_was_not_delivered_is_sent_again() -> None:
    memory: Memory = {}
    record(memory, [ONCE], [], NOW, all_known=True)
    assert should_send(ONCE, memory, NOW)


def test_memory_is_kept_on_disk_and_does_not_grow(tmp_path: Path) -> None:
    logbook = Logbook(tmp_path)
    with open_memory(logbook) as memory:
        record(memory, [ONCE, DAILY], [ONCE, DAILY], NOW, all_known=True)
    path = logbook.state / "told.json"
    assert path.stat().st_mode & 0o777 == 0o600
    with open_memory(logbook) as memory:
        assert sorted(memory) == ["daily", "once"]
        record(memory, [], [], NOW + timedelta(days=2), all_known=True)
    with open_memory(logbook) as memory:
        assert memory == {}


def test_an_error_leaves_the_memory_unchanged(tmp_path: Path) -> None:
    with pytest.raises(NotifyError), open_memory(Logbook(tmp_path)) as memory:
        record(memory, [ONCE], [ONCE], NOW, all_known=True)
        raise NotifyError("x", "y")
    with open_memory(Logbook(tmp_path)) as memory:
        assert memory == {}


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b'{"x": 1}', b"\xff"])
def test_a_memory_that_cannot_be_read_starts_empty(tmp_path: Path, garbage: bytes) -> None:
    logbook = Logbook(tmp_path)
    logbook.state.mkdir()
    (logbook.state / "told.json").write_bytes(garbage)
    with open_memory(logbook) as memory:
        assert memory == {}
    assert (logbook.state / "told.json").read_bytes().strip() == b"{}"


def test_messages_do_not_contain_the_text_of_errors() -> None:
    causes = failures(
        {
            "home": LoginError("canary", "canary"),
            "work": UpstreamDownError("canary", "canary"),
            "": OSError(28, "canary", "/canary"),
        }
    )
    assert [(cause.text, cause.command, cause.daily) for cause in causes] == [
        ("home: a new login is needed", "ladebog login home", True),
        ("work: the operator could not be reached, or its answers are unusable", "ladebog run", True),
        ("The run failed: this machine could not read or write a file", "ladebog run", True),
    ]
    assert len({cause.key for cause in causes}) == 3


def test_one_cause_is_the_subject_and_many_are_counted() -> None:
    assert compose([ONCE], NOW).subject == "Ladebog: x"
    message = compose([Cause(key=str(number), text=f"{number}", command="c") for number in range(25)], NOW)
    assert message.subject == "Ladebog: 25 things to look at"
    assert message.text.splitlines()[:2] == ["0", "  Next: c"]
    assert message.text.splitlines()[-1] == "And 5 more: ladebog check"
    assert (len(message.document["causes"]), message.document["more"]) == (20, 5)
