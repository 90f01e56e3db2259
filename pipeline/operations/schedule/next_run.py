"""The next scheduled run of a logbook, whether a loop or a scheduler of the system starts it."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.logbook.folder import Logbook
from pipeline.operations.schedule.cron import Cron
from pipeline.operations.schedule.job import Job
from pipeline.operations.schedule.loop import LoopLock
from pipeline.operations.schedule.scheduler import Scheduler
from pipeline.operations.schedule.systemd import Systemd


@dataclass(frozen=True)
class NextRun:
    """The next run of a logbook: `by` is `systemd`, `cron` or `loop`; `at` is UTC and not before now.

    systemd begins after a random delay of up to half an hour.
    """

    by: str
    at: datetime


def schedulers() -> list[Scheduler]:
    """The supported schedulers of the system, preferred ones first."""
    return [Systemd(), Cron()]


def next_run(logbook: Logbook, now: datetime) -> NextRun | None:
    """The next scheduled run of a logbook, or None. Raises ScheduleError if it cannot be found out."""
    if due := LoopLock(logbook).read_next_run():
        return NextRun("loop", max(due, now))
    job = Job.of_logbook(logbook.root)
    for scheduler in schedulers():
        if scheduler.is_installed(job):
            return NextRun(scheduler.name, scheduler.due_times(job).after(now))
    return None
