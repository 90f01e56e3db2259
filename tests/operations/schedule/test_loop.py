"""What the loop starts and when, over several days of a simulated clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import BusyError
from pipeline.logbook.folder import Logbook
from pipeline.operations.schedule.loop import Loop, LoopLock, LoopRun
from pipeline.operations.schedule.times import DueTimes

MORNING = datetime(2025, 11, 10, 5, 0, tzinfo=UTC)
YESTERDAY = datetime(2025, 11, 9, 6, 15, 3, tzinfo=UTC)
RUN, RUN_IF_ACTIVE = LoopRun.RUN, LoopRun.RUN_IF_ACTIVE


class Machine:
    """A machine with a simulated clock. At its end, a sleep raises KeyboardInterrupt."""

    def __init__(self, logbook: Logbook, end: datetime) -> None:
        self.time = MORNING
        self.end = end
        self.jumps: list[tuple[datetime, timedelta]] = []  # the time of a clock change, and its size
        self.codes: list[int] = []  # of the next runs
        self.run_duration = timedelta(seconds=20)
        self.starts: list[tuple[LoopRun, str]] = []
        self.reports: list[str] = []
        self.warnings: list[str] = []
        self.logbook = logbook

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= 60
        self.time += timedelta(seconds=seconds)
        if self.jumps and self.time >= self.jumps[0][0]:
            self.time += self.jumps.pop(0)[1]
        if self.time >= self.end:
            raise KeyboardInterrupt

    def start(self, kind: LoopRun) -> int:
        self.starts.append((kind, f"{self.time:%a %H:%M}"))
        if kind is RUN_IF_ACTIVE:
            return 0
        self.time += self.run_duration
        return self.codes.pop(0) if self.codes else 0

    def loop(self, cron: str = "15 6 * * *", last_run_began: datetime | None = YESTERDAY) -> None:
        """Run a loop until the end of the simulation."""
        loop = Loop(
            LoopLock(self.logbook), DueTimes(cron, UTC), self, self.start, self.reports.append, self.warnings.append
        )
        with pytest.raises(KeyboardInterrupt):
            loop.run(last_run_began)

    @property
    def runs(self) -> list[str]:
        return [at for kind, at in self.starts if kind is RUN]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(Logbook.create(tmp_path / "logbook"), MORNING + timedelta(days=2))


def test_the_loop_runs_daily_and_checks_for_an_active_session_every_half_hour(machine: Machine) -> None:
    machine.loop()
    assert machine.runs == ["Mon 06:15", "Tue 06:15"]
    checks = [at for kind, at in machine.starts if kind is RUN_IF_ACTIVE]
    assert checks[:5] == ["Mon 05:30", "Mon 06:00", "Mon 06:45", "Mon 07:15", "Mon 07:45"]
    assert len(checks) == pytest.approx(2 * 48, abs=3)
    assert machine.reports[0] == "Next run at 2025-11-10 06:15, and every half hour while a session is active."
    assert machine.warnings == []


def test_the_first_run_starts_at_once(machine: Machine) -> None:
    machine.loop(last_run_began=None)
    assert machine.runs == ["Mon 05:00", "Mon 06:15", "Tue 06:15"]


def test_a_run_that_was_missed_before_the_start_starts_at_once(machine: Machine) -> None:
    machine.loop(last_run_began=YESTERDAY - timedelta(days=40))
    assert machine.runs == ["Mon 05:00", "Mon 06:15", "Tue 06:15"]


@pytest.mark.parametrize("days", [1, 3, 100])
def test_one_run_replaces_all_that_were_missed_in_suspend(machine: Machine, days: int) -> None:
    machine.jumps = [(MORNING + timedelta(hours=1), timedelta(days=days, hours=5))]
    machine.end += timedelta(days=days)
    machine.loop()
    resumed_at = MORNING + timedelta(days=days, hours=6)
    assert machine.runs[0] == f"{resumed_at:%a %H:%M}"
    assert len(machine.runs) == 2  # and the run of the next morning


def test_a_clock_corrected_after_the_start_causes_no_missed_and_no_extra_run(machine: Machine) -> None:
    machine.time = MORNING + timedelta(days=9_000)
    machine.jumps = [(machine.time, timedelta(days=-9_000))]
    machine.loop(last_run_began=MORNING + timedelta(days=9_000))
    assert machine.runs == ["Mon 06:15", "Tue 06:15"]
    assert machine.starts[0] == (RUN_IF_ACTIVE, "Mon 05:31")


def test_a_run_that_is_missed_during_a_long_run_is_skipped(machine: Machine) -> None:
    machine.run_duration = timedelta(hours=30)
    machine.end += timedelta(days=2)
    machine.loop()
    # Tuesday's run is due while Monday's, which ends on Tuesday at 12:15, is running: the next one is Wednesday's.
    assert machine.runs == ["Mon 06:15", "Wed 06:15"]


def test_a_run_with_a_temporary_failure_is_repeated_soon(machine: Machine) -> None:
    machine.codes = [75, 75, 0]
    machine.loop()
    assert machine.runs == ["Mon 06:15", "Mon 06:30", "Mon 06:45", "Tue 06:15"]
    assert machine.warnings == [
        "The run ended with exit code 75; the next one is at 2025-11-10 06:30.",
        "The run ended with exit code 75; the next one is at 2025-11-10 06:45.",
    ]


@pytest.mark.parametrize(
    ("code", "end"),
    [(1, "ended with exit code 1"), (4, "ended with exit code 4"), (-9, "was killed by signal 9")],
)
def test_any_other_failure_waits_for_the_next_run(machine: Machine, code: int, end: str) -> None:
    machine.codes = [code]
    machine.loop()
    assert machine.runs == ["Mon 06:15", "Tue 06:15"]
    assert machine.warnings == [f"The run {end}; the next one is at 2025-11-11 06:15."]


def test_findings_are_not_a_failure(machine: Machine) -> None:
    machine.codes = [3]
    machine.loop()
    assert machine.warnings == []


def test_a_retry_is_never_later_than_the_next_run(machine: Machine) -> None:
    machine.codes = [75]
    machine.end = MORNING + timedelta(hours=1)
    machine.loop("*/10 * * * *", MORNING)
    assert machine.runs == ["Mon 05:10", "Mon 05:20", "Mon 05:30", "Mon 05:40", "Mon 05:50"]


def test_the_next_run_can_be_read_while_the_loop_is_running(machine: Machine) -> None:
    lock, next_runs_read = LoopLock(machine.logbook), []
    start = machine.start

    def start_and_read(kind: LoopRun) -> int:
        next_runs_read.append(LoopLock(machine.logbook).read_next_run())
        return start(kind)

    machine.start = start_and_read  # type: ignore[method-assign]
    machine.loop()
    assert next_runs_read[0] == MORNING.replace(hour=6, minute=15)
    assert next_runs_read[-1] == MORNING.replace(hour=6, minute=15) + timedelta(days=2)
    assert lock.read_next_run() is None
    assert list(machine.logbook.state.glob("loop.next")) == []


def test_the_file_of_a_killed_loop_is_ignored(machine: Machine) -> None:
    lock = LoopLock(machine.logbook)
    lock.write_next_run(MORNING)
    assert lock.read_next_run() is None


def test_a_second_loop_of_a_logbook_is_refused(machine: Machine) -> None:
    second = Loop(LoopLock(machine.logbook), DueTimes("15 6 * * *"), machine, machine.start, print, print)
    with LoopLock(machine.logbook).held(), pytest.raises(BusyError, match="Another loop of runs is running"):
        second.run(None)
    assert machine.starts == []
