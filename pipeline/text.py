"""Numbers and lengths of time as people read them."""

from datetime import timedelta


def length(time: timedelta) -> str:
    """A length of time in words, the finer the shorter it is: `90 minutes`, `3 days 4 hours`, `183 days`."""
    minutes = int(time.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    if minutes < 120:
        return counted(minutes, "minute")
    if days >= 7:
        return counted(days, "day")
    return " ".join([counted(days, "day")] * bool(days) + [counted(hours, "hour")] * bool(hours))


def counted(number: int, noun: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
