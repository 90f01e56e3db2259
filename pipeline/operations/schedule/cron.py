"""The user's crontab: where there is no systemd. What else stands in it stays, byte for byte."""

import os
import pwd
import shlex
import shutil
from datetime import time
from pathlib import Path

from pipeline.errors import ScheduleError
from pipeline.operations.schedule.job import PROBE, RUN_IF_ACTIVE, Job
from pipeline.operations.schedule.scheduler import call
from pipeline.operations.schedule.times import DueTimes, active_minutes

# cron does not catch up after the machine was off, so the second line does: hours since the last run began.
_MISSED_AFTER = "25"
_RUN = ("--quiet", "run")
_RUN_IF_ACTIVE = (*RUN_IF_ACTIVE, "--if-older", _MISSED_AFTER)
_NO_CRONTAB = ("no crontab", "can't open", "No such file")
_DAEMONS = {"cron", "crond", "busybox", "fcron", "dcron"}


class Cron:
    """The user's crontab."""

    name = "cron"
    delay = ""

    def is_available(self) -> bool:
        return shutil.which("crontab") is not None

    def probe(self, job: Job) -> str | None:
        user = pwd.getpwuid(os.getuid())
        bare = {"HOME": user.pw_dir, "LOGNAME": user.pw_name, "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
        started = call(["/bin/sh", "-c", _shell(job, *PROBE)], environment=bare)
        return started.err or f"it ended with code {started.code}" if started.code else None

    def install(self, job: Job, at: time) -> None:
        before, _, after = _divided(_read(), job)
        if not after and before and not before.endswith(b"\n"):
            before += b"\n"
        _write(before + os.fsencode(lines(job, at)) + after)

    def is_installed(self, job: Job) -> bool:
        return self.is_available() and _divided(_read(), job)[1] != b""

    def due_times(self, job: Job) -> DueTimes:
        _, ours, _ = _divided(_read(), job)
        daily = ours.splitlines()[1].decode(errors="replace")
        try:
            return DueTimes(" ".join(daily.split()[:5]))
        except ValueError as error:
            raise ScheduleError(
                f"The crontab was changed by hand: {error}.", "Make it anew with: ladebog schedule install"
            ) from None

    def remove(self, job: Job) -> None:
        before, _, after = _divided(_read(), job)
        _write(before + after)

    def about(self, job: Job) -> dict[str, str]:
        return {"where": "crontab -l", "output": "errors only, which cron mails to you where it can"}

    def warnings(self) -> list[str]:
        processes = list(Path("/proc").glob("[0-9]*/comm"))
        if not processes or any(_comm(path) in _DAEMONS for path in processes):
            return []
        return ["No cron daemon is running here. Start it, for example: sudo service cron start"]


def lines(job: Job, at: time) -> str:
    """The job's part of a crontab."""
    begin, end = _marks(job)
    first, second = active_minutes(at)
    return (
        f"{begin}\n"
        f"{at.minute} {at.hour} * * * {_escaped(_shell(job, *_RUN))} >/dev/null\n"
        f"{first},{second} * * * * {_escaped(_shell(job, *_RUN_IF_ACTIVE))} >/dev/null\n"
        f"{end}\n"
    )


def _marks(job: Job) -> tuple[str, str]:
    return f"# {job.name}: runs of {job.home}", f"# {job.name} ends"


def _shell(job: Job, *arguments: str) -> str:
    """A line for /bin/sh that starts Ladebog with these arguments."""
    assigned = [f"{name}={shlex.quote(value)}" for name, value in job.environment.items()]
    return " ".join([*assigned, shlex.join(job.command(*arguments))])


def _escaped(line: str) -> str:
    """A command as it stands in a crontab, where a bare % ends it."""
    return line.replace("%", "\\%")


def _divided(crontab: bytes, job: Job) -> tuple[bytes, bytes, bytes]:
    """What stands before the job's part, the part, and what stands behind it. Raises ScheduleError if it is torn."""
    begin, end = (os.fsencode(f"{mark}\n") for mark in _marks(job))
    if begin not in crontab:
        return crontab, b"", b""
    before, _, rest = crontab.partition(begin)
    ours, found, after = rest.partition(end)
    if not found:
        raise ScheduleError(
            f"The crontab holds the line {begin.decode().strip()!r} and not the {end.decode().strip()!r} behind it.",
            "Take Ladebog's lines out with: crontab -e",
        )
    return before, begin + ours + end, after


def _read() -> bytes:
    listed = call(["crontab", "-l"])
    if listed.code and any(said in listed.err for said in _NO_CRONTAB):
        return b""
    return listed.checked().out


def _write(crontab: bytes) -> None:
    call(["crontab", "-"] if crontab else ["crontab", "-r"], given=crontab).checked()


def _comm(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:  # it has ended meanwhile
        return ""
