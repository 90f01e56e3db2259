"""The text of the systemd units: two services, each with the timer that starts it."""

from collections.abc import Sequence
from datetime import time

from pipeline.schedule.job import RUN, RUN_IF_ACTIVE, Job
from pipeline.schedule.times import active_minutes

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
# 3 are findings, which `ladebog status` and `ladebog check` tell; 75 asks to be started again later.
SuccessExitStatus=3
RestartForceExitStatus=75
RestartSec=15min
"""
_ACTIVE = "SuccessExitStatus=3 75\n"


def units(job: Job, at: time) -> dict[str, str]:
    """The files of a job, by their names."""
    first, second = active_minutes(at)
    return {
        f"{job.name}.service": service(job, "the daily run", RUN, _DAILY),
        f"{job.name}.timer": _timer(
            job,
            "the daily run",
            f"{ON_CALENDAR}{at:%H:%M}:00\nRandomizedDelaySec={RANDOM_DELAY_MINUTES}min\nPersistent=true\n",
        ),
        f"{job.name}-active.service": service(job, "a run while a session is active", RUN_IF_ACTIVE, _ACTIVE),
        f"{job.name}-active.timer": _timer(
            job, "a run while a session is active", f"{ON_CALENDAR}*:{first:02},{second:02}:00\nRandomizedDelaySec=2min\n"
        ),
    }


def service(job: Job, what: str, arguments: Sequence[str], more: str) -> str:
    """The service that starts Ladebog with these arguments; `more` are further lines of its section."""
    environment = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in job.environment.items())
    # The colon leaves $ alone.
    command = ":" + " ".join(map(_quoted, job.command(*arguments)))
    return (
        f"{_head(job, what)}\n[Service]\nType=oneshot\nExecStart={command}\n{environment}"
        f"TimeoutStartSec=12h\nNice=10\n{more}{_HARDENED}"
    )


def _timer(job: Job, what: str, when: str) -> str:
    return f"{_head(job, what)}\n[Timer]\n{when}\n[Install]\nWantedBy=timers.target\n"


def _head(job: Job, what: str) -> str:
    return f"[Unit]\nDescription=Ladebog: {what} of {str(job.home).replace('%', '%%')}\n"


def _quoted(word: str) -> str:
    """A word of a command line or an assignment, in quotes where it needs them."""
    escaped = _plain(word).replace('"', '\\"')
    return escaped if escaped.replace("/", "").replace("-", "").replace(".", "").isalnum() else f'"{escaped}"'


def _plain(text: str) -> str:
    """Text in which systemd sees neither specifiers nor escapes."""
    return text.replace("\\", "\\\\").replace("%", "%%")
