"""systemd's timers of this user: they catch up after the machine was off."""

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
from pipeline.operations.schedule.scheduler import Called, call
from pipeline.operations.schedule.times import DueTimes, active_minutes, time_of_day

RANDOM_DELAY_MINUTES = 30
ON_CALENDAR = "OnCalendar=*-*-* "
# What a user's own manager can hold a process to without privileges. A file system of its own is not among it: many
# systems let no user make one, and the service would not start there.
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
# 3: findings, which `ladebog check` tells. 75: try later. What is prevented would fail again: 4 wants a login.
SuccessExitStatus=3
Restart=on-failure
RestartPreventExitStatus=1 2 4
RestartSec=15min
"""
_ACTIVE = "SuccessExitStatus=3 75\n"


_ANY_TIME = time()


class Systemd:
    """The user's own service manager."""

    name = "systemd"
    delay = f"up to {RANDOM_DELAY_MINUTES} minutes later, by chance"

    def __init__(self) -> None:
        self.folder = platformdirs.user_config_path("systemd") / "user"

    def is_available(self) -> bool:
        if not shutil.which("systemctl") or not os.environ.get("XDG_RUNTIME_DIR"):
            return False
        return _systemctl("show", "--property=Version").code == 0

    def probe(self, job: Job) -> str | None:
        runtime = Path(os.environ["XDG_RUNTIME_DIR"])
        unit = runtime / "systemd" / "user" / f"{job.name}-probe.service"
        said = runtime / f"{job.name}-probe.txt"
        said.unlink(missing_ok=True)
        write_text(unit, service("Ladebog: a probe", job, PROBE, f"StandardError=file:{said}\n"))
        try:
            _systemctl("daemon-reload").checked()
            started = _systemctl("start", unit.name)
            if not started.code:
                return None
            return (said.read_text("utf-8", "replace") if said.is_file() else "") or started.err
        finally:
            unit.unlink()
            said.unlink(missing_ok=True)
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
        calendar = re.search(rf"^{re.escape(ON_CALENDAR)}(\d\d:\d\d):00$", timer.read_text("utf-8"), re.MULTILINE)
        if not calendar:
            raise ScheduleError(
                f"{timer} was changed by hand.",
                "See when it starts with: systemctl --user list-timers, or make it anew: ladebog schedule install",
            )
        return DueTimes.daily(time_of_day(calendar[1]))

    def remove(self, job: Job) -> None:
        _systemctl("disable", "--now", *self._timers(job)).checked()
        for name in units(job, _ANY_TIME):
            (self.folder / name).unlink(missing_ok=True)
        _systemctl("daemon-reload").checked()

    def about(self, job: Job) -> dict[str, str]:
        return {"where": f"{self.folder / job.name}*", "output": f"journalctl --user --unit {job.name}"}

    def warnings(self) -> list[str]:
        shown = call(["loginctl", "show-user", str(os.getuid()), "--property=Linger", "--value"])
        if shown.out.strip() == b"yes":
            return []
        return ["The timers run while you are logged in. To run without you too: loginctl enable-linger"]

    def _timers(self, job: Job) -> list[str]:
        return [name for name in units(job, _ANY_TIME) if name.endswith(".timer")]


def _systemctl(*arguments: str) -> Called:
    return call(["systemctl", "--user", *arguments])


def units(job: Job, at: time) -> dict[str, str]:
    """The files of a job, by their names."""
    first, second = active_minutes(at)
    home = str(job.home).replace("%", "%%")
    daily, active = f"Ladebog: the daily run of {home}", f"Ladebog: a run of {home} while a session is active"
    daily_at = f"{ON_CALENDAR}{at:%H:%M}:00\nRandomizedDelaySec={RANDOM_DELAY_MINUTES}min\nPersistent=true\n"
    active_at = f"{ON_CALENDAR}*:{first:02},{second:02}:00\nRandomizedDelaySec=2min\n"
    return {
        f"{job.name}.service": service(daily, job, RUN, _DAILY),
        f"{job.name}.timer": _timer(daily, daily_at),
        f"{job.name}-active.service": service(active, job, RUN_IF_ACTIVE, _ACTIVE),
        f"{job.name}-active.timer": _timer(active, active_at),
    }


def service(description: str, job: Job, arguments: Sequence[str], more: str) -> str:
    """The service that starts Ladebog with these arguments; `more` are further lines of its section."""
    environment = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in job.environment.items())
    command = " ".join(map(_quoted, job.command(*arguments)))
    return (
        f"[Unit]\nDescription={description}\n\n[Service]\nType=oneshot\n"
        f"ExecStart=:{command}\n"  # the colon leaves $ alone
        f"{environment}TimeoutStartSec=12h\nNice=10\n{more}{_HARDENED}"
    )


def _timer(description: str, when: str) -> str:
    return f"[Unit]\nDescription={description}\n\n[Timer]\n{when}\n[Install]\nWantedBy=timers.target\n"


def _quoted(word: str) -> str:
    """A word of a command line or an assignment, in quotes where it needs them, without specifiers and escapes."""
    if re.fullmatch(r"[\w/.-]+", word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
