"""Files and bodies as programs save them: as they are or compressed with gzip, in UTF-8, UTF-16 or UTF-32."""

import gzip
import io
import json
import zlib

LARGEST_FILE = 512 * 1024 * 1024  # bytes, decompressed
_GZIP = b"\x1f\x8b"


class CompressedError(Exception):
    """The content cannot be decompressed. The text is the reason."""


def decompressed(content: bytes) -> bytes:
    """The content, decompressed if it is gzip. Raises CompressedError if it is damaged or too large."""
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            found = file.read(LARGEST_FILE + 1)
    except (OSError, EOFError, zlib.error):
        raise CompressedError("it is cut off or damaged gzip") from None
    if len(found) > LARGEST_FILE:
        raise CompressedError(f"it is larger than {LARGEST_FILE // 1024**2} MB, decompressed")
    return found


def in_utf8(content: bytes) -> bytes:
    """The text in UTF-8 without a byte order mark; its encoding is judged by its first bytes."""
    encoding = json.detect_encoding(content[:4])
    if encoding == "utf-8":
        return content
    return content.decode(encoding, "replace").encode()
