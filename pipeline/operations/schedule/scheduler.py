"""What a scheduler of the system must do for Ladebog, and the check that its jobs can read the logins."""

import subprocess
from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Protocol

from pipeline.command_line import quoted
from pipeline.errors import LoginError, ScheduleError
from pipeline.operations.schedule.job import Job
from pipeline.operations.schedule.times import DueTimes
from pipeline.settings.schema import Account
from pipeline.source.credentials.file import FileCredentials
from pipeline.source.credentials.store import FILE_VARIABLE, Credentials

_TIMEOUT = 120.0  # seconds that a program of the system may take


class Scheduler(Protocol):
    """One way to have a job started. All methods except `is_available` raise ScheduleError if they fail."""

    @property
    def name(self) -> str:
        """`systemd` or `cron`."""

    @property
    def delay(self) -> str:
        """How much later than scheduled a run may begin, as text; empty if it is not later."""

    def is_available(self) -> bool:
        """Whether this user has the scheduler on this machine."""

    def probe(self, job: Job) -> str | None:
        """Start the job's probe in the same way as the job; returns its error output, or None if it succeeded."""

    def install(self, job: Job, at: time) -> None:
        """Have the job started daily, and while a session is active. Replaces an earlier installation."""

    def is_installed(self, job: Job) -> bool:
        """Whether the job is installed, in whatever state."""

    def due_times(self, job: Job) -> DueTimes:
        """When the installed job is started, as its owner may have changed that."""

    def remove(self, job: Job) -> None:
        """Remove the job, and nothing else."""

    def places(self, job: Job) -> dict[str, str]:
        """`where` the job is installed and where its `output` goes, as text."""

    def warnings(self) -> list[str]:
        """What may keep an installed job from being started, each with the remedy."""


def run_program(
    command: Sequence[str], *, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> "ProgramResult":
    """Run a program of the system to its end."""
    try:
        done = subprocess.run(  # noqa: S603 (programs of the system)
            command,
            input=stdin,
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
    return ProgramResult(
        " ".join(command[:3]), done.returncode, done.stdout, done.stderr.decode(errors="replace").strip()
    )


class ProgramResult:
    """How a program ended."""

    def __init__(self, command: str, code: int, out: bytes, err: str) -> None:
        self.command = command
        self.code = code
        self.out = out
        self.err = err

    def checked(self) -> "ProgramResult":
        """The result itself. Raises ScheduleError if the program failed."""
        if self.code:
            reason = " ".join(self.err.split()).rstrip(".") or f"it ended with code {self.code}"
            raise ScheduleError(
                f"{self.command} failed: {reason}.",
                "Fix that, or install by hand what this prints: ladebog schedule print systemd|cron",
            )
        return self


def require_logins(credentials: Credentials, accounts: Sequence[Account]) -> None:
    """Raise LoginError for an account without a login that this process can read."""
    for account in accounts:
        if credentials.read(account) is None:
            raise LoginError(
                f"No login is stored for account {account.name} in {credentials.place}.",
                f"Log in first: ladebog login {account.name}",
            )


def probe_logins(scheduler: Scheduler, job: Job, credentials: Credentials) -> None:
    """Raise ScheduleError if a job that the scheduler starts cannot read the logins that this process can read."""
    error = scheduler.probe(job)
    if error is None:
        return
    first_line = error.strip().splitlines()[0].removeprefix("ladebog: ").rstrip(".")
    if isinstance(credentials, FileCredentials):
        place = quoted(credentials.place)
        advice = f"Name the file for it: export {FILE_VARIABLE}={place} && ladebog schedule install"
    else:
        advice = (
            f"Keep the login in a file instead: export {FILE_VARIABLE}=~/.ladebog-logins.json && ladebog login NAME && "
            "ladebog schedule install"
        )
    raise ScheduleError(f"A job of {scheduler.name} cannot read the logins: {first_line}.", advice)
