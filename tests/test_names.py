"""A class name is used for one thing in the whole project."""

import ast
from collections import defaultdict

from tests.scenarios.demo_logbook import CHECKOUT


def class_files() -> dict[str, list[str]]:
    """The files that define each class, by the class's name. A leading underscore makes no difference."""
    files = defaultdict(list)
    for package in ("pipeline", "reports"):
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef):
                    files[node.name.lstrip("_")].append(str(path.relative_to(CHECKOUT)))
    return dict(files)


def test_each_class_name_is_defined_once() -> None:
    names = class_files()
    assert len(names) > 100
    assert {name: files for name, files in names.items() if len(files) > 1} == {}
