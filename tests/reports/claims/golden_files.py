"""Golden files: the expected bytes of a claim's files. `make golden` writes them again."""

import os
from difflib import unified_diff
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent / "golden"
_WRITE_VARIABLE = "LADEBOG_WRITE_GOLDEN"
_MAX_LINES = 40


def assert_equals_golden_file(name: str, written: bytes) -> None:
    """Fail with the difference unless the golden file has those bytes. Under `make golden`, write it first."""
    path = _FOLDER / name
    if os.environ.get(_WRITE_VARIABLE):
        path.write_bytes(written)
    golden = path.read_bytes() if path.exists() else b""
    if written != golden:
        lines = [data.decode("utf-8", "backslashreplace").splitlines(keepends=True) for data in (golden, written)]
        difference = [f"{line!r}" for line in unified_diff(*lines, "golden", "written", n=0)][:_MAX_LINES]
        message = f"{name} differs. If that is intended: make golden, and read the difference before you commit it."
        pytest.fail("\n".join((message, *difference)), pytrace=False)
