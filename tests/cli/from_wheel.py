"""The wheel, built and installed away from the source tree."""

import os
import subprocess
import sys
from pathlib import Path

from tests.scenarios.demo_logbook import CHECKOUT

# An editable install puts the checkout on the path; files that the wheel lacks must not be imported from there.
_WITHOUT_THE_CHECKOUT = f"""
import runpy, sys
sys.path = [path for path in sys.path if path != {str(CHECKOUT)!r}]
import pipeline, reports, sql
print(pipeline.__file__, reports.__file__, sql.__file__, flush=True)
runpy.run_module("pipeline.cli.main", run_name="__main__", alter_sys=True)
"""


def output_of(*command: str, cwd: Path, **environment: str) -> str:
    """The output of a command that must succeed."""
    process = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def build(folder: Path) -> Path:
    """Build the wheel of the checkout into a new folder; returns its path."""
    output_of(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=CHECKOUT)
    (wheel,) = folder.iterdir()
    return wheel


def install(wheel: Path, folder: Path) -> None:
    """Install a wheel without its dependencies into a new folder."""
    output_of(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"),
        *("--target", str(folder), str(wheel)),
        cwd=wheel.parent,
    )


def run(installed: Path, *arguments: str, cwd: Path) -> str:
    """Run the command line installed in a folder; the first line of its output states the paths of the code."""
    return output_of(sys.executable, "-c", _WITHOUT_THE_CHECKOUT, *arguments, cwd=cwd, PYTHONPATH=str(installed))
