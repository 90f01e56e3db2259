"""The members of a workbook's zip file, read so that no other program can find others in it.

Programs differ in how they look for members: from the start or from the end, by the first or the last directory. Only
a file that consists of its members, one directory and nothing else is read.
"""

import struct
import zlib
from dataclasses import dataclass

from reports.claims.ambiguity import AmbiguousFileError

_MEMBER = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_STORED, _DEFLATED = 0, 8
_DOS, _UNIX = 0, 3  # the systems that a member may be made by


@dataclass(frozen=True)
class ZipMember:
    """A member with its bytes and all that the zip file states about it, apart from how long its compressed bytes are.

    Those depend on the version of zlib.
    """

    name: str
    content: bytes
    stated: tuple[int, ...]


def zip_members(content: bytes, most_bytes: int) -> list[ZipMember]:
    """The members of a zip file in their order. Raises AmbiguousFileError, also where they exceed `most_bytes`."""
    try:
        members = _read(content, most_bytes)
    except (struct.error, zlib.error, UnicodeDecodeError) as error:
        raise AmbiguousFileError(f"it is not a zip file that Ladebog writes ({type(error).__name__})") from None
    if len({member.name.lower() for member in members}) < len(members):
        raise AmbiguousFileError("two of its members have the same name")
    return members


def _read(content: bytes, most_bytes: int) -> list[ZipMember]:
    signature, *disks, here, count, size, directory, comment = _END.unpack(content[-_END.size :])
    is_at_end = signature == b"PK\5\6" and directory + size + _END.size == len(content)
    if not is_at_end or any(disks) or here != count or comment:
        raise AmbiguousFileError("it does not end with the directory of a zip file")
    members: list[ZipMember] = []
    start, entry_start = 0, directory
    for _ in range(count):
        member, start, entry_start = _member(content, start, entry_start, most_bytes)
        most_bytes -= len(member.content)
        members.append(member)
    if start != directory or entry_start != directory + size:
        raise AmbiguousFileError("it has bytes that do not belong to a member")
    return members


def _member(content: bytes, start: int, entry_start: int, most_bytes: int) -> tuple[ZipMember, int, int]:
    """The member that starts there and has that entry in the directory, and where the next ones start."""
    signature, made_by, *stated, name_length, extra, comment, disk, internal, external, offset = _ENTRY.unpack_from(
        content, entry_start
    )
    version, flags, method, time, day, checksum, compressed, size = stated
    name = content[entry_start + _ENTRY.size : entry_start + _ENTRY.size + name_length]
    expected = _MEMBER.pack(b"PK\3\4", *stated, name_length, 0) + name
    is_plain = not (flags or extra or comment or disk) and made_by >> 8 in (_DOS, _UNIX)
    if signature != b"PK\1\2" or not is_plain or offset != start or not content.startswith(expected, start):
        raise AmbiguousFileError("a member is not where its directory states, or has additional fields")
    if size > most_bytes:
        raise AmbiguousFileError("it is larger than any that Ladebog writes")
    data = content[start + len(expected) : start + len(expected) + compressed]
    plain = _expanded(data, method, size)
    if len(data) != compressed or len(plain) != size or zlib.crc32(plain) != checksum:
        raise AmbiguousFileError("a member is not as long as stated, or its checksum is another one")
    facts = (made_by & 0xFF, version, method, time, day, internal, external)
    return (
        ZipMember(name.decode("ascii"), plain, facts),
        start + len(expected) + compressed,
        entry_start + _ENTRY.size + name_length,
    )


def _expanded(data: bytes, method: int, size: int) -> bytes:
    if method == _STORED:
        return data
    if method != _DEFLATED:
        raise AmbiguousFileError("a member is compressed as Ladebog never does")
    expander = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = expander.decompress(data, size + 1)
    if not expander.eof or expander.unused_data:
        raise AmbiguousFileError("a member is not as long as stated, or its checksum is another one")
    return plain
