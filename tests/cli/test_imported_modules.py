"""`ladebog --version` and `--help` start quickly: they import no module that is slow to import."""

import os
import subprocess
import sys

import pytest

from tests.scenarios.demo_logbook import CHECKOUT

_SLOW_MODULES = {
    "duckdb",
    "polars",
    "openpyxl",
    "requests",
    "rich",
    "sqlglot",
    "keyring",
    "tomlkit",
    "filelock",
    "jinja2",
}
_LIST_MODULES = """
import sys
from pipeline.cli.main import main
try:
    main()
finally:
    print(*sys.modules)
"""


def imported_modules(*arguments: str) -> set[str]:
    """The top-level modules that a process has imported by the end of a command."""
    process = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES, *arguments],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return {name.partition(".")[0] for name in process.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["claim", "--help"], ["report", "--help"], ["page", "--help"]]
)
def test_help_and_version_do_not_import_slow_modules(arguments: list[str]) -> None:
    modules = imported_modules(*arguments)
    assert "click" in modules
    assert modules & _SLOW_MODULES == set()
