"""The map in CONTRIBUTING.md names every folder of the project that holds files, and no other."""

import re

from tests.scenarios.demo_logbook import CHECKOUT

_LINE = re.compile(r"^    ((?:pipeline|reports|sql|tests)/\S*) +\S", re.MULTILINE)


def test_the_map_names_every_folder_once() -> None:
    mapped = _LINE.findall((CHECKOUT / "CONTRIBUTING.md").read_text("utf-8"))
    assert len(mapped) == len(set(mapped))
    assert set(mapped) == {
        f"{path.parent.relative_to(CHECKOUT).as_posix()}/"
        for top in ("pipeline", "reports", "sql", "tests")
        for path in (CHECKOUT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
