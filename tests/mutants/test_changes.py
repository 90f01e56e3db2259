"""The list of wrong changes fits the project: each text stands in its file once, and the tests named for it exist."""

import ast
import subprocess
import sys
from functools import cache

import pytest

from tests.mutants.changes import ROOT, Change, read_changes

_CHANGES = read_changes()
_LEAST = 60


@cache
def functions(file: str) -> frozenset[str]:
    """The names of the functions in a file; none if there is no such file."""
    path = ROOT / file
    tree = ast.parse(path.read_text("utf-8")) if path.is_file() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("change", _CHANGES, ids=lambda change: change.name)
def test_a_change_can_be_made_and_its_tests_exist(change: Change) -> None:
    assert change.fault(ROOT) is None
    assert change.text != change.changed
    assert change.tests
    for test in change.tests:
        file, _, function = test.partition("::")
        assert functions(file), test
        assert not function or function.partition("[")[0] in functions(file), test


@pytest.mark.system
def test_each_case_that_a_change_names_exists() -> None:
    """Else `make mutants` runs no test at all."""
    tests = sorted({test for change in _CHANGES for test in change.tests})
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only", "-qq", *tests]
    collected = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert collected.returncode == 0, collected.stdout + collected.stderr


def test_each_change_is_listed_once() -> None:
    assert len(_CHANGES) >= _LEAST
    assert len({change.name for change in _CHANGES}) == len(_CHANGES)
    assert len({(change.file, change.text, change.changed) for change in _CHANGES}) == len(_CHANGES)


def test_a_text_that_no_longer_stands_in_its_file_is_a_fault() -> None:
    change = Change(name="x", file="Makefile", text="\tno such line\n", changed="", tests=[])
    assert change.fault(ROOT) == "its text stands 0 times in Makefile"
    lost = Change(name="x", file="pipeline/lost.py", text="a", changed="b", tests=[])
    assert lost.fault(ROOT) == "its text stands 0 times in pipeline/lost.py"
