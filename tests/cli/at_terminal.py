"""`python -m tests.cli.at_terminal TTY TIME ...`: the command line at a terminal that the test opened."""

import os
import sys
from pathlib import Path

from tests.scenarios import cli_at_time

if __name__ == "__main__":
    with Path(sys.argv[1]).open(
        "rb", buffering=0
    ) as terminal:  # the first terminal that a session opens becomes its controlling terminal
        assert os.isatty(terminal.fileno())
        cli_at_time.run(*sys.argv[2:])
