"""What a scheduler is given to start: Ladebog's own command line on one logbook, whatever its folder is called."""

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
    """The runs of one logbook. `credentials_file` is None where the logins lie in their usual place."""

    home: Path
    credentials_file: Path | None = None

    @classmethod
    def here(cls, home: Path) -> "Job":
        """The job of this logbook with the logins that this process uses.

        Raises ScheduleError for a path that no scheduler could be told.
        """
        named = os.environ.get(FILE_VARIABLE)
        job = cls(home.resolve(), Path(named).expanduser().resolve() if named else None)
        for part in (*job.command(), *job.environment.values()):
            if not part.isprintable():
                raise ScheduleError(
                    f"{part!r} holds a line break or another sign that a scheduler cannot be told.",
                    "Rename that folder, then run the same command again",
                )
        return job

    @property
    def name(self) -> str:
        """What the logbook's job is called, apart from those of other logbooks."""
        return f"ladebog-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:8]}"

    @property
    def environment(self) -> dict[str, str]:
        """What the command must find in its environment."""
        return {} if self.credentials_file is None else {FILE_VARIABLE: str(self.credentials_file)}

    def command(self, *arguments: str) -> list[str]:
        """The words of a command line of Ladebog's on the logbook, its program named by its whole path."""
        script = Path(sys.executable).with_name("ladebog")
        # Without the script: -P, so that a folder called pipeline where the job starts is not taken for ours.
        program = [str(script)] if script.is_file() else [sys.executable, "-P", "-m", "pipeline.cli.main"]
        return [*program, "--home", str(self.home), *arguments]
