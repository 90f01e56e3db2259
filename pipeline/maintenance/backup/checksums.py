"""SHA256SUMS: the list of a backup's files, in the format of `sha256sum -c`."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import IO

from pipeline.errors import BackupError

FILE_NAME = "SHA256SUMS"
CONTENT = ("ladebog.toml", "ladebog.duckdb", "raw", "journal", "claims")
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_CHUNK = 1 << 20

Checksums = Mapping[str, str]  # SHA-256 by the name of the file
Advance = Callable[[int], None]  # takes the number of bytes done


def encode(sums: Checksums) -> bytes:
    """The content of SHA256SUMS."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items())).encode()


def parse(content: bytes) -> dict[str, str]:
    """The SHA-256 of each file by its name.

    Raises BackupError for a line of another format, and for a name that is not safe to write to (see `is_safe`).
    """
    sums: dict[str, str] = {}
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n")[:-1], start=1):
        match = _LINE.fullmatch(line)
        if match is None or not is_safe(match[2]) or match[2] in sums:
            raise _unusable(f"line {number} is not one that Ladebog writes: {line[:200]!r}")
        sums[match[2]] = match[1]
    if not content.endswith(b"\n") or CONTENT[0] not in sums:
        raise _unusable("it was cut off")
    return sums


def is_safe(name: str) -> bool:
    """Whether a name is that of a file in a logbook, and cannot lead out of its folder on any system."""
    parts = name.split("/")
    return (
        parts[0] in CONTENT
        and not any(part in ("", ".", "..") for part in parts)
        and not any(sign == "\\" or unicodedata.category(sign) in ("Cc", "Cs") for sign in name)
    )


def copy(source: IO[bytes], target: IO[bytes], advance: Advance) -> str:
    """Copy a file; returns the SHA-256 of what was read."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
        advance(len(chunk))
    return digest.hexdigest()


def sha256_of(source: IO[bytes], advance: Advance) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        advance(len(chunk))
    return digest.hexdigest()


def _unusable(reason: str) -> BackupError:
    return BackupError(f"{FILE_NAME} of this backup cannot be used: {reason}.", "Use another backup")
