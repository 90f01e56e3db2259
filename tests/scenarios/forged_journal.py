"""A journal that somebody wrote by hand, with hashes that fit."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.logbook.journal import FILE_NAME

_AT = "2025-06-02T06:15:00.000000Z"


def append_forged(folder: Path, action: str, fields: dict[str, Any], at: str = _AT) -> None:
    """Append an entry of any action and fields, with its right number and hashes."""
    lines = _lines(folder)
    previous = json.loads(lines[-1])["sha256"] if lines else None
    body = _body(len(lines) + 1, action, fields, previous, at)
    _write(folder, [*lines, _with_sha256(body, sha256(body).hexdigest())])


def forge_forget(folder: Path, *numbers: int) -> None:
    """Replace entries as if their account had been forgotten."""
    lines = _lines(folder)
    for number in numbers:
        entry = json.loads(lines[number - 1])
        body = _body(number, "forgotten", {}, entry["previous_sha256"])
        lines[number - 1] = _with_sha256(body, entry["sha256"])
    _write(folder, lines)
    append_forged(folder, "forget", {"count": len(numbers), "entries": " ".join(map(str, numbers))})


def _body(number: int, action: str, fields: dict[str, Any], previous: str | None, at: str = _AT) -> bytes:
    entry = {"entry": number, "at": at, "action": action, "fields": fields, "previous_sha256": previous}
    return json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode()


def _with_sha256(body: bytes, sha256_hex: str) -> bytes:
    return body[:-1] + b',"sha256":"' + sha256_hex.encode() + b'"}'


def _lines(folder: Path) -> list[bytes]:
    return (folder / FILE_NAME).read_bytes().split(b"\n")[:-1]


def _write(folder: Path, lines: list[bytes]) -> None:
    (folder / FILE_NAME).write_bytes(b"".join(line + b"\n" for line in lines))
