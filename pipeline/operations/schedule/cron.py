"""Schedules a job in the user's crontab, for machines without systemd. All other lines keep their bytes."""

import os
import pwd
import shlex
import shutil
from datetime import time
from pathlib import Path

from pipeline.errors import ScheduleError
from pipeline.operations.schedule.job import PROBE, RUN_IF_ACTIVE, Job
from pipeline.operations.schedule.scheduler import run_program
from pipeline.operations.schedule.times import DueTimes, active_minutes

# cron does not start missed runs after the machine was off, so the second line does: if the last run is this many
# hours old.
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
        environment = {"HOME": user.pw_dir, "LOGNAME": user.pw_name, "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
        result = run_program(["/bin/sh", "-c", _shell(job, *PROBE)], environment=environment)
        return result.err or f"it ended with code {result.code}" if result.code else None

    def install(self, job: Job, at: time) -> None:
        before, _, after = _split(_read(), job)
        if not after and before and not before.endswith(b"\n"):
            before += b"\n"
        _write(before + os.fsencode(lines(job, at)) + after)

    def is_installed(self, job: Job) -> bool:
        return self.is_available() and _split(_read(), job)[1] != b""

    def due_times(self, job: Job) -> DueTimes:
        _, part, _ = _split(_read(), job)
        daily = part.splitlines()[1].decode(errors="replace")
        try:
            return DueTimes(" ".join(daily.split()[:5]))
        except ValueError as error:
            raise ScheduleError(
                f"The crontab was changed by hand: {error}.", "Replace it with: ladebog schedule install"
            ) from None

    def remove(self, job: Job) -> None:
        before, _, after = _split(_read(), job)
        _write(before + after)

    def places(self, job: Job) -> dict[str, str]:
        return {"where": "crontab -l", "output": "errors only, which cron mails to you where it can"}

    def warnings(self) -> list[str]:
        processes = list(Path("/proc").glob("[0-9]*/comm"))
        if not processes or any(_process_name(path) in _DAEMONS for path in processes):
            return []
        return ["No cron daemon is running here. Start it, for example: sudo service cron start"]


def lines(job: Job, at: time) -> str:
    """The lines of the job in a crontab."""
    begin, end = _markers(job)
    first, second = active_minutes(at)
    return (
        f"{begin}\n"
        f"{at.minute} {at.hour} * * * {_escaped(_shell(job, *_RUN))} >/dev/null\n"
        f"{first},{second} * * * * {_escaped(_shell(job, *_RUN_IF_ACTIVE))} >/dev/null\n"
        f"{end}\n"
    )


def _markers(job: Job) -> tuple[str, str]:
    return f"# {job.name}: runs of {job.home}", f"# {job.name} ends"


def _shell(job: Job, *arguments: str) -> str:
    """A command for /bin/sh that starts Ladebog with these arguments."""
    variables = [f"{name}={shlex.quote(value)}" for name, value in job.environment.items()]
    return " ".join([*variables, shlex.join(job.command(*arguments))])


def _escaped(line: str) -> str:
    """A command as a crontab needs it, where a % without a backslash ends it."""
    return line.replace("%", "\\%")


def _split(crontab: bytes, job: Job) -> tuple[bytes, bytes, bytes]:
    """What is before the job's lines, these lines, and what is after. Raises ScheduleError if their end is missing."""
    begin, end = (os.fsencode(f"{line}\n") for line in _markers(job))
    if begin not in crontab:
        return crontab, b"", b""
    before, _, rest = crontab.partition(begin)
    part, found, after = rest.partition(end)
    if not found:
        raise ScheduleError(
            f"The crontab has the line {begin.decode().strip()!r}, but not {end.decode().strip()!r} after it.",
            "Remove Ladebog's lines with: crontab -e",
        )
    return before, begin + part + end, after


def _read() -> bytes:
    result = run_program(["crontab", "-l"])
    if result.code and any(text in result.err for text in _NO_CRONTAB):
        return b""
    return result.checked().out


def _write(crontab: bytes) -> None:
    run_program(["crontab", "-"] if crontab else ["crontab", "-r"], stdin=crontab).checked()


def _process_name(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:  # the process has ended
        return ""
