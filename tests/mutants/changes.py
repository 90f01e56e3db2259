"""Reads the list of wrong changes: the TOML files next to this one.

Each `[[change]]` states in a few words what goes wrong, the file, a text that stands in it exactly once, the text that
replaces it, and the tests that must fail then: node ids of pytest, or files.
"""

import tomllib
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
_FOLDER = Path(__file__).parent


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One wrong change."""

    name: str
    file: str
    text: str
    changed: str
    tests: list[str]

    def fault(self, root: Path) -> str | None:
        """Why the change cannot be made in a copy of the project, or None."""
        path = root / self.file
        count = path.read_text("utf-8").count(self.text) if path.is_file() else 0
        return None if count == 1 else f"its text stands {count} times in {self.file}"


def read_changes() -> list[Change]:
    """All changes, in the order of their files."""
    files = sorted(_FOLDER.glob("*.toml"))
    tables = [table for file in files for table in tomllib.loads(file.read_text("utf-8"))["change"]]
    return msgspec.convert(tables, list[Change])
