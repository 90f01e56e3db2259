"""Text and pictures of a PDF from the programs of poppler, which many PDF readers are built on."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lxml import etree

_XHTML = "{http://www.w3.org/1999/xhtml}"
_LINE_TOLERANCE = 2.0  # points within which words are on one line


@dataclass(frozen=True)
class Word:
    """A word on a page with its position in points."""

    text: str
    page: int
    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Picture:
    """A page in grey, 0 black and 255 white, row by row."""

    width: int
    height: int
    pixels: bytes

    def row(self, number: int) -> bytes:
        """The pixels of a row, counted from the top."""
        return self.pixels[number * self.width : (number + 1) * self.width]


def text_of(pdf: Path) -> str:
    """The text in its layout, with columns three spaces apart: the distance differs between versions of poppler."""
    pages = run("pdftotext", "-layout", str(pdf), "-").decode()
    lines = (re.sub(" {3,}", "   ", line.strip()) for line in pages.replace("\f", "\n----\n").splitlines())
    return "\n".join(line for line in lines if line).removesuffix("----") + "\n"


def words_of(pdf: Path) -> list[Word]:
    """All words."""
    root = etree.fromstring(run("pdftotext", "-bbox", str(pdf), "-"), etree.XMLParser(recover=True))
    return [
        Word(
            word.text or "",
            number,
            *(float(word.get(name, "nan")) for name in ("xMin", "xMax", "yMin", "yMax")),
        )
        for number, page in enumerate(root.iter(f"{_XHTML}page"), start=1)
        for word in page.iter(f"{_XHTML}word")
    ]


def overlaps(words: list[Word]) -> list[tuple[Word, Word]]:
    """Pairs of words on one line that overlap."""
    lines: dict[tuple[int, int], list[Word]] = defaultdict(list)
    for word in words:
        lines[word.page, round(word.bottom / _LINE_TOLERANCE)].append(word)
    sorted_lines = [sorted(line, key=lambda word: word.left) for line in lines.values()]
    return [
        (word, following)
        for line in sorted_lines
        for word, following in pairwise(line)
        if word.right > following.left + 0.5
    ]


def pictures_of(pdf: Path, folder: Path, dots_per_inch: int) -> list[Picture]:
    """The pages as pictures."""
    run("pdftoppm", "-gray", "-r", str(dots_per_inch), str(pdf), str(folder / "page"))
    return [_picture(path.read_bytes()) for path in sorted(folder.glob("page*.pgm"))]


def _picture(pgm: bytes) -> Picture:
    header = re.match(rb"P5\n(\d+) (\d+)\n255\n", pgm)
    assert header is not None
    return Picture(int(header[1]), int(header[2]), pgm[header.end() :])


def run(*command: str) -> bytes:
    """The output of a program."""
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
