"""`python -m tests.way.dated TIME ...`: the command line in a process of its own, at a time of the test's choice."""

import sys
from datetime import datetime

from pipeline.cli.main import main
from tests.scenarios.demo_logbook import HurriedClock


def run(now: str, *arguments: str) -> None:
    """Run the command line and exit with its code."""
    main(arguments, HurriedClock(datetime.fromisoformat(now)))


if __name__ == "__main__":
    run(*sys.argv[1:])
