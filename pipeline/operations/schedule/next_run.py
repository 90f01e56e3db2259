"""What is scheduled for a logbook, whoever does it."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.logbook.folder import Logbook
from pipeline.operations.schedule.cron import Cron
from pipeline.operations.schedule.job import Job
from pipeline.operations.schedule.loop import LoopMark
from pipeline.operations.schedule.scheduler import Scheduler
from pipeline.operations.schedule.systemd import Systemd


@dataclass(frozen=True)
class NextRun:
    """The next run of a logbook: `by` is `systemd`, `cron` or `loop`; `at` is UTC and never before now.

    systemd begins up to half an hour later, by chance.
    """

    by: str
    at: datetime


def schedulers() -> list[Scheduler]:
    """The system's schedulers that Ladebog knows, the better ones first."""
    return [Systemd(), Cron()]


def next_run(logbook: Logbook, now: datetime) -> NextRun | None:
    """The next run that is scheduled for a logbook, or None. Raises ScheduleError if it cannot be told."""
    if due := LoopMark(logbook).read():
        return NextRun("loop", max(due, now))
    job = Job.here(logbook.root)
    for scheduler in schedulers():
        if scheduler.is_installed(job):
            return NextRun(scheduler.name, scheduler.due_times(job).after(now))
    return None
