"""`python -m tests.scenarios.cli_at_time TIME ...` runs the command line at that time, in another process."""

import sys
from datetime import datetime

from pipeline.cli.main import main
from tests.scenarios.demo_logbook import ClockWithoutWaits


def run(now: str, *arguments: str) -> None:
    """Run the command line and exit with its code."""
    main(arguments, ClockWithoutWaits(datetime.fromisoformat(now)))


if __name__ == "__main__":
    run(*sys.argv[1:])
