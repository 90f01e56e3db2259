"""Which program rendered a claim's files. The same renderer gives the same files for the same claim."""

import hashlib
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable

import pipeline

_LIBRARIES = ("babel", "lxml", "openpyxl", "typst")


@cache
def renderer() -> str:
    """The SHA-256 of all that the bytes of a claim's files depend on, apart from the claim."""
    digest = hashlib.sha256(pipeline.__version__.encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    _add(digest, resources.files("reports"))
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", folder: Traversable) -> None:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_file() and not entry.name.endswith(".pyc"):
            digest.update(entry.name.encode() + hashlib.sha256(entry.read_bytes()).digest())
        elif entry.is_dir():
            _add(digest, entry)
