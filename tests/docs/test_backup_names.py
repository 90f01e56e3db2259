"""The names of backups in the documentation and in the help texts are such as `ladebog backup` gives."""

import re
from datetime import datetime

from pipeline.maintenance.backup.make import NAME_FORMAT
from tests.docs.test_links import PAGES

_NAME = re.compile(r"/(ladebog-[0-9][^\s`]*)")


def test_backups_are_named_by_their_time() -> None:
    names = [name for page in PAGES for name in _NAME.findall(page.read_text("utf-8"))]
    assert names
    for name in names:
        datetime.strptime(name, NAME_FORMAT)  # noqa: DTZ007 (only whether it can be read)
