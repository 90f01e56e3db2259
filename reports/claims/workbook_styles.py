"""Whether the styles of a workbook can hide figures: by tiny fonts, by colours, or by number formats.

Other styles are not compared: another version of Ladebog may have other colours and fonts.
"""

import re

from lxml import etree

from reports.claims.ambiguity import AmbiguousFileError

_SMALLEST_FONT = 5.0  # points
_LEAST_CONTRAST = 0x30  # of 0xFF, in the channel in which a font and its background differ most
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_THEME = {"0": _WHITE, "1": _BLACK}
_RGB = re.compile(r"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_SHOWS_NUMBER = re.compile(r"[0#]|[dmyhs]")

Colour = tuple[int, ...]


def refuse_hiding_styles(styles: etree._Element, expected: etree._Element) -> None:
    """Raise AmbiguousFileError where styles may hide figures. `expected` are those of this version."""
    fonts, fills = styles.findall("{*}fonts/{*}font"), styles.findall("{*}fills/{*}fill")
    for font in styles.iter("{*}font"):
        size = font.find("{*}sz")
        if size is not None and not _is_readable(str(size.get("val"))):
            raise AmbiguousFileError("it has a font that is too small to read")
    for form in styles.findall("{*}cellXfs/{*}xf"):
        _refuse_unseen(fonts[int(form.get("fontId", "0"))], fills[int(form.get("fillId", "0"))])
    for form in styles.findall("{*}dxfs/{*}dxf"):
        _refuse_unseen(form.find("{*}font"), form.find("{*}fill"))
    for number_format in styles.iter("{*}numFmt"):
        _refuse_format(str(number_format.get("formatCode")))
    if _formats_of_excel(styles) - _formats_of_excel(expected):
        raise AmbiguousFileError("it has number formats that Ladebog does not use for this claim")


def _is_readable(size: str) -> bool:
    return re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", size) is not None and float(size) >= _SMALLEST_FONT


def _refuse_unseen(font: etree._Element | None, fill: etree._Element | None) -> None:
    text = _colour(None if font is None else font.find("{*}color"), _BLACK)
    pattern = None if fill is None else fill.find("{*}patternFill")
    if fill is not None and pattern is None:
        raise AmbiguousFileError("it has cells with a background of several colours")
    is_solid = pattern is not None and pattern.get("patternType") not in (None, "none", "gray125")
    background = _colour(pattern.find("{*}fgColor"), _WHITE) if pattern is not None and is_solid else _WHITE
    if max(abs(one - other) for one, other in zip(text, background, strict=True)) < _LEAST_CONTRAST:
        raise AmbiguousFileError("it has text in the colour of its background")


def _colour(element: etree._Element | None, default: Colour) -> Colour:
    if element is None:
        return default
    if match := _RGB.fullmatch(str(element.get("rgb"))):
        return tuple(int(channel, 16) for channel in match.groups())
    if element.get("theme") in _THEME and element.get("tint") is None:
        return _THEME[str(element.get("theme"))]
    raise AmbiguousFileError("it has a colour that Ladebog does not write")


def _refuse_format(code: str) -> None:
    """Refuse a format that shows nothing, other digits than those of the number, or the number in another unit."""
    literals = ["".join(match) for match in _QUOTED.findall(code)]
    plain = _QUOTED.sub("", code)
    has_literal = [bool(_QUOTED.search(section)) for section in code.split(";")]
    shows = [bool(_SHOWS_NUMBER.search(section)) for section in plain.split(";")]
    is_plain = not any(sign in plain for sign in '[]*_%"?E') and not re.search(r",(;|$)|[1-9]", plain)
    shows_all = len(shows) == len(has_literal) and shows[0] and all(map(any, zip(shows, has_literal, strict=True)))
    if not is_plain or not shows_all or any(re.search(r"\d", literal) for literal in literals):
        raise AmbiguousFileError("it has a number format that may hide figures")


def _formats_of_excel(styles: etree._Element) -> set[str]:
    """The ids of the formats in use that are part of Excel."""
    own = {str(number_format.get("numFmtId")) for number_format in styles.iter("{*}numFmt")}
    return {str(form.get("numFmtId")) for form in styles.findall("{*}cellXfs/{*}xf")} - own
