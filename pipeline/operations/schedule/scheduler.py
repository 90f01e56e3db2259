"""What Ladebog asks of a system's own scheduler."""

import subprocess
from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Protocol

from pipeline.errors import LoginError, ScheduleError
from pipeline.operations.schedule.job import Job
from pipeline.operations.schedule.times import DueTimes
from pipeline.settings.schema import Account
from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.store import FILE_VARIABLE, Credentials

_TIMEOUT = 120.0  # seconds that a program of the system's may take


class Scheduler(Protocol):
    """One way to have a job started. Each method but `is_available` raises ScheduleError where that fails."""

    @property
    def name(self) -> str:
        """`systemd` or `cron`."""

    @property
    def delay(self) -> str:
        """How much later than asked for a run may begin, for people to read; empty where it is not."""

    def is_available(self) -> bool:
        """Whether this user has it here."""

    def probe(self, job: Job) -> str | None:
        """Start the job's probe as the job will be started; what it complained of, or None."""

    def install(self, job: Job, at: time) -> None:
        """Have the job started daily, and while a session is active; in place of what was installed for it."""

    def is_installed(self, job: Job) -> bool:
        """Whether the job is there, in whatever state."""

    def due_times(self, job: Job) -> DueTimes:
        """When the installed job is started, as its owner may have changed it meanwhile."""

    def remove(self, job: Job) -> None:
        """Take the job out, and leave all else as it is."""

    def about(self, job: Job) -> dict[str, str]:
        """`where` what is installed lies, and where its `output` goes, for people to read."""

    def warnings(self) -> list[str]:
        """What may keep an installed job from being started, each with what to do."""


def call(command: Sequence[str], *, given: bytes = b"", environment: dict[str, str] | None = None) -> "Called":
    """Run a program of the system's to its end."""
    try:
        done = subprocess.run(  # noqa: S603 (the system's own programs)
            command,
            input=given,
            env=environment,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
            cwd=Path.home(),
        )
    except subprocess.TimeoutExpired:
        raise ScheduleError(
            f"{command[0]} did not end within {_TIMEOUT:.0f} seconds.", "Run the same command again"
        ) from None
    return Called(" ".join(command[:3]), done.returncode, done.stdout, done.stderr.decode(errors="replace").strip())


class Called:
    """How a program ended."""

    def __init__(self, command: str, code: int, out: bytes, err: str) -> None:
        self.command = command
        self.code = code
        self.out = out
        self.err = err

    def checked(self) -> "Called":
        """The same, if it went well. Raises ScheduleError."""
        if self.code:
            said = " ".join(self.err.split()).rstrip(".") or f"it ended with code {self.code}"
            raise ScheduleError(
                f"{self.command} failed: {said}.",
                "Mend that, or do by hand what this prints: ladebog schedule print systemd|cron",
            )
        return self


def require_logins(credentials: Credentials, accounts: Sequence[Account]) -> None:
    """Raise LoginError for an account whose login is not kept where this process reads it."""
    for account in accounts:
        if credentials.read(account) is None:
            raise LoginError(
                f"No login of account {account.name} is kept in {credentials.place}.",
                f"Log in first: ladebog login {account.name}",
            )


def probe_logins(scheduler: Scheduler, job: Job, credentials: Credentials) -> None:
    """Raise ScheduleError if the job, as the scheduler starts it, cannot read the logins that this process can."""
    complaint = scheduler.probe(job)
    if complaint is None:
        return
    first = complaint.strip().splitlines()[0].removeprefix("ladebog: ").rstrip(".")
    if isinstance(credentials, FileCredentials):
        advice = f"Name the file for it: export {FILE_VARIABLE}={credentials.place}, then: ladebog schedule install"
    else:
        advice = (
            f"Keep the login in a file instead: export {FILE_VARIABLE}=~/.ladebog-logins.json, "
            "then: ladebog login NAME, then: ladebog schedule install"
        )
    raise ScheduleError(f"What {scheduler.name} starts cannot read the logins: {first}.", advice)
