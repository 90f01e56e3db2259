"""Numbers and lengths of time as people read them."""

from datetime import timedelta


def duration_text(time: timedelta) -> str:
    """A length of time in words, the finer the shorter it is: `90 minutes`, `3 days 4 hours`, `183 days`."""
    minutes = int(time.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    if minutes < 120:
        return counted(minutes, "minute")
    if days >= 7:
        return counted(days, "day")
    return " ".join([counted(days, "day")] * bool(days) + [counted(hours, "hour")] * bool(hours))


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 day`, `2,500 days`; `plural` is the noun's where it is not formed with an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def printable(text: str, longest: int = 200) -> str:
    """Text from outside, fit for a message: one line of at most `longest` characters, no control characters."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    clean = " ".join(clean.split())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


_PICTURES = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
}


def visible(text: str) -> str:
    """The text with control characters as their pictures: what a terminal obeys, nobody but us may send it."""
    return text.translate(_PICTURES)
