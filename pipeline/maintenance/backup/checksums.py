"""SHA256SUMS: the list of a backup's files, in the format of `sha256sum -c`."""

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import IO

from pipeline.errors import BackupError
from pipeline.logbook.files import checksum_line

FILE_NAME = "SHA256SUMS"
CONTENT = ("ladebog.toml", "ladebog.duckdb", "raw", "journal", "claims")
_LINE = re.compile(r"(\\?)([0-9a-f]{64})  (.+)")  # sha256sum puts \\ before a line whose name it escapes
_ESCAPE = re.compile(r"\\([\\nr])")
_UNESCAPED = {"\\": "\\", "n": "\n", "r": "\r"}
_DEEPEST = 16  # folders in a name; a logbook needs 5
_LONGEST_PART = 255  # bytes, as on most disks
_LONGEST = 1024  # bytes
_CHUNK = 1 << 20

Checksums = Mapping[str, str]  # SHA-256 by the name of the file
Advance = Callable[[int], None]  # takes the number of bytes done


def encode(sums: Checksums) -> bytes:
    """The content of SHA256SUMS."""
    return "".join(checksum_line(name, sha256) for name, sha256 in sorted(sums.items())).encode()


def parse(content: bytes) -> dict[str, str]:
    """The SHA-256 of each file by its name.

    Raises BackupError for a line of another format, and for a name that is not safe to write to (see `is_safe`).
    """
    sums: dict[str, str] = {}
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n")[:-1], start=1):
        _, sha256, escaped = match.groups() if (match := _LINE.fullmatch(line)) else ("", "", "")
        name = _ESCAPE.sub(lambda escape: _UNESCAPED[escape[1]], escaped)
        if not is_safe(name) or _is_hidden(name) or name in sums or checksum_line(name, sha256) != f"{line}\n":
            raise _unusable(f"line {number} is not one that Ladebog writes: {line[:200]!r}")
        sums[name] = sha256
    folders = {name[:place] for name in sums for place, sign in enumerate(name) if sign == "/"}
    if both := sorted(folders & sums.keys()):
        raise _unusable(f"{both[0]} is both a file and a folder")
    if not content.endswith(b"\n") or not sums:
        raise _unusable("it was cut off")
    return sums


def is_safe(name: str) -> bool:
    """Whether a name is that of a file in a logbook, can be written, and cannot lead out of its folder.

    Only the name of an attached file may contain control characters, or a backslash, where that does not separate
    folders: `claim attach` accepted such names once.
    """
    parts = name.split("/")
    is_attached = parts[0] == "claims" and parts[3:4] == ["attachments"] and len(parts) == 5 and os.sep == "/"
    plain_parts = parts[:-1] if is_attached else parts
    return (
        parts[0] in CONTENT
        and len(parts) <= _DEEPEST
        and not any(part in ("", ".", "..") or "\\" in part for part in plain_parts)
        and parts[-1] not in ("", ".", "..")
        and not any(unicodedata.category(sign) == "Cc" for part in plain_parts for sign in part)
        and not any(sign == "\0" or unicodedata.category(sign) == "Cs" for sign in name)
        and len(name.encode()) <= _LONGEST
        and all(len(part.encode()) <= _LONGEST_PART for part in parts)
    )


def _is_hidden(name: str) -> bool:
    """Whether a file or a folder in a name is hidden: no backup contains one, except in a claim's own folder."""
    parts = name.split("/")
    return any(part.startswith(".") for part in (parts[:3] if parts[0] == "claims" else parts))


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
