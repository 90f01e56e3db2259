"""Schedules a job with systemd timers of the user, which start missed runs after the machine was off."""

import os
import re
import shutil
from collections.abc import Sequence
from datetime import time
from pathlib import Path

import platformdirs

from pipeline.errors import ScheduleError
from pipeline.logbook.files import write_text
from pipeline.operations.schedule.job import PROBE, RUN, RUN_IF_ACTIVE, Job
from pipeline.operations.schedule.scheduler import ProgramResult, run_program
from pipeline.operations.schedule.times import DueTimes, active_minutes, time_of_day

_RANDOM_DELAY_MINUTES = 30
_ON_CALENDAR = "OnCalendar=*-*-* "
_ANY_TIME = time()
# What a user's service manager can restrict without privileges. A private file system is not among it: many systems do
# not let users create one, and the service would not start there.
_HARDENED = """\
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
"""
_DAILY = """\
# 3: findings, which `ladebog check` lists. 75: try later. The others would fail again: 4 needs a new login.
SuccessExitStatus=3
Restart=on-failure
RestartPreventExitStatus=1 2 4
RestartSec=15min
"""
_ACTIVE = "SuccessExitStatus=3 75\n"


class Systemd:
    """The service manager of the user."""

    name = "systemd"
    delay = f"up to {_RANDOM_DELAY_MINUTES} minutes later, at random"

    def __init__(self) -> None:
        self.folder = platformdirs.user_config_path("systemd") / "user"

    def is_available(self) -> bool:
        if not shutil.which("systemctl") or not os.environ.get("XDG_RUNTIME_DIR"):
            return False
        return _systemctl("show", "--property=Version").code == 0

    def probe(self, job: Job) -> str | None:
        runtime = Path(os.environ["XDG_RUNTIME_DIR"])
        unit = runtime / "systemd" / "user" / f"{job.name}-probe.service"
        error_output = runtime / f"{job.name}-probe.txt"
        error_output.unlink(missing_ok=True)
        write_text(unit, _service("Ladebog: a probe", job, PROBE, f"StandardError=file:{error_output}\n"))
        try:
            _systemctl("daemon-reload").checked()
            start_result = _systemctl("start", unit.name)
            if not start_result.code:
                return None
            text = error_output.read_text("utf-8", "replace") if error_output.is_file() else ""
            return text or start_result.err
        finally:
            unit.unlink()
            error_output.unlink(missing_ok=True)
            _systemctl("reset-failed", unit.name)
            _systemctl("daemon-reload")

    def install(self, job: Job, at: time) -> None:
        for name, text in units(job, at).items():
            write_text(self.folder / name, text)
        _systemctl("daemon-reload").checked()
        _systemctl("enable", *self._timers(job)).checked()
        _systemctl("restart", *self._timers(job)).checked()

    def is_installed(self, job: Job) -> bool:
        return (self.folder / f"{job.name}.timer").is_file()

    def due_times(self, job: Job) -> DueTimes:
        timer = self.folder / f"{job.name}.timer"
        calendar = re.search(rf"^{re.escape(_ON_CALENDAR)}(\d\d:\d\d):00$", timer.read_text("utf-8"), re.MULTILINE)
        if not calendar:
            raise ScheduleError(
                f"{timer} was changed by hand.",
                "See when it starts with: systemctl --user list-timers, or replace it with: ladebog schedule install",
            )
        return DueTimes.daily(time_of_day(calendar[1]))

    def remove(self, job: Job) -> None:
        _systemctl("disable", "--now", *self._timers(job)).checked()
        for name in units(job, _ANY_TIME):
            (self.folder / name).unlink(missing_ok=True)
        _systemctl("daemon-reload").checked()

    def places(self, job: Job) -> dict[str, str]:
        return {"where": f"{self.folder / job.name}*", "output": f"journalctl --user --unit {job.name}"}

    def warnings(self) -> list[str]:
        linger = run_program(["loginctl", "show-user", str(os.getuid()), "--property=Linger", "--value"])
        if linger.out.strip() == b"yes":
            return []
        return ["The timers run only while you are logged in. To run them always: loginctl enable-linger"]

    def _timers(self, job: Job) -> list[str]:
        return [name for name in units(job, _ANY_TIME) if name.endswith(".timer")]


def _systemctl(*arguments: str) -> ProgramResult:
    return run_program(["systemctl", "--user", *arguments])


def units(job: Job, at: time) -> dict[str, str]:
    """The unit files of a job, by their names."""
    first, second = active_minutes(at)
    home = str(job.home).replace("%", "%%")
    daily, active = f"Ladebog: the daily run of {home}", f"Ladebog: a run of {home} while a session is active"
    daily_at = f"{_ON_CALENDAR}{at:%H:%M}:00\nRandomizedDelaySec={_RANDOM_DELAY_MINUTES}min\nPersistent=true\n"
    active_at = f"{_ON_CALENDAR}*:{first:02},{second:02}:00\nRandomizedDelaySec=2min\n"
    return {
        f"{job.name}.service": _service(daily, job, RUN, _DAILY),
        f"{job.name}.timer": _timer(daily, daily_at),
        f"{job.name}-active.service": _service(active, job, RUN_IF_ACTIVE, _ACTIVE),
        f"{job.name}-active.timer": _timer(active, active_at),
    }


def _service(description: str, job: Job, arguments: Sequence[str], more: str) -> str:
    """A service that starts Ladebog with these arguments; `more` are further lines of its [Service] section."""
    environment = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in job.environment.items())
    command = " ".join(map(_quoted, job.command(*arguments)))
    return (
        f"[Unit]\nDescription={description}\n\n[Service]\nType=oneshot\n"
        f"ExecStart=:{command}\n"  # with the colon, systemd does not expand $
        f"{environment}TimeoutStartSec=12h\nNice=10\n{more}{_HARDENED}"
    )


def _timer(description: str, timing: str) -> str:
    return f"[Unit]\nDescription={description}\n\n[Timer]\n{timing}\n[Install]\nWantedBy=timers.target\n"


def _quoted(word: str) -> str:
    """A word of a command line or assignment, quoted if necessary, without specifiers and escape sequences."""
    if re.fullmatch(r"[\w/.-]+", word):
        return word
    escaped_word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped_word}"'
