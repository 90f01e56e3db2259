"""Definitions for schedulers that Ladebog does not install to: launchd (macOS) and Task Scheduler (Windows)."""

import plistlib
import subprocess
from datetime import time
from typing import Any

from pipeline.operations.schedule.job import RUN, RUN_IF_ACTIVE, Job
from pipeline.operations.schedule.times import ACTIVE_EVERY


def launchd(job: Job, at: time) -> dict[str, str]:
    """Two property lists by their paths. launchd starts a missed run after the machine was asleep."""
    daily: dict[str, Any] = {
        "Label": job.name,
        "ProgramArguments": job.command(*RUN),
        "StartCalendarInterval": {"Hour": at.hour, "Minute": at.minute},
    }
    active: dict[str, Any] = {
        "Label": f"{job.name}-active",
        "ProgramArguments": job.command(*RUN_IF_ACTIVE),
        "StartInterval": int(ACTIVE_EVERY.total_seconds()),
    }
    return {
        f"~/Library/LaunchAgents/{plist['Label']}.plist": plistlib.dumps(
            plist | ({"EnvironmentVariables": job.environment} if job.environment else {}), sort_keys=False
        ).decode()
        for plist in (daily, active)
    }


def schtasks(job: Job, at: time) -> str:
    """Commands for cmd.exe."""
    minutes = int(ACTIVE_EVERY.total_seconds()) // 60
    lines = [["setx", name, value] for name, value in job.environment.items()]
    for name, arguments, timing in (
        (job.name, RUN, ["/SC", "DAILY", "/ST", f"{at:%H:%M}"]),
        (f"{job.name}-active", RUN_IF_ACTIVE, ["/SC", "MINUTE", "/MO", str(minutes)]),
    ):
        command = subprocess.list2cmdline(job.command(*arguments))
        lines.append(["schtasks", "/Create", "/F", "/TN", name, "/TR", command, *timing])
    return "".join(f"{subprocess.list2cmdline(line)}\n" for line in lines)
