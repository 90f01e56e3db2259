"""What a page shows, as a hash that is stored in it, so that a page that would be the same is not made again."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pipeline import __version__
from pipeline.settings.schema import Language
from reports.page.figures import AccountFigures

_BEGINNING = 4096  # bytes, which contain the hash
_STORED = re.compile(r'<meta name="ladebog-content" content="([0-9a-f]{64})">')


def content_of(accounts: Sequence[AccountFigures], language: Language) -> str:
    """The SHA-256, in hex, of all that a page of these figures shows.

    The curves are covered by the hashes of the documents that they are made from.
    """
    return hashlib.sha256(msgspec.json.encode([__version__, language, accounts])).hexdigest()


def shows(file: Path, content: str) -> bool:
    """Whether the page in a file, if there is one, has that content."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        stored = _STORED.search(opened.read(_BEGINNING).decode("utf-8", "replace"))
    return stored is not None and stored[1] == content
