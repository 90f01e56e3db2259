"""The files inside a claim's PDF, read so that no viewer can find others.

Only what Typst writes is read: one revision, each object once and outside of other streams, the lengths of streams
as plain numbers. What the pages show is not compared, but nothing may be laid over them or run.
"""

import re
import zlib

from reports.claims.ambiguity import AmbiguousFileError

_STREAM = re.compile(rb">>\r?\nstream\r?\n")
_LENGTH = re.compile(rb"/Length ([0-9]{1,10})(?![0-9]| [0-9]+ R)")
_OBJECT = re.compile(rb"(?:^|[\r\n])([0-9]{1,10}) [0-9]{1,5} obj\b")
_REFERENCE = re.compile(rb"/EF<</F ([0-9]{1,10}) 0 R/UF ([0-9]{1,10}) 0 R>>")
_ANY_REFERENCE = re.compile(rb"/EF(?![A-Za-z0-9+/=])")
_FILE = re.compile(rb"/EmbeddedFile\b")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_REFUSED = re.compile(
    rb"/(?:ObjStm|XRef|AcroForm|OCProperties|JavaScript|Launch|OpenAction|RichMedia|FreeText|Stamp|Widget|Encrypt)\b"
)


def embedded_files(pdf: bytes, most_bytes: int) -> list[bytes]:
    """The files inside a PDF. Raises AmbiguousFileError, also where one exceeds `most_bytes`."""
    around, streams = _parts(pdf)
    names = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), around)
    if not pdf.startswith(b"%PDF-") or names.count(b"%%EOF") != 1 or names.count(b"startxref") != 1:
        raise AmbiguousFileError("it has more than one revision")
    if not names.rstrip().endswith(b"%%EOF"):
        raise AmbiguousFileError("it has bytes after its end")
    if refused := _REFUSED.search(names):
        raise AmbiguousFileError(f"it has {refused[0].decode()[1:]}, which Ladebog does not write")
    numbers = _OBJECT.findall(around)
    references = _REFERENCE.findall(around)
    is_plain = len(references) == len(_ANY_REFERENCE.findall(names))
    if len(set(numbers)) < len(numbers) or not is_plain or any(first != second for first, second in references):
        raise AmbiguousFileError("it has the same object twice")
    if len(references) != len(_FILE.findall(names)) or any(number not in streams for number, _ in references):
        raise AmbiguousFileError("its files cannot be found in one way only")
    return [_expanded(*streams[number], most_bytes) for number, _ in references]


def _parts(pdf: bytes) -> tuple[bytes, dict[bytes, tuple[bytes, bytes]]]:
    """The PDF without its streams, and of each stream the dictionary and the bytes, by the number of its object."""
    around: list[bytes] = []
    streams: dict[bytes, tuple[bytes, bytes]] = {}
    place = 0
    while start := _STREAM.search(pdf, place):
        before = pdf[place : start.end()]
        around.append(before)
        *_, (number, head) = [(b"", b""), *((match[1], before[match.end() :]) for match in _OBJECT.finditer(before))]
        lengths = _LENGTH.findall(head)
        if len(lengths) != 1:
            raise AmbiguousFileError("it has a stream whose length is not given")
        end = start.end() + int(lengths[0])
        streams[number] = (head, pdf[start.end() : end])
        place = end
        if not re.match(rb"\r?\n?endstream\b", pdf[place : place + 12]):
            raise AmbiguousFileError("it has a stream whose length is not the one given")
    around.append(pdf[place:])
    return b"".join(around), streams


def _expanded(head: bytes, content: bytes, most_bytes: int) -> bytes:
    if b"/FlateDecode" not in head:
        return content
    expander = zlib.decompressobj()
    plain = expander.decompress(content, most_bytes + 1)
    if len(plain) > most_bytes or not expander.eof or expander.unused_data:
        raise AmbiguousFileError("a file inside it is not as long as one that Ladebog writes")
    return plain
