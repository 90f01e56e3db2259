"""`python -m tests.scenarios.dated TIME ...`: the command line in another process, at a time that the test chooses."""

import sys
from datetime import datetime

from pipeline.cli.main import main
from tests.scenarios.demo_logbook import HurriedClock


def run(now: str, *arguments: str) -> None:
    """Run the command line and exit with its code."""
    main(arguments, HurriedClock(datetime.fromisoformat(now)))


if __name__ == "__main__":
    run(*sys.argv[1:])
