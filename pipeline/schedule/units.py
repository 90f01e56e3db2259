"""The text of the systemd units: two services, each with the timer that starts it."""

import re
from collections.abc import Sequence
from datetime import time

from pipeline.operations.schedule.job import RUN, RUN_IF_ACTIVE, Job
from pipeline.operations.schedule.times import active_minutes

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
