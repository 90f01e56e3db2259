"""Account names. Each becomes the name of a folder and of files, on whatever disk the logbook lies."""

import re
import unicodedata
from collections.abc import Iterable

_SHAPE = re.compile(r"\w[\w-]{0,31}")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
_ALIKE = {"LATIN", "GREEK", "CYRILLIC"}  # alphabets that share the looks of letters


def name_fault(name: str) -> str | None:
    """Why an account cannot have this name, or None."""
    if not _SHAPE.fullmatch(name):
        return "a name is letters, digits, - and _, at most 32 of them"
    if name.casefold() in _DEVICES:
        return "Windows keeps this name for a device"
    if unicodedata.normalize("NFKC", name) != name or any(sign.isnumeric() and not sign.isascii() for sign in name):
        return "it has letters or digits that stand for other ones: type it on a keyboard"
    if len(_ALIKE & {unicodedata.name(sign, "").partition(" ")[0] for sign in name}) > 1:
        return "it mixes letters of several alphabets, which look alike"
    return None


def same_file(name: str, others: Iterable[str]) -> str | None:
    """Another of the names that a disk which ignores case takes for this one, or None."""
    folded = name.casefold()
    return next((other for other in others if other != name and other.casefold() == folded), None)
