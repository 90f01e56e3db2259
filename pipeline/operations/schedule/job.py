"""The command line that a scheduler starts: Ladebog on one logbook, whatever characters its path has."""

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ScheduleError
from pipeline.source.credentials.store import FILE_VARIABLE

RUN = ("run",)
RUN_IF_ACTIVE = ("--quiet", "run", "--if-active")
PROBE = ("schedule", "probe")


@dataclass(frozen=True)
class Job:
    """The scheduled runs of one logbook. `credentials_file` is None if the logins are in their default place."""

    home: Path
    credentials_file: Path | None = None

    @classmethod
    def of_logbook(cls, home: Path) -> "Job":
        """The job of a logbook, with the logins that this process uses.

        Raises ScheduleError for a path that cannot be written into the files of a scheduler.
        """
        credentials_file = os.environ.get(FILE_VARIABLE)
        job = cls(home.resolve(), Path(credentials_file).expanduser().resolve() if credentials_file else None)
        for part in (*job.command(), *job.environment.values()):
            if not part.isprintable():
                raise ScheduleError(
                    f"{part!r} has a line break or another character that a scheduler does not accept.",
                    "Rename that folder, then run the same command again",
                )
        return job

    @property
    def name(self) -> str:
        """The name of the job, different for each logbook."""
        return f"ladebog-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:8]}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that the command needs."""
        return {} if self.credentials_file is None else {FILE_VARIABLE: str(self.credentials_file)}

    def command(self, *arguments: str) -> list[str]:
        """The arguments of a command line that runs Ladebog on the logbook; the program is an absolute path."""
        script = Path(sys.executable).with_name("ladebog")
        # Without the script: -P, so that a folder named pipeline in the working directory is not imported.
        program = [str(script)] if script.is_file() else [sys.executable, "-P", "-m", "pipeline.cli.main"]
        return [*program, "--home", str(self.home), *arguments]
