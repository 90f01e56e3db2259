"""Before a job is installed: that what the scheduler starts can read the logins."""

from collections.abc import Sequence

from pipeline.errors import LoginError, ScheduleError
from pipeline.operations.schedule.job import Job
from pipeline.operations.schedule.scheduler import Scheduler
from pipeline.settings.reading import Account
from pipeline.source.credentials import FILE_VARIABLE, Credentials, FileCredentials


def require_logins(credentials: Credentials, accounts: Sequence[Account]) -> None:
    """Raise LoginError for an account whose login is not kept where this process reads it."""
    for account in accounts:
        if credentials.read(account) is None:
            raise LoginError(
                f"No login of account {account.name} is kept in {credentials.place}.",
                f"Log in first: ladebog login {account.name}",
            )


def prove(scheduler: Scheduler, job: Job, credentials: Credentials) -> None:
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
