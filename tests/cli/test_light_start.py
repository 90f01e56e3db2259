"""`ladebog --version` and `--help` start at once: nothing heavy is imported for them."""

import os
import subprocess
import sys

import pytest

from tests.scenarios.demo_logbook import CHECKOUT

_HEAVY = {"duckdb", "polars", "openpyxl", "requests", "rich", "sqlglot", "keyring", "tomlkit", "filelock"}
_THEN_LIST = """
import sys
from pipeline.cli.main import main
try:
    main()
finally:
    print(*sys.modules)
"""


def imported(*arguments: str) -> set[str]:
    """The top-level modules that a process has imported by the end of a command."""
    process = subprocess.run(
        [sys.executable, "-c", _THEN_LIST, *arguments],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return {name.partition(".")[0] for name in process.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["claim", "--help"], ["report", "--help"]])
def test_light_commands_do_not_import_heavy_modules(arguments: list[str]) -> None:
    modules = imported(*arguments)
    assert "click" in modules
    assert modules & _HEAVY == set()
