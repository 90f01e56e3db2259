"""Files that hold, byte for byte, what a claim looks like. `make golden` writes them anew."""

import os
from difflib import unified_diff
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent / "golden"
_WRITE = "LADEBOG_WRITE_GOLDEN"
_MOST_LINES = 40


def agree_with_golden(name: str, made: bytes) -> None:
    """Fail, and show where, unless the golden file of that name has those bytes; or write it if that is asked for."""
    path = _FOLDER / name
    if os.environ.get(_WRITE):
        path.write_bytes(made)
    golden = path.read_bytes() if path.exists() else b""
    if made != golden:
        lines = [data.decode("utf-8", "backslashreplace").splitlines(keepends=True) for data in (golden, made)]
        difference = [f"{line!r}" for line in unified_diff(*lines, "golden", "made", n=0)][:_MOST_LINES]
        said = (
            f"{name} is not what it was. If that is meant: make golden, and look at the difference before it is kept."
        )
        pytest.fail("\n".join((said, *difference)), pytrace=False)
