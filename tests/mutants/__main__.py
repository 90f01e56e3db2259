"""`make mutants`: makes each wrong change in a copy of the project, and checks that the tests named for it fail.

Prints a line for each. Exits with 1 if a named test passes with its change or fails without it, or if a change cannot
be made.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import msgspec

from tests.mutants.changes import ROOT, Change, read_changes

_AT_A_TIME = 2
_LONGEST = 300  # seconds, for the tests of one change; all of them without a change may take ten times as long
_FOLDERS = ("docs", "pipeline", "reports", "sql", "tests")
_FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


class Outcome(msgspec.Struct, frozen=True):
    """What the tests of one change did with it; without a fault, all of them failed."""

    change: Change
    fault: str | None
    seconds: float

    @property
    def row(self) -> str:
        verdict = "failed as it must" if self.fault is None else self.fault
        return f"{self.seconds:5.1f} s  {self.change.name}: {verdict}"


class Copy:
    """A copy of the project, in which one change is made at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._edits = 0
        for name in _FOLDERS:
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in ROOT.iterdir():
            if path.is_file() and not path.is_symlink():
                shutil.copy(path, root / path.name)

    def try_change(self, change: Change) -> Outcome:
        """Make a change, run its tests, and undo the change."""
        began = time.monotonic()
        if fault := change.fault(self.root):
            return Outcome(change, fault, 0)
        with self._changed(change):
            code, output = self.run(change.tests)
        return Outcome(change, _fault(change, code, output), time.monotonic() - began)

    def run(self, tests: list[str], *options: str, longest: float = _LONGEST) -> tuple[int | None, str]:
        """Run tests on the copy; returns pytest's exit code, None if they took too long, and what it printed."""
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rfE", "--tb=no", *options, *tests]
        environment = os.environ | {"PYTHONPATH": str(self.root)}
        try:
            done = subprocess.run(
                command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=longest, check=False
            )
        except subprocess.TimeoutExpired:
            return None, ""
        return done.returncode, done.stdout + done.stderr

    @contextmanager
    def _changed(self, change: Change) -> Iterator[None]:
        path = self.root / change.file
        text = path.read_text("utf-8")
        self._write(path, text.replace(change.text, change.changed))
        try:
            yield
        finally:
            self._write(path, text)

    def _write(self, path: Path, text: str) -> None:
        """Write a file with a time of its own, so that Python never uses the compiled file of another version."""
        path.write_text(text, "utf-8")
        self._edits += 1
        os.utime(path, (time.time(), time.time() + 10 * self._edits))


def _fault(change: Change, code: int | None, output: str) -> str | None:
    if code is None:
        return "STOPPED: its tests take too long"
    if code not in (0, 1):
        return f"STOPPED: its tests cannot be run (pytest exited with {code})"
    failed = _FAILED.findall(output)
    passed = [test for test in change.tests if not any(_is_of(name, test) for name in failed)]
    return f"SURVIVED {', '.join(passed)}" if passed else None


def _is_of(name: str, test: str) -> bool:
    """Whether the node id of a test is the one named, one of its cases, or in the file named."""
    return name == test or name.startswith((f"{test}[", f"{test}::"))


def _chosen(words: list[str]) -> list[Change]:
    """The changes whose name or file contains one of the words; without words all."""
    return [
        change
        for change in read_changes()
        if not words or any(word in change.name or word in change.file for word in words)
    ]


def main() -> int:
    """Try the changes; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only changes whose name or file contains one of these")
    changes = _chosen(parser.parse_args().words)
    with tempfile.TemporaryDirectory(prefix="ladebog-mutants-") as folder:
        copies = [Copy(Path(folder) / str(number) / "project") for number in range(_AT_A_TIME)]
        failing = _failing_without_a_change(copies[0], changes)
        ready = [
            change for change in changes if not any(_is_of(name, test) for name in failing for test in change.tests)
        ]
        outcomes = [Outcome(change, "FAILS without the change", 0) for change in changes if change not in ready]
        outcomes += _try_all(copies, ready)
    faults = [outcome for outcome in outcomes if outcome.fault]
    print(f"{len(outcomes) - len(faults)} of {len(outcomes)} wrong changes were noticed")
    for outcome in faults:
        print(outcome.row)
    return int(bool(faults))


def _failing_without_a_change(copy: Copy, changes: list[Change]) -> list[str]:
    """The named tests that fail without a change."""
    tests = sorted({test for change in changes for test in change.tests})
    code, output = copy.run(tests, "--collect-only", "-qq")
    if code != 0:
        raise SystemExit(f"{output}\nThe tests cannot be run without a change.")
    options = ("--numprocesses", str(_AT_A_TIME), "--dist", "loadfile")
    _, output = copy.run(tests, *options, longest=10 * _LONGEST)
    return _FAILED.findall(output)


def _try_all(copies: list[Copy], changes: list[Change]) -> list[Outcome]:
    """Try each change in a copy that is free, and print what came of it."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def outcome_of(change: Change) -> Outcome:
        copy = free.get()
        try:
            outcome = copy.try_change(change)
        finally:
            free.put(copy)
        print(outcome.row, flush=True)
        return outcome

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(outcome_of, changes))


if __name__ == "__main__":
    sys.exit(main())
