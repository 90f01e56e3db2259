"""Text from outside on its way to a terminal."""

_PICTURES = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
}


def visible(text: str) -> str:
    """The text with control characters as their pictures: what a terminal obeys, nobody but us may send it."""
    return text.translate(_PICTURES)
