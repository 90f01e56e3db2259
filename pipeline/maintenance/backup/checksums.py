"""SHA256SUMS: which files a backup holds, in the lines that `sha256sum -c` reads."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import IO

from pipeline.errors import BackupError

FILE_NAME = "SHA256SUMS"
KEPT = ("ladebog.toml", "ladebog.duckdb", "raw", "journal", "claims")
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_CHUNK = 1 << 20

Sums = Mapping[str, str]
Advance = Callable[[int], None]


def text(sums: Sums) -> str:
    """The list as it stands in the file."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items()))


def parsed(content: bytes) -> dict[str, str]:
    """The SHA-256 of each file by its name.

    Raises BackupError at a line that is none, or that names what no backup holds: nothing in the list leads out of
    the folder that it is restored to.
    """
    sums: dict[str, str] = {}
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n")[:-1], start=1):
        found = _LINE.fullmatch(line)
        if found is None or not is_safe(found[2]) or found[2] in sums:
            raise _unreadable(f"line {number} is not one that Ladebog writes: {line[:200]!r}")
        sums[found[2]] = found[1]
    if not content.endswith(b"\n") or KEPT[0] not in sums:
        raise _unreadable("it was cut off")
    return sums


def is_safe(name: str) -> bool:
    """Whether a name is that of a file of a logbook, wherever the logbook lies and whatever reads the name."""
    parts = name.split("/")
    return (
        parts[0] in KEPT
        and not any(part in ("", ".", "..") for part in parts)
        and not any(sign == "\\" or unicodedata.category(sign) in ("Cc", "Cs") for sign in name)
    )


def copy(source: IO[bytes], target: IO[bytes], advance: Advance) -> str:
    """Copy a file to its end; returns the SHA-256 of what was read."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
        advance(len(chunk))
    return digest.hexdigest()


def sha256_of(source: IO[bytes], advance: Advance) -> str:
    """The SHA-256 of a file, read to its end."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        advance(len(chunk))
    return digest.hexdigest()


def _unreadable(reason: str) -> BackupError:
    return BackupError(f"{FILE_NAME} of this backup cannot be used: {reason}.", "Use another backup")
