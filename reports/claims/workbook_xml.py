"""Whether the XML of a workbook can be read in one way only, and shows all of its figures.

Where XML is not as Excel expects it, programs differ: of two values in a cell one shows the first, another the last. A
workbook is therefore compared with one that this version writes for the same claim, and may have no elements,
attributes or repetitions that are not in that one too. Of its styles only what can hide figures is compared: see
`workbook_styles`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from reports.claims.ambiguity import AmbiguousFileError
from reports.claims.workbook_styles import refuse_hiding_styles

_WITHOUT_FIGURES = ("docProps/", "xl/theme/")
_STYLES = "xl/styles.xml"
_SWITCHES = {"state", "visibility", "hidden", "applyNumberFormat", "TargetMode", "orientation", "t", "Type"}
_SIZES = {"ht", "width", "defaultRowHeight"}
_UNIQUE = {
    "Relationship": ("Id", "Target"),
    "Override": ("PartName",),
    "Default": ("Extension",),
    "sheet": ("id", "name"),
    "numFmt": ("numFmtId",),
}
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"[1-9][0-9]{0,6}")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_FIRST_OWN_FORMAT = 164  # smaller numbers are those of the formats that are part of Excel


@dataclass
class _Form:
    """What kinds of things are in a workbook's XML, and the smallest of its sizes."""

    things: set[tuple[str, ...]] = field(default_factory=set)
    smallest: dict[str, float] = field(default_factory=dict)
    relationships: Counter[str] = field(default_factory=Counter)


def refuse_ambiguous_xml(members: Mapping[str, bytes], expected: Mapping[str, bytes]) -> None:
    """Raise AmbiguousFileError where the members of a workbook have what those of `expected` have not."""
    form, expected_form = _form(members), _form(expected)
    if added := sorted(form.things - expected_form.things):
        raise AmbiguousFileError(f"it has XML that Ladebog does not write for this claim: {' '.join(added[0])}")
    if form.relationships - expected_form.relationships:
        raise AmbiguousFileError("it has more parts than Ladebog writes for this claim")
    for name, size in form.smallest.items():
        if size < expected_form.smallest[name] / 2:
            raise AmbiguousFileError("it has rows or columns that are too small to read")
    if _STYLES in members and _STYLES in expected:
        refuse_hiding_styles(*(_parsed(_STYLES, one[_STYLES]) for one in (members, expected)))


def _form(members: Mapping[str, bytes]) -> _Form:
    form = _Form()
    for name, content in members.items():
        kind = re.sub("[0-9]+", "", name)
        form.things.add((kind,))
        if not name.startswith(_WITHOUT_FIGURES):
            root = _parsed(name, content)
            _add(form, kind, root, is_style=name == _STYLES)
            _refuse_repeated(root)
            _refuse_disorder(root)
    return form


def _parsed(name: str, content: bytes) -> etree._Element:
    try:
        content.decode("utf-8")
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except (UnicodeDecodeError, etree.XMLSyntaxError):
        raise AmbiguousFileError(f"{name} in it cannot be read") from None
    document: Any = root.getroottree().docinfo
    if document.doctype or (document.encoding or "UTF-8").upper() != "UTF-8":
        raise AmbiguousFileError(f"{name} in it is not plain XML in UTF-8")
    if root.getprevious() is not None or root.getnext() is not None:
        raise AmbiguousFileError(f"{name} in it has comments")
    return root


def _add(form: _Form, kind: str, root: etree._Element, *, is_style: bool) -> None:
    """Add the things below an element: of the styles, which no viewer shows as such, only what can hide figures."""
    for path, element in _below((), root):
        where = (kind, "/".join(path))
        names = [_local(child.tag) for child in element]
        repeated = {name for name, count in Counter(names).items() if count > 1}
        if not is_style:
            form.things |= {where, (kind, str(element.tag))}
            form.things |= {(*where, f"@{key}") for key in map(str, element.attrib)}
        if not is_style or len(path) == 1:
            form.things |= {(*where, f"with several {name}") for name in repeated}
        if path[-1] == "c":
            form.things.add((*where, f"{element.get('t')}:", *names))
        for key, value in element.attrib.items():
            if (name := _local(key)) in _SWITCHES and (not is_style or name == "applyNumberFormat"):
                form.things.add((*where, f"{name}={value!s}"))
            if name in _SIZES and not is_style:
                form.smallest[name] = min(form.smallest.get(name, _size(value)), _size(value))
        if path[-1] == "Relationship":
            form.relationships[f"{kind} {element.get('Type')}"] += 1
        if any((text or "").strip() for text in (element.tail, *([element.text] if names else []))):
            raise AmbiguousFileError("it has text between the elements of its XML")


def _below(above: tuple[str, ...], element: etree._Element) -> Iterator[tuple[tuple[str, ...], etree._Element]]:
    if not isinstance(element.tag, str):
        raise AmbiguousFileError("it has comments or instructions in its XML")
    path = (*above, _local(element.tag))
    yield path, element
    for child in element:
        yield from _below(path, child)


def _local(name: object) -> str:
    """The name of an element or attribute without its namespace."""
    return str(name).rpartition("}")[2]


def _size(text: Any) -> float:
    return float(text) if _NUMBER.fullmatch(str(text)) else 0.0


def _refuse_repeated(root: etree._Element) -> None:
    for tag, attributes in _UNIQUE.items():
        for attribute in attributes:
            values = [
                str(value).lower()
                for element in root.iter(f"{{*}}{tag}")
                for key, value in element.attrib.items()
                if _local(key) == attribute
            ]
            if len(set(values)) < len(values):
                raise AmbiguousFileError(f"it has the same {attribute} twice in its XML")
            if tag == "numFmt" and any(not value.isdecimal() or int(value) < _FIRST_OWN_FORMAT for value in values):
                raise AmbiguousFileError("it gives another meaning to a number format of Excel")


def _refuse_disorder(root: etree._Element) -> None:
    """Each row and each cell stands once, in order, and in its own row."""
    last_row = 0
    for row in root.iterfind("{*}sheetData/{*}row"):
        number = str(row.get("r"))
        if not _ROW.fullmatch(number) or int(number) <= last_row:
            raise AmbiguousFileError("its rows are not in order")
        last_row, last_column = int(number), ""
        for cell in row:
            match = _CELL.fullmatch(str(cell.get("r")))
            column = match[1].rjust(3) if match else ""
            if not match or int(match[2]) != last_row or column <= last_column:
                raise AmbiguousFileError(f"its cells are not in order in row {last_row}")
            last_column = column
            for value in cell.iter("{*}v"):
                if cell.get("t") == "n" and not _NUMBER.fullmatch(value.text or ""):
                    raise AmbiguousFileError(f"{match[0]} in it is not a number")
