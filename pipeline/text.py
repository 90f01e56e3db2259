"""Text for people: numbers, durations, and text from outside made safe for a message or a terminal."""

import re
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal


def duration_text(duration: timedelta) -> str:
    """A duration, less precise the longer it is: `90 minutes`, `3 days 4 hours`, `183 days`."""
    minutes = int(duration.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    if minutes < 120:
        return counted(minutes, "minute")
    if days >= 7:
        return counted(days, "day")
    return " ".join([counted(days, "day")] * bool(days) + [counted(hours, "hour")] * bool(hours))


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 day`, `2,500 days`; `plural` is the plural of a noun that does not form it with an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def did_you_mean(name: str, known_names: Iterable[str]) -> str:
    """` Did you mean 'home'?`, or nothing where no known name is similar."""
    import difflib

    known = {known_name.casefold(): known_name for known_name in known_names}
    similar = difflib.get_close_matches(name.casefold(), known, n=1)
    return f" Did you mean {known[similar[0]]!r}?" if similar else ""


def money_text(amount: Decimal, currency: str, sign: str = "") -> str:
    """`1,019.60`: an amount with the decimals of its currency, or more if it has more; `sign` as in a format."""
    needed = -int(amount.normalize().as_tuple().exponent)
    return f"{amount:{sign},.{max(currency_digits(currency), needed)}f}"


def currency_digits(currency: str) -> int:
    """The number of decimals that a currency's amounts have."""
    return 0 if currency in _WITHOUT_DECIMALS else 3 if currency in _WITH_THREE_DECIMALS else 2


# ISO 4217; `amount_text` of sql/macros.sql has the same.
_WITHOUT_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
_WITH_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


def one_line(text: str, max_length: int = 200) -> str:
    """Text from outside as one line of at most `max_length` characters without control characters, for a message."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    clean = " ".join(clean.split())
    return clean if len(clean) <= max_length else clean[: max_length - 1] + "…"


_USER_OF_ADDRESS = re.compile(r"(?<=//)[^\s'\"]*@|[^\s/:@'\"(]+:[^\s@'\"]+@")
_REST_OF_ADDRESS = re.compile(
    r"((?://|\w\.\w|\blocalhost\b)[^\s?#'\"]*[?#]|[?#](?=[\w.~-]+=))\S+?(?=['\")]*[.,:;]*(?:\s|$))"
)


def without_secrets(text: str) -> str:
    """The text with … in place of what addresses contain besides host and path: user, password, query and fragment."""
    return _REST_OF_ADDRESS.sub(r"\1…", _USER_OF_ADDRESS.sub("…@", text))


def without_middle(text: str, max_length: int) -> str:
    """Text of at most `max_length` characters: its beginning and its end, if it is longer."""
    end = max_length // 3
    return text if len(text) <= max_length else f"{text[: max_length - end - 1]}…{text[-end:]}"


CONTROL_SYMBOLS = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),  # lone surrogates, which no encoding has
    **dict.fromkeys((0x2028, 0x2029), "\ufffd"),  # line breaks of Unicode
    # Characters that change the writing direction, so that other text is read than was sent:
    **dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"),
    # Characters that nobody sees, so that two texts look the same or a text looks empty; tags of Unicode too:
    **dict.fromkeys((0x180E, 0x200B, *range(0x2060, 0x2065), *range(0x206A, 0x2070), 0xFEFF), "\ufffd"),
    **dict.fromkeys((*range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)), "\ufffd"),
}
# The two joiners are part of emoji and of some scripts; next to ASCII they are only invisible.
_INVISIBLE_JOINER = re.compile(r"(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])")


def visible(text: str) -> str:
    """The text with symbols for characters that control the terminal, change the writing direction or are invisible."""
    return _INVISIBLE_JOINER.sub("\ufffd", text.translate(CONTROL_SYMBOLS))


def is_printable(text: str) -> bool:
    """Whether a text is one line that shows all of its characters."""
    return visible(text) == text and not any(sign in text for sign in "\t\n")
